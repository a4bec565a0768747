/** Objects in memory, for tests of jobs' files: what a role may see is everything, unless a test forbids it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsError } from '../../src/protocol/errors.ts';
import type { JobObjects } from '../../src/services/jobs/index.ts';

export type MemoryObjects = JobObjects & {
  put(key: string, content: string | Uint8Array): void;
  /** Contents by key, as text. */
  all(): Record<string, string>;
  bytes(key: string): Buffer;
  /** Keys that the role may not touch. */
  forbidden: Set<string>;
  /** Received and not released. */
  held: number;
  /** Thrown when the next output is taken in. */
  full: Error | undefined;
};

/** One bucket, `data`. Contents of 100 bytes and more lie in files of `folder`, read-only. */
export function memoryObjects(folder: string): MemoryObjects {
  const objects = new Map<string, { version: string; content: Buffer }>();
  let versions = 0;
  const get = (bucket: string, key: string) => {
    if (bucket !== 'data') throw awsError('NoSuchBucket', 'The specified bucket does not exist', 404);
    if (memory.forbidden.has(key)) throw awsError('AccessDenied', 'Access Denied', 403);
    const found = objects.get(key);
    if (!found) throw awsError('NoSuchKey', 'The specified key does not exist.', 404);
    return found;
  };
  const put = (key: string, content: string | Uint8Array) => {
    versions += 1;
    objects.set(key, { version: String(versions), content: Buffer.from(content as string) });
  };
  const memory: MemoryObjects = {
    forbidden: new Set(),
    held: 0,
    full: undefined,
    put,
    all: () => Object.fromEntries([...objects].map(([key, { content }]) => [key, content.toString()])),
    bytes: (key) => get('data', key).content,
    async list(_call, bucket, prefix) {
      if (bucket !== 'data') throw awsError('NoSuchBucket', 'The specified bucket does not exist', 404);
      const found = [...objects].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      const listed = found.map(([key, { version, content }]) => ({ key, version, size: content.length }));
      return { objects: listed, fingerprint: `of s3://${bucket}/${prefix}` };
    },
    head(_call, bucket, key) {
      const { version, content } = get(bucket, key);
      return { key, version, size: content.length };
    },
    open(_call, { bucket, key }) {
      const { version, content } = get(bucket, key);
      if (content.length < 100) return { bytes: content };
      const path = join(folder, `version-${version}`);
      writeFileSync(path, content, { mode: 0o444, flag: 'w' });
      return { path };
    },
    async receive(_call, bucket, key, content) {
      if (memory.full) throw memory.full;
      if (bucket !== 'data') throw awsError('NoSuchBucket', 'The specified bucket does not exist', 404);
      const bytes = typeof content === 'string' ? readFileSync(content) : content;
      memory.held += 1;
      return {
        write() {
          put(key, bytes);
          return { bucket, key, version: objects.get(key)!.version };
        },
        release() {
          memory.held -= 1;
        },
      };
    },
  };
  return memory;
}
