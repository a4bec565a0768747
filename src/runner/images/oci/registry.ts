/**
 * Fetching images from a registry.
 *
 * P1. Nothing is believed that has a digest: manifests and blobs are hashed as they arrive.
 * P2. A transfer that breaks off goes on where it stood (Range), or begins anew where the registry cannot.
 *
 * @see https://github.com/opencontainers/distribution-spec
 */
import { createHash } from 'node:crypto';
import { runnerError } from '../../errors.ts';
import type { Blobs, Expected, Receiver } from './blobs.ts';
import { LARGEST_MANIFEST } from './documents.ts';
import { type Reference, registryPlace } from './reference.ts';
import { bodyOf, createRequests, persistently, type RequestOptions, smallText } from './requests.ts';

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export type Fetched = { text: string; digest: string; mediaType: string };

export type Registry = {
  /** @param by tag or digest */
  manifest(by: string): Promise<Fetched>;
  /** Brings a blob into the store. */
  blob(wanted: Expected, blobs: Blobs): Promise<void>;
};

export function openRegistry(reference: Reference, options: RequestOptions): Registry {
  const { host, repository } = registryPlace(reference);
  const scope = `repository:${repository}:pull`;
  const requests = createRequests(options);
  const get = (path: string, headers: Readonly<Record<string, string>>) =>
    requests.get(host, `/v2/${repository}/${path}`, scope, headers);

  /** One attempt at what is missing of a blob. */
  async function transfer(wanted: Expected, receiver: Receiver): Promise<void> {
    const { received } = receiver;
    const range: Record<string, string> = received > 0 ? { range: `bytes=${received}-${wanted.size - 1}` } : {};
    // Compressed on its way, a blob would arrive as other bytes than its digest names.
    const response = await get(`blobs/${wanted.digest}`, { ...range, 'accept-encoding': 'identity' });
    const from = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
    const goesOn = response.status === 206 && Number(from) === received;
    if (received > 0 && !goesOn) await receiver.restart();
    for await (const chunk of bodyOf(response, options.clock)) await receiver.write(chunk);
    if (receiver.received < wanted.size) {
      throw new Error(`the connection ended after ${receiver.received} of ${wanted.size} bytes`);
    }
  }

  return {
    async manifest(by) {
      return persistently(options, `${host}/${repository}:${by}`, async () => {
        const response = await get(`manifests/${by}`, { accept: ACCEPT });
        const text = await smallText(response, LARGEST_MANIFEST, options.clock);
        const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
        if (by.startsWith('sha256:') && digest !== by) {
          throw runnerError('ImageBroken', `${host} answers another manifest than ${by}: its digest is ${digest}.`);
        }
        return { text, digest, mediaType: response.headers.get('content-type') ?? '' };
      });
    },
    async blob(wanted, blobs) {
      if (blobs.has(wanted.digest)) return;
      const receiver = await blobs.receive(wanted);
      try {
        if (wanted.size > 0) await persistently(options, wanted.digest, () => transfer(wanted, receiver));
        await receiver.finish();
      } catch (error) {
        await receiver.abandon();
        throw error;
      }
    },
  };
}
