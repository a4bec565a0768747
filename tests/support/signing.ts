/** Signs requests that no SDK would send, with the SDKs' own signer. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { TestServer } from './server.ts';

/** A hash in the shape that the signer takes. */
function sha256(key?: string | Uint8Array) {
  const state = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  return {
    update: (data: string | Uint8Array) => void state.update(data),
    digest: async () => new Uint8Array(state.digest()),
    reset: () => {},
  };
}

export type Unsigned = {
  method: string;
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string | Buffer;
};

/** The headers that sign a request, without the host's: `fetch` adds that itself. */
export async function signed(
  { url, region, credentials }: Pick<TestServer, 'url' | 'region' | 'credentials'>,
  service: string,
  { query = {}, headers = {}, ...rest }: Unsigned,
): Promise<Record<string, string>> {
  const { host, hostname, port } = new URL(url);
  const signer = new SignatureV4({
    ...{ credentials, region, service, uriEscapePath: service !== 's3' },
    sha256: function Sha256(key?: string | Uint8Array) {
      return sha256(key);
    } as never,
  });
  const request = { ...rest, query, protocol: 'http:', hostname, port: Number(port), headers: { ...headers, host } };
  const { host: _host, ...sent } = (await signer.sign(request)).headers;
  return sent;
}
