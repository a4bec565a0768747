/** What layers may do to the machine that unpacks them: everything they try stays below the root, or is refused. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compressed, type Layer, type LayerEntry, layerOf, tarOf } from '../../../../tests/support/containerImages.ts';
import { applyLayer, beginUnpacking, type Limits } from './layer.ts';
import { makePoints } from './points.ts';
import { openTree, partsOf } from './tree.ts';

let base: string;
let root: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-unpack-'));
  root = join(base, 'root');
  mkdirSync(root);
  mkdirSync(join(base, 'victim'));
  writeFileSync(join(base, 'victim/file'), 'untouched');
});
afterEach(() => {
  expect(readFileSync(join(base, 'victim/file'), 'utf8')).toBe('untouched');
  expect(readdirSync(join(base, 'victim'))).toEqual(['file']);
  rmSync(base, { recursive: true, force: true });
});

const MANY: Limits = { bytes: 10 ** 9, entries: 10_000 };

async function apply(layers: readonly Layer[], limits = MANY) {
  const unpacking = beginUnpacking(root, undefined, limits);
  for (const [index, { bytes, diffId }] of layers.entries()) {
    const path = join(base, `layer-${index}`);
    writeFileSync(path, bytes);
    await applyLayer(unpacking, { path, diffId });
  }
  return unpacking;
}
const unpack = async (...layers: LayerEntry[][]) => apply(await Promise.all(layers.map((entries) => layerOf(entries))));
const text = (path: string) => readFileSync(join(root, path), 'utf8');

describe('a layer', () => {
  it.each(['plain', 'gzip', 'zstd'] as const)('that is %s becomes files, folders and links', async (how) => {
    const mtime = new Date('2020-02-03T04:05:06Z');
    const layer = await layerOf(
      [
        { name: './', type: 'directory' },
        { name: 'bin', type: 'directory', mode: 0o755, mtime },
        { name: 'bin/tool', content: 'x'.repeat(100_000), mode: 0o4755, mtime },
        { name: 'bin/same', type: 'link', linkname: 'bin/tool' },
        { name: '/usr/bin', type: 'symlink', linkname: '/bin' },
        { name: `deep/${'n'.repeat(150)}/${'m'.repeat(150)}`, content: 'long' },
      ],
      how,
    );
    await apply([layer]);
    expect(statSync(join(root, 'bin/tool'))).toMatchObject({ size: 100_000, nlink: 2, mtime });
    expect(statSync(join(root, 'bin')).mtime).toEqual(mtime);
    expect(statSync(join(root, 'bin/tool')).mode & 0o7777).toBe(0o755);
    expect(readlinkSync(join(root, 'usr/bin'))).toBe('/bin');
    expect(text(`deep/${'n'.repeat(150)}/${'m'.repeat(150)}`)).toBe('long');
  });

  it('replaces what an earlier one brought, whatever it was', async () => {
    await unpack(
      [
        { name: 'a', content: 'file' },
        { name: 'b/inner', content: 'file' },
        { name: 'c', type: 'symlink', linkname: 'a' },
        { name: 'kept/old', content: 'old' },
      ],
      [
        { name: 'a/now/a/folder', content: 'x' },
        { name: 'b', content: 'now a file' },
        { name: 'c', content: 'now a file, too' },
        { name: 'kept', type: 'directory', mode: 0o700 },
      ],
    );
    expect([text('a/now/a/folder'), text('b'), text('c'), text('kept/old')]).toEqual([
      ...['x', 'now a file', 'now a file, too', 'old'],
    ]);
  });

  it('takes away what whiteouts name, and nothing of its own', async () => {
    await unpack(
      [
        { name: 'gone', content: 'x' },
        { name: 'tree/a/b', content: 'x' },
        { name: 'opaque/old', content: 'x' },
        { name: 'opaque/sub/old', content: 'x' },
        { name: 'stays', content: 'x' },
      ],
      [
        { name: '.wh.gone', content: '' },
        { name: '.wh.tree', content: '' },
        { name: '.wh..wh.plnk', content: '' },
        { name: 'opaque/new', content: 'new' },
        { name: 'opaque/sub/new', content: 'new' },
        { name: 'opaque/.wh..wh..opq', content: '' },
        { name: '.wh.never-was', content: '' },
      ],
    );
    expect(readdirSync(root).sort()).toEqual(['opaque', 'stays']);
    expect(readdirSync(join(root, 'opaque')).sort()).toEqual(['new', 'sub']);
    expect(readdirSync(join(root, 'opaque/sub'))).toEqual(['new']);
  });

  it('cannot lock its user out, nor leave a file that gains rights', async () => {
    await unpack([
      { name: 'closed', type: 'directory', mode: 0o007 },
      { name: 'closed/file', content: 'x', mode: 0o2070 },
    ]);
    expect(lstatSync(join(root, 'closed')).mode & 0o7777).toBe(0o707);
    expect(lstatSync(join(root, 'closed/file')).mode & 0o7777).toBe(0o770);
  });

  it('has its devices and pipes left out, and counted', async () => {
    const { skipped } = await unpack([
      { name: 'dev/sda', type: 'block-device', devmajor: 8, devminor: 0 },
      { name: 'dev/mem', type: 'character-device', devmajor: 1, devminor: 1 },
      { name: 'pipe', type: 'fifo' },
      { name: 'after', content: 'x' },
    ]);
    expect(skipped).toBe(3);
    expect(readdirSync(root).sort()).toEqual(['after', 'dev']);
    expect(readdirSync(join(root, 'dev'))).toEqual([]);
  });
});

describe('a hostile layer', () => {
  it.each([
    ['..', '../victim/file'],
    ['.. further in', 'a/b/../../../victim/file'],
    ['.. at its end', 'a/..'],
    ['a whiteout of ..', '.wh...'],
    ['a whiteout of .', '.wh..'],
    ['a whiteout of nothing', '.wh.'],
  ])('that names %s is refused', async (_, name) => {
    await expect(unpack([{ name, content: 'evil' }])).rejects.toMatchObject({ code: 'ImageBroken' });
  });

  it('does not write through links that lead out of it', async () => {
    await unpack(
      [
        { name: 'absolute', type: 'symlink', linkname: join(base, 'victim') },
        { name: 'relative', type: 'symlink', linkname: '../victim' },
        { name: 'chain', type: 'symlink', linkname: 'relative/../../victim' },
        { name: 'direct', type: 'symlink', linkname: join(base, 'victim/file') },
        { name: 'absolute/file', content: 'evil' },
        { name: 'relative/file', content: 'evil' },
        { name: 'chain/new', content: 'evil' },
        { name: 'direct', content: 'evil' },
      ],
      [
        { name: 'absolute/.wh..wh..opq', content: '' },
        { name: 'relative/.wh.file', content: '' },
      ],
    );
    // Links lead where they would in the image itself, from its own root.
    expect(readdirSync(join(root, 'victim'))).toEqual(['new']);
    expect(existsSync(join(root, base, 'victim'))).toBe(true);
    expect(text('direct')).toBe('evil');
  });

  it('does not link or write to a file outside by a hard link', async () => {
    const out = unpack([{ name: 'x', type: 'link', linkname: '../victim/file' }]);
    await expect(out).rejects.toMatchObject({ code: 'ImageBroken' });
    const through = unpack([
      { name: 'way', type: 'symlink', linkname: base },
      { name: 'x', type: 'link', linkname: 'way/victim/file' },
    ]);
    await expect(through).rejects.toThrow('which is not there');
    // A hard link to a link is the link itself: writing to it replaces it.
    await unpack([
      { name: 'link', type: 'symlink', linkname: join(base, 'victim/file') },
      { name: 'hard', type: 'link', linkname: 'link' },
      { name: 'hard', content: 'evil' },
    ]);
    expect(text('hard')).toBe('evil');
  });

  it('that is a loop of links is refused', async () => {
    const entries: LayerEntry[] = [
      { name: 'a', type: 'symlink', linkname: 'b' },
      { name: 'b', type: 'symlink', linkname: 'a' },
      { name: 'a/file', content: 'x' },
    ];
    await expect(unpack(entries)).rejects.toThrow('loop of links');
  });

  it('that brings too much is stopped while it does', async () => {
    const zeros = await layerOf([{ name: 'zeros', content: Buffer.alloc(5_000_000) }], 'gzip');
    await expect(apply([zeros], { bytes: 1_000_000, entries: 10 })).rejects.toThrow('more bytes than Telar unpacks');
    const many = await layerOf(Array.from({ length: 100 }, (_, n) => ({ name: `f${n}`, content: '' })));
    await expect(apply([many], { bytes: 10 ** 6, entries: 99 })).rejects.toThrow('more files than Telar unpacks');
    const again = Array.from({ length: 9 }, () => ({ name: '.wh..wh..opq', content: '' }));
    const files = Array.from({ length: 9 }, (_, n) => ({ name: `f${n}`, content: '' }));
    const searching = await layerOf([...files, ...again]);
    await expect(apply([searching], { bytes: 10 ** 6, entries: 50 })).rejects.toThrow('more files than Telar unpacks');
    // A header that tells more than there is.
    const tar = await tarOf([{ name: 'sparse', content: Buffer.alloc(1024) }]);
    tar.write('77777777777', 124);
    let sum = 8 * 32;
    for (let at = 0; at < 512; at++) if (at < 148 || at >= 156) sum += tar[at]!;
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    await expect(apply([compressed(tar)], { bytes: 10 ** 12, entries: 9 })).rejects.toThrow('cannot be read');
  });

  it.each([
    ['is no archive', Buffer.from('not a tar archive at all '.repeat(100))],
    ['is gzip of nonsense', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6])],
  ])('that %s is refused', async (_, bytes) => {
    await expect(apply([{ bytes, diffId: '', mediaType: '' }])).rejects.toMatchObject({ code: 'ImageBroken' });
  });

  it('that is cut short, or is another one, is refused', async () => {
    const { bytes, ...rest } = await layerOf([{ name: 'a', content: 'x'.repeat(9000) }], 'gzip');
    const cut = apply([{ bytes: bytes.subarray(0, bytes.length / 2), ...rest }]);
    await expect(cut).rejects.toMatchObject({ code: 'ImageBroken' });
    const other = await layerOf([{ name: 'b', content: 'y' }]);
    await expect(apply([{ ...other, diffId: rest.diffId }])).rejects.toThrow('other bytes than the image names');
  });
});

describe('places to mount at', () => {
  it('are real folders and files, wherever the image links them', async () => {
    const unpacking = await unpack([
      { name: 'opt', type: 'symlink', linkname: '/srv/own' },
      { name: 'tmp', type: 'symlink', linkname: '/var/../../elsewhere' },
      { name: 'etc/resolv.conf', type: 'symlink', linkname: '/run/resolved' },
      { name: 'proc', type: 'symlink', linkname: 'proc' },
      { name: 'run', content: '' },
    ]).catch((error: Error) => error);
    // A link to itself has no place.
    expect(() => makePoints(unpacking as Awaited<ReturnType<typeof apply>>)).toThrow('loop of links');
    rmSync(join(root, 'proc'));
    expect(() => makePoints(unpacking as Awaited<ReturnType<typeof apply>>)).toThrow('a file at /run');
    rmSync(join(root, 'run'));
    const points = makePoints(unpacking as Awaited<ReturnType<typeof apply>>);
    expect(points['/opt/ml']).toBe('srv/own/ml');
    expect(points['/etc/resolv.conf']).toBe('etc/resolv.conf');
    for (const [path, place] of Object.entries(points)) {
      const entry = lstatSync(join(root, place));
      expect([path, path.startsWith('/etc/') ? entry.isFile() : entry.isDirectory()]).toEqual([path, true]);
    }
  });
});

describe('resolving', () => {
  it('never leaves the root, whatever links there are', async () => {
    const name = fc.constantFrom('a', 'b', 'c', '..', '.');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    const target = fc.tuple(fc.constantFrom('/', '', `${base}/`), path).map((parts) => parts.join(''));
    const link = fc.record({ name: fc.constantFrom('a', 'b', 'a/b', 'c/a', 'c/b/a'), target });
    await fc.assert(
      fc.asyncProperty(fc.array(link, { maxLength: 5 }), path, async (links, wanted) => {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        const entries = links.map(({ name, target }) => ({ name, type: 'symlink' as const, linkname: target }));
        try {
          await unpack([...entries, { name: 'a/b/c', content: 'x' }]);
          if (partsOf(wanted).length > 0) openTree(root, () => {}).place(partsOf(wanted));
          const found = openTree(root, () => {}).resolve(partsOf(wanted));
          if (found) expect(lstatSync(join(root, ...found)).isSymbolicLink()).toBe(false);
        } catch (error) {
          expect(String(error)).toMatch(/loop of links|ENOTDIR|EEXIST|ImageBroken|ENAMETOOLONG/);
        }
        expect(
          readdirSync(base)
            .filter((name) => !name.startsWith('layer-'))
            .sort(),
        ).toEqual(['root', 'victim']);
      }),
      { numRuns: 150 },
    );
  });
});
