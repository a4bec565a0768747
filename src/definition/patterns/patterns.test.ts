import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, indexPatterns } from './index.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Fields = { [name: string]: Json };

function compiled(pattern: Json) {
  const answer = compilePattern(JSON.stringify(pattern));
  if (!answer.ok) throw new Error(answer.reason);
  return answer.pattern;
}

const matches = (pattern: Json, event: Json) => compiled(pattern).matches(event);

describe('operators', () => {
  it.each<[string, Json, Json, boolean]>([
    ['a text', ['running'], 'running', true],
    ['no other text', ['running'], 'stopped', false],
    ['any of several', ['a', 1, null], 1, true],
    ['a number however it is written', [300], 300.0, true],
    ['no text for a number', [300], '300', false],
    ['null', [null], null, true],
    ['no null for a text', [null], 'null', false],
    ['a boolean', [false], false, true],
    ['prefix', [{ prefix: 'ab' }], 'abc', true],
    ['prefix of a number', [{ prefix: '1' }], 12, false],
    ['prefix in any case', [{ prefix: { 'equals-ignore-case': 'AB' } }], 'aBc', true],
    ['suffix', [{ suffix: '.csv' }], 'a.csv', true],
    ['suffix in any case', [{ suffix: { 'equals-ignore-case': '.CSV' } }], 'a.csv', true],
    ['equals-ignore-case', [{ 'equals-ignore-case': 'Straße' }], 'STRASSE', false],
    ['equals-ignore-case, beyond ASCII', [{ 'equals-ignore-case': 'ÑANDÚ' }], 'ñandú', true],
    ['exactly', [{ exactly: 'a' }], 'a', true],
    ['wildcard', [{ wildcard: 'a*c' }], 'abbc', true],
    ['wildcard, the same end twice', [{ wildcard: 'ab*ab' }], 'ab', false],
    ['wildcard, a middle that the end needs', [{ wildcard: '*b*b' }], 'ab', false],
    ['wildcard, escaped', [{ wildcard: 'a\\*\\\\*' }], 'a*\\c', true],
    ['wildcard, escaped, taken literally', [{ wildcard: 'a\\*' }], 'ab', false],
    ['anything-but a value', [{ 'anything-but': 'a' }], 'b', true],
    ['anything-but a value, of another type', [{ 'anything-but': 'a' }], 1, true],
    ['anything-but a list', [{ 'anything-but': [1, 2] }], 2, false],
    ['anything-but a prefix', [{ 'anything-but': { prefix: ['a', 'b'] } }], 'bc', false],
    ['anything-but a suffix', [{ 'anything-but': { suffix: 'c' } }], 'bd', true],
    ['anything-but in any case', [{ 'anything-but': { 'equals-ignore-case': ['a'] } }], 'A', false],
    ['anything-but a wildcard', [{ 'anything-but': { wildcard: '*/raw/*' } }], 'x/raw/y', false],
    ['numeric', [{ numeric: ['=', 3.018e2] }], 301.8, true],
    ['a numeric range', [{ numeric: ['>', 0, '<=', 5] }], 5, true],
    ['outside a numeric range', [{ numeric: ['>', 0, '<', 5] }], 5, false],
    ['numeric of a text', [{ numeric: ['>', 0] }], '5', false],
    ['cidr', [{ cidr: '10.0.0.0/24' }], '10.0.0.255', true],
    ['cidr, the next block', [{ cidr: '10.0.0.0/24' }], '10.0.1.0', false],
    ['cidr of version 6', [{ cidr: '2001:db8::/64' }], '2001:0db8:0:0:1::', true],
    ['cidr of the other version', [{ cidr: '0.0.0.0/0' }], '::1', false],
    ['an address of version 6, written otherwise', ['2001:db8::1'], '2001:0DB8:0:0:0:0:0:1', true],
    ['exists', [{ exists: true }], null, true],
    ['exists, of an object', [{ exists: true }], { b: 1 }, false],
    ['exists, of an empty list', [{ exists: true }], [], false],
    ['exists: false', [{ exists: false }], 'a', false],
    ['one element of a list', ['b'], ['a', 'b'], true],
    ['one element of a list of lists', ['b'], [['a'], [['b']]], true],
    ['anything-but, one element of a list', [{ 'anything-but': 'a' }], ['a', 'b'], true],
  ])('%s', (_, list, value, expected) => {
    expect(matches({ a: list }, { a: value })).toBe(expected);
  });

  it('is absent where no such field is, or one that is an object', () => {
    expect(matches({ a: { b: [{ exists: false }] } }, {})).toBe(true);
    expect(matches({ a: { b: [{ exists: false }, 'x'] } }, { a: { b: 'x' } })).toBe(true);
    expect(matches({ a: [{ exists: false }] }, { a: { b: 'x' } })).toBe(true);
  });
});

describe('structure', () => {
  it('asks for all fields', () => {
    const pattern = {
      source: ['aws.s3'],
      detail: { bucket: { name: ['raw'] }, object: { key: [{ suffix: '.csv' }] } },
    };
    const event = (name: string) => ({
      source: 'aws.s3',
      detail: { bucket: { name }, object: { key: 'a.csv', size: 1 } },
    });
    expect(matches(pattern, event('raw'))).toBe(true);
    expect(matches(pattern, event('clean'))).toBe(false);
  });

  it('asks for one part of $or, and for what stands beside it', () => {
    const pattern: Json = {
      source: ['s'],
      $or: [{ a: [1] }, { b: [2], c: [3] }],
      detail: { $or: [{ x: [1] }, { y: [1] }] },
    };
    expect(matches(pattern, { source: 's', a: 1, detail: { y: 1 } })).toBe(true);
    expect(matches(pattern, { source: 's', b: 2, c: 3, detail: { x: 1 } })).toBe(true);
    expect(matches(pattern, { source: 's', b: 2, detail: { x: 1 } })).toBe(false);
    expect(matches(pattern, { source: 'other', a: 1, detail: { y: 1 } })).toBe(false);
  });

  it('joins names by dots, in patterns and in events', () => {
    expect(matches({ 'a.b': [1] }, { a: { b: 1 } })).toBe(true);
    expect(matches({ a: { b: [1] } }, { 'a.b': 1 })).toBe(true);
  });

  it('looks for all of a list’s fields in one of its elements', () => {
    const pattern = { list: { name: ['x'], size: [{ numeric: ['>', 5] }] } };
    expect(
      matches(pattern, {
        list: [
          { name: 'x', size: 1 },
          { name: 'y', size: 9 },
        ],
      }),
    ).toBe(false);
    expect(
      matches(pattern, {
        list: [
          { name: 'x', size: 1 },
          { name: 'x', size: 9 },
        ],
      }),
    ).toBe(true);
  });

  it('finds absent what the chosen element lacks; and, before one is chosen, what all lack', () => {
    const list: Json = [{ a: 1 }, { b: 2, c: 3 }];
    expect(matches({ list: { a: [1], c: [{ exists: false }] } }, { list })).toBe(true);
    expect(matches({ list: { a: [{ exists: false }], b: [2] } }, { list })).toBe(false);
    expect(matches({ list: { d: [{ exists: false }], b: [2] } }, { list })).toBe(true);
  });

  it('takes the last of two lists with one name', () => {
    const twice = compilePattern('{"a": [1], "a": [2]}');
    expect(twice.ok && [twice.pattern.matches({ a: 1 }), twice.pattern.matches({ a: 2 })]).toEqual([false, true]);
  });

  it('does not mistake what objects inherit for fields', () => {
    expect(matches({ constructor: [{ exists: true }] }, {})).toBe(false);
    expect(matches({ ['__proto__']: ['x'] }, JSON.parse('{"__proto__": "x"}') as Json)).toBe(true);
  });
});

/** The same question, asked of one reading of an event after the other: one element of each list of objects at a time. */
function readings(value: Json): Json[] {
  if (Array.isArray(value)) {
    const objects = value.filter((one) => typeof one === 'object' && one !== null);
    return objects.length === 0 ? [value] : objects.flatMap(readings);
  }
  if (typeof value !== 'object' || value === null) return [value];
  return Object.entries(value).reduce<Fields[]>(
    (all, [name, member]) => readings(member).flatMap((one) => all.map((fields) => ({ ...fields, [name]: one }))),
    [{}],
  );
}

type Check = (value: Json, wanted: Json) => boolean;
const PLAIN: Readonly<Record<string, Check>> = {
  prefix: (value, wanted) => typeof value === 'string' && value.startsWith(wanted as string),
  suffix: (value, wanted) => typeof value === 'string' && value.endsWith(wanted as string),
  'equals-ignore-case': (value, wanted) =>
    typeof value === 'string' && value.toLowerCase() === (wanted as string).toLowerCase(),
  wildcard: (value, wanted) =>
    typeof value === 'string' && new RegExp(`^${(wanted as string).replaceAll('*', '.*')}$`).test(value),
  exists: (_, wanted) => wanted === true,
  numeric: (value, wanted) => typeof value === 'number' && value > (wanted as [string, number])[1],
  'anything-but': (value, wanted) => !element(value, wanted),
};

function element(value: Json, wanted: Json): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  const [[name, operand]] = Object.entries(wanted) as [[string, Json]];
  return PLAIN[name]!(value, operand);
}

function naive(pattern: Fields, event: Json | undefined): boolean {
  const fields = typeof event === 'object' && event !== null && !Array.isArray(event) ? event : {};
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') return (wanted as Fields[]).some((part) => naive(part, event));
    const value = fields[name];
    if (!Array.isArray(wanted)) return naive(wanted as Fields, value);
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
    const absent = values.length === 0 || (typeof value === 'object' && value !== null && !Array.isArray(value));
    return absent
      ? wanted.some((one) => JSON.stringify(one) === '{"exists":false}')
      : wanted.some((one) => values.some((each) => element(each, one)));
  });
}

const name = fc.constantFrom('a', 'b', 'c');
const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b'), maxLength: 3 });
const scalar = fc.oneof(text, fc.integer({ min: -2, max: 2 }), fc.constantFrom<Json>(null, true, false));
const wildcard = fc
  .string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 4 })
  .map((one) => one.replace(/\*+/g, '*'));
const butNothing = (one: string) => one !== '';
const operator: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  text.map((prefix) => ({ prefix })),
  text.map((suffix) => ({ suffix })),
  text.map((one) => ({ 'equals-ignore-case': one })),
  wildcard.map((one) => ({ wildcard: one })),
  fc.integer({ min: -2, max: 2 }).map((above) => ({ numeric: ['>', above] })),
  fc.oneof(text, fc.integer({ min: -2, max: 2 })).map((but) => ({ 'anything-but': but })),
  text.filter(butNothing).map((prefix) => ({ 'anything-but': { prefix } })),
  wildcard.map((one) => ({ 'anything-but': { wildcard: one } })),
  fc.constant({ exists: true }),
);
const elements = (absence: boolean) =>
  fc.array(absence ? fc.oneof(operator, fc.constant<Json>({ exists: false })) : operator, {
    minLength: 1,
    maxLength: 3,
  });

function patternOf(absence: boolean): fc.Arbitrary<Fields> {
  return fc.letrec<{ fields: Fields; list: Json }>((tie) => ({
    list: elements(absence),
    fields: fc.oneof(
      { depthSize: 'small' },
      fc.dictionary(name, tie('list'), { minKeys: 1, maxKeys: 3 }),
      fc.dictionary(name, fc.oneof(tie('list'), tie('fields')), { minKeys: 1, maxKeys: 3 }),
      fc.array(tie('fields'), { minLength: 2, maxLength: 3 }).map((parts) => ({ $or: parts })),
    ),
  })).fields;
}

/** A field is a list or an object, the same in all parts of a pattern: AWS does not say what else would mean. */
function isPlain(pattern: Fields): boolean {
  const kinds = new Map<string, boolean>();
  const visit = (fields: Fields, path: string): boolean =>
    Object.entries(fields).every(([member, value]) => {
      if (member === '$or') return (value as Fields[]).every((part) => visit(part, path));
      const at = `${path}.${member}`;
      const known = kinds.get(at);
      if (known !== undefined) return false;
      kinds.set(at, true);
      return Array.isArray(value) || visit(value as Fields, at);
    });
  return visit(pattern, '');
}

const flat = fc.letrec<{ value: Json; fields: Fields }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(scalar, { maxLength: 3 }), tie('fields')),
  fields: fc.dictionary(name, tie('value'), { maxKeys: 3 }),
})).fields;
const listed = fc.letrec<{ value: Json; fields: Fields }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('fields'), { maxLength: 3 }), tie('fields')),
  fields: fc.dictionary(name, tie('value'), { maxKeys: 3 }),
})).fields;

describe('compiled patterns', () => {
  it('match what the plain reading of the language matches', () => {
    fc.assert(
      fc.property(patternOf(true).filter(isPlain), flat, (pattern, event) => {
        expect(matches(pattern, event)).toBe(naive(pattern, event));
      }),
      { numRuns: 2000 },
    );
  });

  it('match lists of objects, element by element', () => {
    fc.assert(
      fc.property(patternOf(false).filter(isPlain), listed, (pattern, event) => {
        expect(matches(pattern, event)).toBe(readings(event).some((one) => naive(pattern, one)));
      }),
      { numRuns: 2000 },
    );
  });

  it('match in an index as each does alone', () => {
    const patterns = fc.array(patternOf(true), { maxLength: 8 });
    fc.assert(
      fc.property(patterns, fc.array(fc.oneof(flat, listed), { maxLength: 4 }), (all, events) => {
        const each = all.map(compiled);
        const index = indexPatterns(each.map((pattern, at) => [at, pattern.alternatives] as const));
        for (const event of events) {
          const found = each.flatMap((pattern, at) => (pattern.matches(event) ? [at] : []));
          expect(index.matching(event).sort()).toEqual(found);
          if (typeof event['a'] === 'string' && found.length > 0)
            expect(index.couldMatch({ a: event['a'] })).toBe(true);
        }
      }),
    );
  });

  it('are known not to match by what is known of an event', () => {
    const { alternatives } = compiled({ source: [{ prefix: 'aws.' }], 'detail-type': ['x'], detail: { a: [1] } });
    const index = indexPatterns([['rule', alternatives] as const]);
    expect(index.couldMatch({ source: 'aws.s3', 'detail-type': 'x' })).toBe(true);
    expect(index.couldMatch({ source: 'mine', 'detail-type': 'x' })).toBe(false);
    expect(indexPatterns([]).couldMatch({ source: 'aws.s3' })).toBe(false);
  });
});
