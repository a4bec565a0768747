import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from './unpack.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-unpack-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

type Given = Partial<Header> & { name: string; text?: string };

async function archive(entries: readonly Given[]): Promise<Buffer> {
  const tar = pack();
  for (const { text = '', ...header } of entries) tar.entry(header, text);
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return gzipSync(Buffer.concat(parts));
}

/** What does not become shorter when it is packed. */
const randomText = (length: number) => randomBytes(length).toString('base64').slice(0, length);

/** Files of a folder that this process has open. */
function openBelow(folder: string): string[] {
  if (process.platform !== 'linux') return [];
  const open = readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)];
    } catch {
      return []; // the one that listed them
    }
  });
  return open.filter((path) => path.startsWith(folder));
}

const target = () => join(base, 'model');
const unpacked = (bytes: Buffer, most = 1000) => unpack({ kind: 'unpack', content: { bytes }, target: target(), most });

describe("a model's archive", () => {
  it('becomes its files, however they are named from its root', async () => {
    const entries: Given[] = [
      { name: './', type: 'directory' },
      { name: './model.json', text: '{}' },
      { name: 'code/serve', text: '#!', mode: 0o755 },
      { name: 'empty/', type: 'directory' },
    ];
    await unpacked(await archive(entries));
    expect(readFileSync(join(target(), 'model.json'), 'utf8')).toBe('{}');
    expect(statSync(join(target(), 'code/serve')).mode & 0o777).toBe(0o755);
    expect(statSync(join(target(), 'empty')).isDirectory()).toBe(true);
  });

  it.each<[string, Given[], RegExp]>([
    ['leads out of its folder', [{ name: '../outside', text: 'x' }], /'\.\.\/outside' in it cannot become a file/],
    ['leads out of it on the way', [{ name: 'a/../../outside', text: 'x' }], /cannot become a file/],
    ['names absolute paths', [{ name: '/outside', text: 'x' }], /it would be an absolute path/],
    ['holds links', [{ name: 'link', type: 'symlink', linkname: '/etc/passwd' }], /'link' in it is a link/],
    ['holds hard links', [{ name: 'link', type: 'link', linkname: 'a' }], /'link' in it is a link/],
    ['holds devices', [{ name: 'null', type: 'character-device' }], /neither a file nor a folder/],
    ['unpacks to more than it may', [{ name: 'big', text: 'x'.repeat(1001) }], /more than the 1000 bytes/],
  ])('that %s is given up', async (_, entries, reason) => {
    await expect(unpacked(await archive(entries))).rejects.toThrow(reason);
    expect(existsSync(join(base, 'outside'))).toBe(false);
  });

  it('that is none, or ends early, is given up', async () => {
    await expect(unpacked(Buffer.from('text'))).rejects.toThrow('incorrect header check');
    await expect(unpacked(gzipSync(Buffer.alloc(1024, 'x')))).rejects.toThrow(/Invalid tar header/);
    const whole = await archive([{ name: 'a', text: 'x'.repeat(900) }]);
    await expect(unpacked(whole.subarray(0, whole.length - 20))).rejects.toThrow();
  });

  it('that breaks off anywhere is given up, with every file closed', async () => {
    const random = Array.from({ length: 9 }, (_, index) => ({ name: `${index}`, text: randomText(700) }));
    const whole = await archive(random);
    for (let length = 1; length < whole.length; length += 97) {
      await expect(unpacked(whole.subarray(0, length), 10_000)).rejects.toThrow('unexpected end of file');
      expect(openBelow(target())).toEqual([]);
    }
    await unpacked(whole, 10_000);
    for (const { name, text } of random) expect(readFileSync(join(target(), name), 'utf8')).toBe(text);
  });

  it('whose files cannot be written says why', async () => {
    const entries = [
      { name: 'a', text: 'x' },
      { name: 'a/b', text: 'y'.repeat(700) },
    ];
    await expect(unpacked(await archive(entries))).rejects.toThrow(/^(EEXIST|ENOTDIR)/);
  });
});
