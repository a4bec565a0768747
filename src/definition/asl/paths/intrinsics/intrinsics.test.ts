/** The intrinsic functions, beyond what is recorded (recorded.test.ts): their limits, their errors, and that they have no others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../scope.ts';
import { outcome } from '../testing.ts';
import { compileIntrinsic } from './compile.ts';
import { FUNCTIONS } from './functions.ts';
import { javaRandom } from './javaRandom.ts';
import { parseIntrinsic } from './parse.ts';

const call = (text: string, input: Json = {}) => outcome(compileIntrinsic(text), input);
const error = (text: string, reason: string) => ({
  failure: { error: 'States.Runtime', cause: `The function '${text}' had the following error: ${reason}` },
});

describe('a call gives', () => {
  it.each<[string, Json]>([
    ["States.Format('{} and {}', 1, 'b')", '1 and b'],
    ["States.Format('{}', null)", 'null'],
    ["States.Format('\\{{}\\} it\\'s \\\\', true)", "{true} it's \\"],
    ["States.Format('none')", 'none'],
    ["States.Format('{}', States.Array(1, 'x'))", '[1,"x"]'],
    ['States.Array()', []],
    ["States.Array( 1 ,'a,b)' , true,null, -2.5e1 )", [1, 'a,b)', true, null, -25]],
    ['States.ArrayPartition(States.Array(1,2,3,4,5), 2.6)', [[1, 2], [3, 4], [5]]],
    ["States.ArrayContains(States.Array(1, 'true'), true)", true],
    ['States.ArrayContains(States.Array(0, null), false)', false],
    ['States.ArrayRange(1, 9, 2)', [1, 3, 5, 7, 9]],
    ['States.ArrayRange(5, 1, -2)', [5, 3, 1]],
    ['States.ArrayRange(5, 1, 1)', []],
    ['States.ArrayRange(1.6, 1.4, 1)', [1]],
    ['States.ArrayRange(5.4, -0.6, -2.4)', [5, 3, 1]],
    ['States.ArrayGetItem(States.Array(1,2,3), 1.9)', 2],
    ['States.ArrayGetItem(States.Array(null), 0)', null],
    ['States.ArrayGetItem(States.Array(), 999)', null],
    ["States.ArrayUnique(States.Array(1, '1', 1, null, null))", [1, '1', null]],
    ["States.Base64Decode('YWJjZA')", 'abcd'],
    ["States.Base64Encode('✓')", '4pyT'],
    [
      "States.Hash('hello', 'SHA-384')",
      '59e1748777448c69de6b800d7a33bbfb9ff1b463e44354c3553bcdb9c666fa90125a3c79f90397bdf5f6a13de828684f',
    ],
    ["States.Hash('✓', 'SHA-256')", '1dabba21cdad44541f6b15796f8d22978fc7ea10c46aeceeeeb66c23b3ac7604'],
    ['States.MathAdd(2147483646, 1.4)', 2147483647],
    ['States.MathRandom(0, 999, 42)', 125],
    ['States.MathRandom(-2000000000, 2000000000, -7)', 1155869324],
    ["States.StringSplit('1+2,,3.4', '.+,')", ['1', '2', '3', '4']],
    ["States.StringSplit('', ',')", []],
    ["States.StringSplit('abc', '')", ['abc']],
    ['States.StringToJson(\' {"a": [1]} \')', { a: [1] }],
    ["States.JsonToString('x')", '"x"'],
    ['States.UUID()', '00010203-0405-4607-8809-0a0b0c0d0e0f'],
  ])('%s', (text, value) => expect(call(text)).toEqual({ value }));

  it('what paths with commas and brackets in them lead to', () => {
    const input = { a: [{ b: 'x,)' }, { b: 'y' }], "it's": 1 };
    expect(call("States.Array($.a[?(@.b == 'x,)')].b, $.a[0,1].b, $['it\\'s'], $.a.length())", input)).toEqual({
      value: [['x,)'], ['x,)', 'y'], 1, 2],
    });
    expect(call('States.ArrayLength($.none[*].x)', input)).toEqual({ value: 0 });
  });

  it('objects that differ in the order of their members, once', () => {
    expect(
      call('States.ArrayUnique($)', [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ]),
    ).toEqual({ value: [{ a: 1, b: 2 }] });
  });

  it('a number from the first to the one before the last, from the execution’s own source', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (one, other) => {
        fc.pre(one !== other);
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const given = call(`States.MathRandom(${from}, ${to})`);
        expect('value' in given && Number(given.value) >= from && Number(given.value) < to).toBe(true);
      }),
    );
  });
});

describe('a call fails', () => {
  it.each([
    'States.ArrayRange(1, 1001, 1)',
    'States.ArrayRange(1, 10, 0.49)',
    "States.ArrayRange('a', 5, 1)",
    'States.ArrayPartition(States.Array(1), 0.6)',
    'States.ArrayGetItem(States.Array(1), 1)',
    'States.ArrayGetItem(States.Array(1), -1)',
    "States.ArrayLength('text')",
    "States.Hash('data', 'sha-256')",
    'States.Hash()',
    'States.MathAdd(2147483647, 1)',
    'States.MathAdd(3000000000, 1)',
    "States.MathAdd('1', 1)",
    'States.MathRandom(1.4, 1.6)',
    'States.MathRandom(1, 10, null)',
    'States.JsonMerge(States.StringToJson(null), 1, false)',
    "States.StringToJson('{bad}')",
    "States.StringSplit('a', 1)",
    'States.UUID(1)',
  ])('as its arguments are invalid: %s', (text) => {
    const inner = text.startsWith('States.JsonMerge') ? 'States.StringToJson' : text.slice(0, text.indexOf('('));
    expect(call(text)).toEqual(error(text, `Invalid arguments in ${inner}`));
  });

  it('as a text is longer than 10,000 characters', () => {
    for (const name of ['Base64Encode($)', 'Base64Decode($)', "Hash($, 'MD5')"]) {
      expect(call(`States.${name}`, 'a'.repeat(10_000))).toHaveProperty('value');
      expect(call(`States.${name}`, 'a'.repeat(10_001))).toHaveProperty('failure');
    }
  });

  it.each([
    ["States.Format('Hello {', $)", "Invalid template in States.Format: matching '}' not found for '{'."],
    ["States.Format('{{}}', $)", "Invalid template in States.Format: matching '}' not found for '{'."],
    ["States.Format('}')", "Invalid template in States.Format: matching '{' not found for '}'."],
    [
      "States.Format('{} {}', 1)",
      'Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.',
    ],
    [
      "States.Format('{}', 1, 2)",
      'Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.',
    ],
    ['States.Format(1)', 'Invalid arguments in States.Format'],
    ['States.Format()', 'Invalid arguments in States.Format'],
  ])('as a template is wrong: %s', (text, reason) => expect(call(text)).toEqual(error(text, reason)));

  it.each([
    ["States.Format('{} {}',$.other,  $.a.b)", '$.a.b'],
    ["States.Format('{}', States.Format('{}', $.nope))", '$.nope'],
    ['States.Array($.list[5])', '$.list[5]'],
    ["States.Format('{}', $$.Nope.Deep)", '$.Nope.Deep'],
  ])('as an argument is not there: %s', (text, path) => {
    const input = { other: 1, list: [1] };
    const reason = `The JsonPath argument for the field '${path}' could not be found in the input '{"other":1,"list":[1]}'`;
    expect(call(text, input)).toEqual(error(text, reason));
  });
});

describe('a text is no call', () => {
  it.each([
    String.raw`States.Format('He said, \"Hello, {}!\"', 'x')`,
    String.raw`States.Base64Decode('YWJj\nZA==')`,
    'States.Nothing()',
    'States.Array(States.Nothing())',
    'States.Array(1',
    'States.Array(1,)',
    'States.Array(,1)',
    'States.Array("a")',
    'States.Array(1)[0]',
    'States.Array($.)',
    'States.Array(1e999)',
    `${'States.Array('.repeat(11)}${')'.repeat(11)}`,
  ])('%s', (text) => expect(compileIntrinsic(text).ok).toBe(false));

  it('but ten functions in one are', () => {
    expect(compileIntrinsic(`${'States.Array('.repeat(10)}${')'.repeat(10)}`).ok).toBe(true);
  });
});

describe('whatever is called', () => {
  it('throws StatesErrors alone', () => {
    const argument = fc.oneof(
      fc.constantFrom(
        '$',
        '$.a',
        '$.a[0]',
        '$..b',
        '$$',
        '$gone',
        'null',
        'true',
        "'MD5'",
        "'{}'",
        "''",
        'States.UUID()',
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }).map((number) => String(number)),
      fc.string().map((text) => `'${text.replaceAll(/[\\']/g, '')}'`),
    );
    const name = fc.constantFrom('Format', ...Object.keys(FUNCTIONS));
    fc.assert(
      fc.property(name, fc.array(argument, { maxLength: 4 }), fc.jsonValue(), (called, args, input) => {
        const given = call(`States.${called}(${args.join(', ')})`, { a: input } as Json);
        expect(Object.keys(given).length).toBe(1);
        expect(given).not.toHaveProperty('problems');
      }),
      { numRuns: 500 },
    );
  });

  it('is parsed or refused', () => {
    const scrap = fc.constantFrom(
      'States.',
      'Array',
      '(',
      ')',
      ',',
      "'",
      '\\',
      '$',
      '.',
      '[',
      ']',
      '1',
      '-',
      'null',
      ' ',
      '{}',
    );
    fc.assert(
      fc.property(fc.array(scrap), (scraps) => {
        expect(parseIntrinsic(`States.Array(${scraps.join('')}`)).toHaveProperty('ok');
      }),
    );
  });

  it('survives values that are nested more deeply than the stack', () => {
    const deep: Json = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    for (const text of [
      'States.JsonToString($)',
      "States.Hash($, 'MD5')",
      'States.ArrayUnique($)',
      "States.Format('{}', $)",
    ]) {
      expect(call(text, deep)).toHaveProperty('failure');
    }
  });
});

/** Of java.util.Random in OpenJDK 21: five calls of nextInt with these bounds after each seed. */
describe('the seeded source is that of Java', () => {
  it.each([
    [42, [0, 63, 927, 49, 662969970]],
    [0, [0, 48, 94, 620, 1368843515]],
    [-7, [2, 97, 682, 968, 1119890478]],
    [123456789012, [2, 47, 222, 429, 813849834]],
  ])('%s', (seed, drawn) => {
    const random = javaRandom(seed);
    expect([10, 100, 999, 1024, 2147483647].map((bound) => random.between(0, bound))).toEqual(drawn);
  });
});
