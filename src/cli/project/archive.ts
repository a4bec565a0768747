/**
 * A code bundle's archive: the same files give the same bytes, on every machine and with every version of Node.
 *
 * A1. Entries are sorted; owner, time and permissions are fixed (0644, or 0755 for what is executable).
 * A2. The gzip layer is written here, with stored blocks: what zlib compresses to differs between its builds, and a commit's
 *     bundle must not. Code is small, and the store keeps equal contents once.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { pack as tarPack } from 'tar-stream';
import type { BundleFile } from './files.ts';

export type Archive = {
  bytes: Buffer;
  /** Of `bytes`, hexadecimal. */
  sha256: string;
};

/** @param files sorted, their paths relative @example (await makeArchive(files)).sha256 */
export async function makeArchive(files: readonly BundleFile[]): Promise<Archive> {
  const pack = tarPack();
  for (const { path, bytes, executable } of files) {
    const mode = executable ? 0o755 : 0o644;
    pack.entry({ name: path, mode, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '', type: 'file' }, bytes);
  }
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack as AsyncIterable<Buffer>) chunks.push(chunk);
  const bytes = gzipStored(Buffer.concat(chunks));
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const LONGEST_BLOCK = 0xffff;
/** RFC 1952: deflate, no flags, no time, no extra flags, operating system unknown. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

/** Gzip without compression (RFC 1951 §3.2.4). */
export function gzipStored(content: Buffer): Buffer {
  const parts: Buffer[] = [HEADER];
  let at = 0;
  do {
    const block = content.subarray(at, at + LONGEST_BLOCK);
    at += block.length;
    const head = Buffer.alloc(5);
    head[0] = at >= content.length ? 1 : 0;
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(block.length ^ 0xffff, 3);
    parts.push(head, block);
  } while (at < content.length);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(content), 0);
  trailer.writeUInt32LE(content.length % 2 ** 32, 4);
  return Buffer.concat([...parts, trailer]);
}
