import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DataPath, fitsRows, parseDataPath, select, textOf } from './dataPath.ts';

/** What a path selects, or the sentence that says why it selects nothing. */
function selected(text: string, value: Parameters<typeof select>[1]): unknown {
  const path = parseDataPath(text);
  if (typeof path === 'string') return path;
  const found = select(path, value);
  return 'missing' in found ? found.missing : found.value;
}

describe('a path of DataProcessing', () => {
  const row = ['a', 'b', 'c', 'd'];
  const record = { id: 7, features: [1, 2, 3], 'a name': { deep: true } };

  it.each([
    ['$', row, row],
    ['$[0]', row, 'a'],
    ['$[-1]', row, 'd'],
    ['$[0, 2]', row, ['a', 'c']],
    ['$[1:]', row, ['b', 'c', 'd']],
    ['$[1:-1]', row, ['b', 'c']],
    ['$[:2]', row, ['a', 'b']],
    ['$[*]', row, row],
    ['$.features', record, [1, 2, 3]],
    ['$.features[1:]', record, [2, 3]],
    ["$['a name'].deep", record, true],
    ["$['features','id']", record, { features: [1, 2, 3], id: 7 }],
    ['$.*', { a: 1, b: 2 }, [1, 2]],
    ['$.nothing', record, "has no 'nothing'"],
    ['$.constructor', record, "has no 'constructor'"],
    ['$[9]', row, 'has no element 9: it has 4'],
    ['$[0]', record, 'is no list'],
  ])('%s', (path, value, expected) => {
    expect(selected(path, value)).toEqual(expected);
  });

  it.each([
    ['features', "must begin with '$', and is 'features'"],
    ['$..id', "cannot be read from '..id' on. Use .name, ['name'], [position], [from:to] and *"],
    ['$[?(@.a)]', "cannot be read from '[?(@.a)]' on. Use .name, ['name'], [position], [from:to] and *"],
    ["$['a','b'].c", "selects several values before its end: '$['a','b'].c'"],
  ])('%s is refused', (path, reason) => {
    expect(parseDataPath(path)).toBe(reason);
  });

  it('of a row has positions', () => {
    expect(
      ['$', '$[0]', '$[1:]', '$[*]', '$.a', '$[0][1]'].map((text) => fitsRows(parseDataPath(text) as never)),
    ).toEqual([true, true, true, true, false, false]);
  });

  it('of any text is a path or a reason, and selects without an error', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^\$(\.[a-z*]{1,3}|\[[-0-9:,'a ]{0,8}\]){0,3}$/));
    fc.assert(
      fc.property(texts, fc.jsonValue(), (text, value) => {
        const path = parseDataPath(text);
        if (typeof path === 'string') expect(path).not.toBe('');
        else {
          const found = select(path, value as never);
          expect(Object.keys(found)).toHaveLength(1);
          expect(select(parseDataPath(textOf(path)) as DataPath, value as never)).toEqual(found);
        }
      }),
    );
  });
});
