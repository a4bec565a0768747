import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { keyUnder, placeOf, safePath } from './paths.ts';
import { inThread } from './work.ts';

describe('keys and paths', () => {
  it.each([
    ['data/train/a.csv', 'data/train', 'a.csv'],
    ['data/train/deep/a.csv', 'data/train/', 'deep/a.csv'],
    ['data/train.csv', 'data/train.csv', 'train.csv'],
    ['data/train.csv', 'data/tr', 'train.csv'],
    ['data/train-2/b.csv', 'data/train', 'train-2/b.csv'],
    ['a.csv', '', 'a.csv'],
    ['p/x//y', 'p/', 'x/y'],
  ])('the object %s of the prefix %j becomes %s', (key, prefix, path) => {
    expect(placeOf(key, prefix)).toEqual({ path });
  });

  it('passes over the empty objects that stand for folders', () => {
    expect(placeOf('data/', 'data')).toBe('skip');
  });

  it('never leaves the folder, whatever the key', () => {
    const piece = fc.constantFrom('..', '.', '', '/', 'a', 'a b', '\0', '\n', '\\', '~', 'é', '...');
    const key = fc.oneof(
      fc.array(piece).map((parts) => parts.join('/')),
      fc.string(),
    );
    fc.assert(
      fc.property(key, (text) => {
        const safe = safePath(text);
        if ('problem' in safe) return;
        const joined = join('/folder', safe.path);
        expect(joined.startsWith('/folder/') && normalize(joined) === joined && joined.length > 8).toBe(true);
      }),
    );
  });

  it('finds what it stored: a file under a prefix comes back to the same place', () => {
    const name = fc.stringMatching(/^[a-z0-9 _-]{1,8}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), fc.array(name), (file, folder) => {
        const [path, prefix] = [file.join('/'), folder.join('/')];
        expect(placeOf(keyUnder(prefix, path), prefix)).toEqual({ path });
      }),
    );
  });
});

describe('work in threads', () => {
  it('ends a regular expression that does not come to an end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telar-jobs-'));
    try {
      const log = join(folder, 'log');
      writeFileSync(log, `${'a'.repeat(60)}b\n`);
      const task = { kind: 'metrics' as const, log, definitions: [{ name: 'x', regex: '(a+)+$' }] };
      expect(await inThread(task, 300, systemClock)).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('passes errors on with their codes', async () => {
    const task = { kind: 'archive' as const, files: [{ folder: '/nowhere', path: 'a', size: 1, executable: false }] };
    await expect(inThread({ ...task, target: '/dev/null' }, undefined, systemClock)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
