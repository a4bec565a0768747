/** Values as the texts that they were given as. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import { textsOf } from './texts.ts';

const given = (text: string) => ({ text, value: JSON.parse(text) as Json });

describe('a text', () => {
  it('is told as it came, blanks and all, and what was computed as JSON', () => {
    const source = given('{ "a": [1, 2.0] }');
    const { whole } = textsOf([source]);
    expect(whole(source.value)).toBe(source.text);
    expect(whole({ a: [1, 2] })).toBe('{"a":[1,2]}');
    expect(whole('text')).toBe('"text"');
  });

  it.each([
    ['{"a": {"b": [1, 2]}}', ['a', 'b'], '[1, 2]'],
    ['[ [0], [1, {"x": "]"}] ]', [1], '[1, {"x": "]"}]'],
    ['{"a": [1, 1], "a": [2, 2]}', ['a'], '[2, 2]'],
    ['{"a,b": {"\\u0063\\"": [ ]}}', ['a,b', 'c"'], '[ ]'],
    ['{"__proto__": [1 ,2]}', ['__proto__'], '[1 ,2]'],
    ['{"a": ["{", "}"], "b": [ 3 ]}', ['b'], '[ 3 ]'],
  ] as [string, (string | number)[], string][])('of a part of %s stands within it', (text, path, expected) => {
    const source = given(text);
    const part = path.reduce<Json>((value, step) => (value as JsonObject)[step]!, source.value);
    expect(textsOf([source]).part(part)).toBe(expected);
  });

  it('of any part means that part', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.array(fc.jsonValue())), fc.constantFrom(0, 1, 3), (value, indent) => {
        const source = given(JSON.stringify(value, null, indent));
        for (const part of Object.values(source.value as JsonObject)) {
          const text = textsOf([source]).part(part);
          expect(JSON.parse(text)).toEqual(part);
          expect(source.text).toContain(text);
        }
      }),
    );
  });
});
