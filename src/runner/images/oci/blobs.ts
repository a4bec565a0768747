/**
 * The bytes of images, by what they are: `blobs/<sha256>`.
 *
 * B1. A blob that exists is whole and is what its name says: bytes are hashed while they are written, synced, and only then
 *     renamed.
 * B2. What a process that died left half written is deleted by the next one that opens the store.
 */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runnerError } from '../../errors.ts';
import { isAlive, ownIdentity, parseIdentity } from '../../processes.ts';

export type Expected = { digest: string; size: number };

export type Blobs = {
  has(digest: string): boolean;
  path(digest: string): string;
  /** @throws ImageBroken when there is none, or it is larger than `limit` bytes */
  text(digest: string, limit: number): string;
  /** A place for bytes of which the digest is known or not. */
  receive(expected: Expected | undefined): Promise<Receiver>;
  /** A folder for what is no blob yet; its maker deletes it. */
  temporary(): string;
  /** Takes blobs away, all in this very moment; their bytes are freed afterwards. */
  discard(digests: readonly string[]): Promise<void>;
  list(): string[];
};

export type Receiver = {
  readonly received: number;
  write(chunk: Uint8Array): Promise<void>;
  /** What was received is of no use: a server that cannot go on begins anew. */
  restart(): Promise<void>;
  /** @returns digest and size @throws ImageBroken when it is not what was expected */
  finish(): Promise<Expected>;
  abandon(): Promise<void>;
};

/** How many partial blobs this process has begun: their names. */
let count = 0;

function identityText(): string {
  const { pid, start, boot } = ownIdentity();
  return `${pid}\n${start}\n${boot}\n`;
}

function removeLeftovers(partial: string): void {
  for (const name of readdirSync(partial)) {
    const identity = parseIdentity(Buffer.from(name.split('.')[0]!, 'base64url').toString());
    if (!identity || !isAlive(identity)) rmSync(join(partial, name), { recursive: true, force: true });
  }
}

export function openBlobs(folder: string): Blobs {
  const blobs = join(folder, 'blobs');
  const partial = join(folder, 'partial');
  for (const path of [blobs, partial]) mkdirSync(path, { recursive: true, mode: 0o700 });
  removeLeftovers(partial);
  // A partial blob's name says whose it is.
  const mine = Buffer.from(identityText()).toString('base64url');
  const path = (digest: string) => join(blobs, digest.slice('sha256:'.length));
  return {
    path,
    has: (digest) => existsSync(path(digest)),
    text(digest, limit) {
      const size = statSync(path(digest), { throwIfNoEntry: false })?.size;
      if (size !== undefined && size <= limit) return readFileSync(path(digest), 'utf8');
      const why = size === undefined ? 'is missing' : `has ${size} bytes, more than ${limit}`;
      throw runnerError('ImageBroken', `The part ${digest} of an image ${why}. Import or pull the image again.`);
    },
    async receive(expected) {
      const place = join(partial, `${mine}.${++count}`);
      return receiver(await open(place, 'wx', 0o600), place, expected, path);
    },
    temporary: () => mkdtempSync(join(partial, `${mine}.`)),
    async discard(digests) {
      const aside = digests.map((digest) => {
        const place = join(partial, `${mine}.${++count}`);
        renameSync(path(digest), place);
        return place;
      });
      for (const place of aside) await rm(place, { force: true });
    },
    list: () => readdirSync(blobs).map((name) => `sha256:${name}`),
  };
}

function receiver(
  file: FileHandle,
  place: string,
  expected: Expected | undefined,
  path: (digest: string) => string,
): Receiver {
  let hash: Hash = createHash('sha256');
  let received = 0;
  const broken = (why: string) =>
    runnerError('ImageBroken', `The part ${expected?.digest ?? 'being read'} of an image ${why}. Fetch it again.`);
  return {
    get received() {
      return received;
    },
    async write(chunk) {
      received += chunk.length;
      if (expected && received > expected.size)
        throw broken(`is longer than the ${expected.size} bytes it should have`);
      hash.update(chunk);
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
    },
    async restart() {
      await file.truncate(0);
      // `write` without a position goes on where the file handle stands.
      await file.close();
      file = await open(place, 'w', 0o600);
      hash = createHash('sha256');
      received = 0;
    },
    async finish() {
      const digest = `sha256:${hash.digest('hex')}`;
      if (expected && received !== expected.size) {
        throw broken(`has ${received} of the ${expected.size} bytes it should have`);
      }
      if (expected && digest !== expected.digest) throw broken(`holds other bytes: their digest is ${digest}`);
      await file.sync();
      await file.close();
      await rename(place, path(digest));
      return { digest, size: received };
    },
    async abandon() {
      await file.close().catch(() => {});
      await rm(place, { force: true });
    },
  };
}
