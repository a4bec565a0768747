import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collisionLines, mergeHosts } from './merge.ts';
import type { LeftFile } from './walk.ts';

const file = (path: string): LeftFile => ({ path, size: 1, executable: false });
const host = (number: number, ...paths: string[]) => ({
  ...{ host: `algo-${number}`, folder: `/${number}`, files: paths.map(file) },
});

describe('the files of several hosts', () => {
  it('become one folder, by path', () => {
    const { files, collisions } = mergeHosts([host(1, 'b', 'd/x'), host(2, 'a', 'd/y')]);
    expect(files.map(({ path, folder }) => `${folder} ${path}`)).toEqual(['/2 a', '/1 b', '/1 d/x', '/2 d/y']);
    expect(collisions).toEqual([]);
  });

  it('of the same name are kept of the lower host, and named', () => {
    const { files, collisions } = mergeHosts([host(1, 'model', 'd/x'), host(2, 'model', 'd'), host(3, 'model/part')]);
    expect(files.map(({ path, folder }) => `${folder} ${path}`)).toEqual(['/1 d/x', '/1 model']);
    expect(collisionLines('model', collisions)).toEqual([
      'telar: model/model of algo-2 is not stored: algo-1 has it, too, and is kept.',
      'telar: model/d of algo-2 is not stored: algo-1 has it, too, and is kept.',
      'telar: model/model/part of algo-3 is not stored: algo-1 has it, too, and is kept.',
    ]);
  });

  it('collide in thousands without filling the log', () => {
    const paths = Array.from({ length: 3000 }, (_, index) => `f${index}`);
    const lines = collisionLines('out', mergeHosts([host(1, ...paths), host(2, ...paths)]).collisions);
    expect(lines.length).toBe(21);
    expect(lines.at(-1)).toContain('2980 more files');
  });

  it('always fit one file system: no file twice, none where a folder is', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/'));
    const one = fc
      .uniqueArray(path, { maxLength: 6 })
      .filter((paths) => !paths.some((a) => paths.some((b) => b.startsWith(`${a}/`))));
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (all) => {
        const { files, collisions } = mergeHosts(all.map((paths, index) => host(index + 1, ...paths)));
        const merged = files.map((each) => each.path);
        expect(new Set(merged).size).toBe(merged.length);
        expect(merged.some((a) => merged.some((b) => b.startsWith(`${a}/`)))).toBe(false);
        expect(merged.length + collisions.length).toBe(all.flat().length);
      }),
    );
  });
});
