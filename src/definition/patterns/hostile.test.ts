import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, indexPatterns } from './index.ts';

const reasonOf = (text: string): string | undefined => {
  const compiled = compilePattern(text);
  return compiled.ok ? undefined : compiled.reason;
};

describe('what is refused', () => {
  it.each([
    ['[]', /^Filter is not an object\n at \[Source: \(String\)"\[\]"; line: 1, column: 2\]$/],
    ['{}', /^Empty objects are not allowed/],
    ['{"a": {}}', /^Empty objects are not allowed/],
    ['{"a": []}', /^Empty arrays are not allowed/],
    ['{"a": [[1]]}', /^Match value must be String, number, true, false, or null/],
    ['{"a": 1}', /^"a" must be an object or an array/],
    ['{"a": [{"prefix": "x", "suffix": "y"}]}', /^Only one key allowed in match expression/],
    ['{"a": [{}]}', /^Match expression name not found/],
    ['{"a": [{"constructor": 1}]}', /^Unrecognized match type constructor/],
    ['{"a": [{"anything-but": {"toString": 1}}]}', /^Unsupported anything-but pattern: toString/],
    ['{"a": [{"anything-but": []}]}', /^Inside anything but list, either all values are number or string/],
    ['{"a": [{"anything-but": ["x", 1]}]}', /^Inside anything but list, either all values are number or string/],
    ['{"a": [{"numeric": ["~", 1]}]}', /^Unrecognized numeric range operator: ~/],
    ['{"a": [{"numeric": ["constructor", 1]}]}', /^Unrecognized numeric range operator: constructor/],
    ['{"a": [{"numeric": ["<", 1, ">", 0]}]}', /^Too many elements in numeric expression/],
    ['{"a": [{"numeric": [">", 5, "<", 1]}]}', /^Bottom must be less than top/],
    ['{"a": [{"numeric": [">", 6e9]}]}', /^Value must be between -5.0E9 and 5.0E9, inclusive\n at/],
    ['{"a": [{"exists": "true"}]}', /^exists match pattern must be either true or false/],
    ['{"a": [{"cidr": "10.0.0.0/32"}]}', /^IPv4 mask bits must be < 32$/],
    ['{"a": [{"cidr": "10.0.0.300/8"}]}', /^Invalid IP address: 10.0.0.300$/],
    ['{"a": [{"wildcard": "a**b"}]}', /^Consecutive wildcard characters at pos 2\n at .*column: 27\]$/],
    ['{"a": [{"wildcard": "a\\\\b"}]}', /^Invalid escape character at pos 2/],
    ['{"$or": [{"a": [1]}]}', /^There must have at least 2 Objects in \$or relationship/],
    ['{"$or": {"a": [1]}}', /^It must be an Array followed with \$or/],
    ['{"$or": [{"a": [1]}, 1]}', /^Only JSON object is allowed in array of \$or relationship/],
    ['{"$or": [{"a": [1]}, {"prefix": [1]}]}', /^prefix is Ruler reserved fieldName which cannot be used inside \$or/],
    ['{"a": [1],}', /^Unexpected character/],
    ['', /./],
  ])('%s', (text, reason) => {
    expect(reasonOf(text)).toMatch(reason);
  });

  it('says where, in another line', () => {
    expect(reasonOf('{\n  "a": 42\n}')).toMatch(/line: 2, column: 10\]$/);
  });
});

describe('what is bounded', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}[1]${'}'.repeat(depth)}`;

  it('a pattern’s depth', () => {
    expect(reasonOf(nested(900))).toBeUndefined();
    expect(reasonOf(nested(1100))).toMatch(/^Document nesting depth \(1001\) exceeds/);
    expect(reasonOf(nested(100_000))).toMatch(/nesting depth/);
  });

  it('what $or multiplies', () => {
    const either = (count: number) =>
      `{${Array.from({ length: count }, (_, at) => `"n${at}": {"$or": [{"a": [1]}, {"b": [1]}]}`).join()}}`;
    expect(reasonOf(either(9))).toBeUndefined();
    expect(reasonOf(either(10))).toMatch(/^Rule is too complex/);
    expect(reasonOf(either(2000))).toMatch(/^Rule is too complex/);
  });

  it('what a wildcard could be doing at once', () => {
    expect(reasonOf('{"a": [{"wildcard": "*:*:*:*:*:event-bus/*"}]}')).toMatch(/^Rule is too complex[^\n]*$/);
    expect(reasonOf(`{"a": [{"wildcard": "*${'a'.repeat(100)}b"}]}`)).toMatch(/^Rule is too complex/);
    expect(reasonOf('{"a": [{"wildcard": "/Users/*/dir/dir/dir/dir/dir/doc.txt"}]}')).toBeUndefined();
  });

  it('how many characters a wildcard looks at', () => {
    const compiled = compilePattern('{"a": [{"wildcard": "*aaaaaaab*c"}]}');
    expect(compiled.ok && compiled.pattern.matches({ a: `${'a'.repeat(1_000_000)}c` })).toBe(false);
  });

  it('events that nest deeper than the stack', () => {
    const compiled = compilePattern('{"a": [{"prefix": "x"}]}');
    const deep = JSON.parse(`{"a": ${'['.repeat(50_000)}"x"${']'.repeat(50_000)}}`) as unknown;
    expect(compiled.ok && compiled.pattern.matches(deep)).toBe(true);
  });

  it('lists of many objects: one after the other, and not one with the other', () => {
    const lists = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, Array(2000).fill({ x: 1, y: 2 })]));
    const field = { x: [1], y: [3] };
    const compiled = compilePattern(JSON.stringify({ a: { x: [1] }, b: { x: [1] }, c: { x: [1] }, d: field }));
    expect(compiled.ok && compiled.pattern.matches(lists)).toBe(false);
  });
});

it('whatever the text, an answer', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"a"',
    '"$or"',
    '"prefix"',
    '"anything-but"',
    '1',
    'null',
    '"\\u0041"',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 20 }).map((all) => all.join('')),
    fc.json(),
  );
  fc.assert(
    fc.property(texts, fc.jsonValue(), (text, event) => {
      const compiled = compilePattern(text);
      if (compiled.ok) expect(typeof compiled.pattern.matches(event)).toBe('boolean');
      else expect(compiled.reason).not.toBe('');
    }),
    { numRuns: 3000 },
  );
  expect(indexPatterns([]).matching(null)).toEqual([]);
});
