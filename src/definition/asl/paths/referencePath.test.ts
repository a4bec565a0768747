/** Where results are put. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStatesError } from '../failure.ts';
import type { Json } from '../scope.ts';
import { compileReferencePath, putAt } from './referencePath.ts';

function put(text: string, document: Json, value: Json): Json {
  const compiled = compileReferencePath(text);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return putAt(compiled.path, document, value);
}

describe('a value is put', () => {
  it.each<[string, Json, Json]>([
    ['$', { a: 1 }, 9],
    ['$.b', { a: 1 }, { a: 1, b: 9 }],
    ['$.a', { a: { b: 1 } }, { a: 9 }],
    ['$.a.b.c', {}, { a: { b: { c: 9 } } }],
    ["$['a b'].c", { 'a b': { d: 1 } }, { 'a b': { d: 1, c: 9 } }],
    ['$.a[1]', { a: [1, 2, 3] }, { a: [1, 9, 3] }],
    ['$.a[1].b', { a: [1, {}] }, { a: [1, { b: 9 }] }],
    ['$.a[1]', { a: [1] }, { a: [1, 9] }],
    ['$.__proto__', {}, JSON.parse('{"__proto__":9}')],
  ])('at %s of %j', (text, document, expected) => {
    expect(JSON.stringify(put(text, document, 9))).toBe(JSON.stringify(expected));
  });

  it.each<[string, Json, string]>([
    ['$.x', 'foo', 'Unable to apply step "x" to input "foo"'],
    ['$.x', [1], 'Unable to apply step "x" to input [1]'],
    ['$.a.b', { a: 1 }, 'Unable to apply step "b" to input {"a":1}'],
    ['$.a[0]', {}, 'Unable to apply step "0" to input {}'],
    ['$.a[3]', { a: [] }, 'Unable to apply step "3" to input {"a":[]}'],
  ])('but not at %s of %j', (text, document, cause) => {
    let thrown: unknown;
    try {
      put(text, document, 9);
    } catch (error) {
      thrown = error;
    }
    expect(isStatesError(thrown) && thrown.failure).toEqual({ error: 'States.ResultPathMatchFailure', cause });
  });

  it('without a change to the document, what lies beside the path being shared', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(fc.dictionary(name, fc.dictionary(name, fc.jsonValue())), name, name, (document, first, second) => {
        const before = JSON.stringify(document);
        const after = put(`$.${first}.${second}`, document as Json, 'put') as Record<string, Record<string, Json>>;
        expect(JSON.stringify(document)).toBe(before);
        expect(after[first]?.[second]).toBe('put');
        for (const other of Object.keys(document).filter((key) => key !== first))
          expect(after[other]).toBe(document[other]);
      }),
    );
  });
});

describe('a reference path is refused', () => {
  it.each([
    ['a.b', "Reference path didn't start with '$'"],
    ['$$.a', 'It must begin in the input: $, then . or ['],
    ['$name.a', 'It must begin in the input: $, then . or ['],
    ['$.a[*]', 'It must lead to one place: names and indices alone, without @ , : ? * .. and functions'],
    ['$..a', 'It must lead to one place: names and indices alone, without @ , : ? * .. and functions'],
    ['$.a[-1]', 'It must lead to one place: names and indices alone, without @ , : ? * .. and functions'],
    ['$.a.length()', 'It must lead to one place: names and indices alone, without @ , : ? * .. and functions'],
    ['$.', 'Expected a name at position 2'],
  ])('%s', (text, reason) => {
    const problems = [{ at: '', message: `Value is not a Reference Path: ${reason}` }];
    expect(compileReferencePath(text)).toEqual({ ok: false, problems });
  });
});
