import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { gzipStored, makeArchive } from './archive.ts';
import type { BundleFile } from './files.ts';

const file = (path: string, text: string, executable = false): BundleFile => ({
  path,
  bytes: Buffer.from(text),
  executable,
});

type Entry = { name: string; mode: number | undefined; mtime: number | undefined; text: string };

async function entries(archive: Buffer): Promise<Entry[]> {
  const found: Entry[] = [];
  const tar = extract();
  tar.end(gunzipSync(archive));
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, mode, mtime } = entry.header;
    found.push({ name, mode, mtime: mtime?.getTime(), text: Buffer.concat(chunks).toString() });
  }
  return found;
}

describe('the archive of a code bundle', () => {
  it('holds each file with fixed times and permissions', async () => {
    const { bytes } = await makeArchive([file('a.py', 'print(1)\n'), file('lib/run.sh', '#!/bin/sh\n', true)]);
    expect(await entries(bytes)).toEqual([
      { name: 'a.py', mode: 0o644, mtime: 0, text: 'print(1)\n' },
      { name: 'lib/run.sh', mode: 0o755, mtime: 0, text: '#!/bin/sh\n' },
    ]);
  });

  it('is the same bytes every time, on every machine: this very hash', async () => {
    const files = [file('evaluate.py', 'x = 1\n'), file('preprocess.py', 'y = 2\n')];
    const first = await makeArchive(files);
    const second = await makeArchive(files);
    expect(second.bytes.equals(first.bytes)).toBe(true);
    expect(first.sha256).toBe('39bbb7b88fca95a7b3de833823d9eac6944786d53d8e81d9e9a920223fced0cd');
  });

  it('differs when a byte, a name or a permission does', async () => {
    const archives = await Promise.all(
      [file('a', '1'), file('a', '2'), file('b', '1'), file('a', '1', true)].map((one) => makeArchive([one])),
    );
    expect(new Set(archives.map(({ sha256 }) => sha256)).size).toBe(4);
  });

  it('keeps names longer than the tar header has room for', async () => {
    const long = `${'folder/'.repeat(30)}name-é.py`;
    expect((await entries((await makeArchive([file(long, 'x')])).bytes)).map(({ name }) => name)).toEqual([long]);
  });
});

describe('gzip without compression', () => {
  it('is read back by zlib', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 0, max: 70 }), (bytes, times) => {
        const content = Buffer.concat(Array.from({ length: times }, () => bytes));
        expect(gunzipSync(gzipStored(content)).equals(content)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it.each([0, 1, 65_534, 65_535, 65_536, 131_070, 131_071])('holds at the edges of blocks: %i bytes', (length) => {
    const content = Buffer.alloc(length, 'telar');
    expect(gunzipSync(gzipStored(content)).equals(content)).toBe(true);
  });
});
