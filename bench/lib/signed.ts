/** Signed requests as bytes, prepared before a measurement: Signature Version 4 with nothing but what it needs. */
import { createHash } from 'node:crypto';
import { deriveSigningKey, type HmacKey, hmacHex } from '../../src/protocol/hmac.ts';

export type Signing = {
  host: string;
  region: string;
  service: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

export type Request = {
  method: string;
  /** Percent-encoded already, and its query sorted. */
  path: string;
  query?: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
  /** What is signed of the body. @default its SHA-256 */
  contentSha256?: string;
};

/** A signer for many requests of one service. @example signer(s3)({ method: 'GET', path: '/bucket/key' }) */
export function signer({ host, region, service, credentials }: Signing): (request: Request) => Buffer {
  const keys = new Map<string, HmacKey>();
  return ({ method, path, query = '', headers = {}, body = Buffer.alloc(0), contentSha256 }) => {
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = date.slice(0, 8);
    const payload = contentSha256 ?? createHash('sha256').update(body).digest('hex');
    const all: Record<string, string> = { ...headers, host, 'x-amz-content-sha256': payload, 'x-amz-date': date };
    const names = Object.keys(all).sort();
    const canonical = [
      method,
      path,
      query,
      ...names.map((name) => `${name}:${all[name]}`),
      '',
      names.join(';'),
      payload,
    ].join('\n');
    const scope = `${day}/${region}/${service}/aws4_request`;
    const key = keys.get(day) ?? deriveSigningKey(credentials.secretAccessKey, day, region, service);
    keys.set(day, key);
    const hashed = createHash('sha256').update(canonical).digest('hex');
    const signature = hmacHex(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hashed}`);
    const lines = [
      `${method} ${path}${query && `?${query}`} HTTP/1.1`,
      ...names.map((name) => `${name}: ${all[name]}`),
      `authorization: AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
      ...(body.length > 0 || method !== 'GET' ? [`content-length: ${body.length}`] : []),
      '',
      '',
    ];
    return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]);
  };
}
