import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
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
});
