import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReadyFolders } from './readyFolders.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-ready-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function setUp() {
  const due: (() => void)[] = [];
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    soon: () => {},
    at: (_at: number, run: () => void) => {
      due.push(run);
      return () => {};
    },
  };
  const folders = createReadyFolders({ folder: join(base, 'ready'), clock });
  const made: string[] = [];
  const make = (folder: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file'), 'text');
    made.push(folder);
  };
  const pass = () => {
    for (const run of due.splice(0)) run();
  };
  return { folders, make, made, pass };
}

describe('a folder made beforehand', () => {
  it('is moved into its place, and another made for the next', () => {
    const { folders, make, made, pass } = setUp();
    const [first, second] = [join(base, 'first'), join(base, 'second')];
    folders.take('kind', first, make);
    pass();
    expect(made[0]).toBe(first);
    folders.take('kind', second, make);
    expect(made).toHaveLength(2);
    expect(readFileSync(join(second, 'file'), 'utf8')).toBe('text');
    pass();
    expect(readdirSync(join(base, 'ready'))).toHaveLength(1);
  });

  it('is not given to a job of another kind', () => {
    const { folders, make, made, pass } = setUp();
    folders.take('one', join(base, 'one'), make);
    pass();
    folders.take('other', join(base, 'other'), make);
    expect(made.at(-1)).toBe(join(base, 'other'));
  });

  it('takes nothing away from what a launch before left in the place', () => {
    const { folders, make, pass } = setUp();
    folders.take('kind', join(base, 'a'), make);
    pass();
    const place = join(base, 'b');
    mkdirSync(place);
    writeFileSync(join(place, 'own'), 'kept');
    folders.take('kind', place, make);
    expect(readdirSync(place).sort()).toEqual(['file', 'own']);
  });

  it('is made by the job itself where making one beforehand fails', () => {
    const { folders, make, pass } = setUp();
    writeFileSync(join(base, 'ready'), 'no folder');
    folders.take('kind', join(base, 'a'), make);
    pass();
    folders.take('kind', join(base, 'b'), make);
    expect(readFileSync(join(base, 'b/file'), 'utf8')).toBe('text');
  });

  it('is made no more once it is closed', () => {
    const { folders, make, made, pass } = setUp();
    folders.take('kind', join(base, 'a'), make);
    folders.close();
    pass();
    expect(made).toHaveLength(1);
  });
});
