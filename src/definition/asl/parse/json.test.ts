import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJson } from '../../../base/json.ts';
import { parseJson } from './json.ts';

function refusal(text: string): string {
  const parsed = parseJson(text);
  if (parsed.ok) throw new Error(`${text} was taken`);
  expect(parsed.message.endsWith(`\n at ${parsed.location}`)).toBe(true);
  const place = /; (line: \d+, column: \d+)\]$/.exec(parsed.location)?.[1];
  return `${parsed.message.slice(0, -`\n at ${parsed.location}`.length)} @ ${place}`;
}

const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

describe('what is no JSON is refused as AWS refuses it', () => {
  test.each([
    ['not a definition', `Unrecognized token 'not': was expecting ${VALUES} @ line: 1, column: 4`],
    [
      '{a:1}',
      "Unexpected character ('a' (code 97)): was expecting double-quote to start field name @ line: 1, column: 3",
    ],
    [
      '{"a" 1}',
      "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value @ line: 1, column: 7",
    ],
    [
      '{"a":1 "b":2}',
      `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries @ line: 1, column: 9`,
    ],
    [
      '[1 2]',
      "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries @ line: 1, column: 5",
    ],
    ['[1,]', `Unexpected character (']' (code 93)): expected a valid value ${VALUES} @ line: 1, column: 5`],
    [
      '{"a":1,}',
      "Unexpected character ('}' (code 125)): was expecting double-quote to start field name @ line: 1, column: 9",
    ],
    ['{\n  "a": tru\n}', `Unrecognized token 'tru': was expecting ${VALUES} @ line: 2, column: 11`],
    ['{"a":01}', 'Invalid numeric value: Leading zeroes not allowed @ line: 1, column: 8'],
    [
      '-x',
      "Unexpected character ('x' (code 120)): expected digit (0-9) to follow minus sign, for valid numeric value @ line: 1, column: 3",
    ],
    [
      '"a\nb"',
      'Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value @ line: 2, column: 1',
    ],
    ['"\\x"', "Unrecognized character escape 'x' (code 120) @ line: 1, column: 4"],
    [
      '"\\u12g4"',
      `Unexpected character ('1' (code 49)): expected a hex-digit for character escape sequence @ line: 1, column: 5`,
    ],
    ['"abc', 'Unexpected end-of-input: was expecting closing quote for a string value @ line: 1, column: 5'],
    ['{"abc', `Unexpected end-of-input in field name: was expecting closing '"' for name @ line: 1, column: 6`],
    ['{"a":', 'Unexpected end-of-input: expected a value @ line: 1, column: 6'],
    ['{"a":1,"a":2}', "Duplicate field 'a' @ line: 1, column: 11"],
    ['{} {}', "Unexpected character ('{' (code 123)): Expected the end of the definition @ line: 1, column: 5"],
  ])('%j', (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test('the object that is not closed is named by its place', () => {
    expect(refusal('{"a":[1')).toBe(
      'Unexpected end-of-input: expected close marker for Array (start marker at [Source: (String)"{"a":[1"; line: 1, column: 6]) @ line: 1, column: 8',
    );
    expect(refusal('{"a":1]')).toBe(
      `Unexpected close marker ']': expected '}' (for Object starting at [Source: (String)"{"a":1]"; line: 1, column: 1]) @ line: 1, column: 8`,
    );
  });

  test('500 characters of the source are shown', () => {
    const parsed = parseJson(`"${'x'.repeat(600)}`);
    expect(parsed.ok ? '' : parsed.location).toBe(
      `[Source: (String)"${`"${'x'.repeat(600)}`.slice(0, 500)}"[truncated 101 chars]; line: 1, column: 602]`,
    );
  });

  test('a thousand levels are read, and one more is not', () => {
    expect(parseJson('['.repeat(1000) + ']'.repeat(1000)).ok).toBe(true);
    expect(refusal('['.repeat(100_000))).toBe(
      'Document nesting depth (1001) exceeds the maximum allowed (1000) @ line: 1, column: 1001',
    );
  });
});

test('a field named __proto__ is a field', () => {
  const parsed = parseJson('{"__proto__":{"a":1}}');
  expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__']);
  expect(refusal('{"__proto__":1,"__proto__":2}')).toMatch(/^Duplicate field '__proto__'/);
});

describe('whatever JSON.parse takes is read the same, and nothing else is', () => {
  test('values, however they are spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('', ' ', '\t', '\n  '), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  test('texts with one part cut out or doubled', () => {
    const edits = fc.record({
      value: fc.jsonValue(),
      from: fc.nat(200),
      length: fc.nat(4),
      put: fc.string({ maxLength: 3 }),
    });
    fc.assert(
      fc.property(edits, ({ value, from, length, put }) => {
        const whole = JSON.stringify(value);
        const text = whole.slice(0, from) + put + whole.slice(from + length);
        const parsed = parseJson(text);
        const duplicate = !parsed.ok && parsed.message.startsWith('Duplicate field');
        if (!duplicate) expect(parsed.ok).toBe(isJson(text));
      }),
      { numRuns: 1000 },
    );
  });
});
