import { describe, expect, it } from 'vitest';
import { parseSelection, selectedColumns } from './selection.ts';

const select = (path: string, width: number) => selectedColumns(parseSelection(path), width);

describe('a filter of columns', () => {
  it.each([
    ['$', 3, [0, 1, 2]],
    ['$[*]', 2, [0, 1]],
    ['$[1:]', 4, [1, 2, 3]],
    ['$[:-1]', 4, [0, 1, 2]],
    ['$[-2:]', 4, [2, 3]],
    ['$[1:3]', 9, [1, 2]],
    ['$[0:99]', 2, [0, 1]],
    ['$[0, -1]', 4, [0, 3]],
    ['$[2,0]', 3, [2, 0]],
    ['$[-1]', 3, [2]],
  ])('%s of %d columns', (path, width, columns) => expect(select(path, width)).toEqual(columns));

  it.each(["$['a']", '$.a', '$[0]..', '$[1:2:1]', '', '$[99999999]'])('refuses %s by name', (path) => {
    expect(() => parseSelection(path)).toThrow(/is not one of columns/);
  });

  it.each(['$[3]', '$[-4]'])('refuses %s of three columns', (path) => {
    expect(() => select(path, 3)).toThrow(/first row has 3 columns/);
  });
});
