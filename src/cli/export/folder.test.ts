import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareFolder, writeFolder } from './folder.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'telar-folder-')), 'out');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const files = (texts: Record<string, string>) =>
  new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]));
const read = (path: string) => readFileSync(join(folder, path), 'utf8');
const states = (texts: Record<string, string>) =>
  Object.fromEntries(compareFolder(folder, files(texts)).map(({ path, state }) => [path, state]));

describe('a folder that is written', () => {
  it('follows the files: new, the same, changed, gone, and the folders that are empty then', () => {
    writeFolder(folder, files({ a: '1', 'b/c/d': '2', e: '3' }));
    const list = read('.telar-export.json');
    expect(states({ a: '1', 'b/c/d': '2', e: '3' })).toEqual({ a: 'same', 'b/c/d': 'same', e: 'same' });
    writeFolder(folder, files({ e: '3', 'b/c/d': '2', a: '1' }));
    expect(read('.telar-export.json')).toBe(list);
    const next = { a: '9', e: '3', f: '4' };
    expect(states(next)).toEqual({ a: 'changed', 'b/c/d': 'gone', e: 'same', f: 'new' });
    writeFolder(folder, files(next));
    expect([read('a'), read('f'), existsSync(join(folder, 'b'))]).toEqual(['9', '4', false]);
  });

  it('could not write a name that is as long as names may be', () => {
    const name = 'x'.repeat(255);
    writeFolder(folder, files({ [name]: '1' }));
    expect(read(name)).toBe('1');
  });

  it('leaves alone what is not its own', () => {
    writeFolder(folder, files({ 'a/b': '1' }));
    writeFileSync(join(folder, 'a/mine'), 'x');
    writeFolder(folder, files({}));
    expect(read('a/mine')).toBe('x');
    expect(existsSync(join(folder, 'a/b'))).toBe(false);
  });

  it('takes a file that is there already, and is the same, for its own', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'a'), '1');
    writeFolder(folder, files({ a: '1' }));
    expect(states({ a: '2' })).toEqual({ a: 'changed' });
  });
});

describe('nothing at all is written', () => {
  const refused = (texts: Record<string, string>, message: RegExp) => {
    expect(() => writeFolder(folder, files({ ...texts, fresh: '1' }))).toThrow(message);
    expect(existsSync(join(folder, 'fresh'))).toBe(false);
  };

  it("over somebody's file, folder or link", () => {
    mkdirSync(join(folder, 'b'), { recursive: true });
    writeFileSync(join(folder, 'a'), 'mine');
    symlinkSync(tmpdir(), join(folder, 'c'));
    refused({ a: '1' }, /a: not written by 'telar export'.*nothing was written/);
    refused({ b: '1' }, /b: not written/);
    refused({ 'c/d': '1' }, /c\/d: not written/);
    expect(read('a')).toBe('mine');
  });

  it('over a file that was changed, be it wanted still or not', () => {
    writeFolder(folder, files({ a: '1', b: '2' }));
    writeFileSync(join(folder, 'a'), 'edited');
    refused({ a: '3', b: '2' }, /a: changed since it was/);
    refused({ b: '2' }, /a: changed since it was/);
    expect(states({ a: '3', b: '2' })).toEqual({ a: 'edited', b: 'same' });
  });

  it('where a path leads out, or two need the same place', () => {
    for (const path of [
      '../a',
      'a/../../b',
      '/a',
      'a//b',
      './a',
      'a/.',
      '',
      'a\0',
      'x'.repeat(256),
      '.telar-export.json',
    ]) {
      refused({ [path]: '1' }, /can be no file of a folder/);
    }
    refused({ a: '1', 'a/b': '2' }, /'a' and 'a\/b' cannot both be files/);
  });

  it('with a list that cannot be read, or that leads out', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '.telar-export.json'), '<<<<<<< HEAD');
    refused({}, /\.telar-export\.json cannot be read/);
    writeFileSync(join(folder, '../outside'), 'x');
    writeFileSync(
      join(folder, '.telar-export.json'),
      '{"files":{"../outside":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}}',
    );
    refused({}, /'\.\.\/outside' can be no file/);
    expect(existsSync(join(folder, '../outside'))).toBe(true);
  });

  it('where the folder is a file', () => {
    writeFileSync(folder, 'x');
    expect(() => writeFolder(folder, files({ a: '1' }))).toThrow(/is no folder/);
  });
});
