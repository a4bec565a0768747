/** What AWS makes of JSONata: refusals, causes, results, its own functions, and bounds. */
import { describe, expect, it } from 'vitest';
import { isStatesError, type StatesFailure } from '../failure.ts';
import type { Evaluate, Json, JsonObject, Scope } from '../scope.ts';
import { compileJsonata } from './expression.ts';
import { compileJsonataTemplate } from './template.ts';
import { scopeOf } from './testing.ts';
import { compileTypedJsonata, expectType } from './typed.ts';

function evaluateOf(expression: string, field = 'Output'): Evaluate {
  const compiled = compileJsonata(`{% ${expression} %}`, field);
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join('; '));
  return compiled.evaluate;
}

const resultOf = (expression: string, input: Json = {}, variables: JsonObject = {}): Json =>
  evaluateOf(expression)(scopeOf(input, variables));

function failureOf(evaluate: Evaluate, scope: Scope = scopeOf({})): StatesFailure {
  try {
    evaluate(scope);
  } catch (error) {
    if (isStatesError(error)) return error.failure;
    throw error;
  }
  throw new Error('It did not fail');
}

const causeOf = (expression: string, input: Json = {}): string =>
  failureOf(evaluateOf(expression), scopeOf(input)).cause.replace(/^.*?specified for the field 'Output' /s, '');

describe('a definition is refused for an expression', () => {
  it.each([
    ['a[1,2)', 'Expected "]", got ","'],
    ['"unterminated', 'String literal must be terminated by a matching quote'],
    ['1 +', 'Unexpected end of expression'],
    ['{"a":}', 'The symbol "}" cannot be used as a unary operator'],
    ['$x :=', 'Unexpected end of expression'],
    ['$match("a", /abc', 'No terminating / in regular expression'],
    ['', 'Unexpected end of expression'],
    [`${'('.repeat(10_000)}1${')'.repeat(10_000)}`, 'The expression is nested deeper than 250 brackets'],
    [`${'-'.repeat(200_000)}1`, 'The expression is nested too deeply'],
    [`${'1+'.repeat(2_000)}1`, 'The expression is nested too deeply'],
    [`${'1+'.repeat(200_000)}1`, 'The expression is nested too deeply'],
  ])('that cannot be parsed', (expression, message) => {
    const compiled = compileJsonata(`{% ${expression} %}`, 'Output');
    expect(compiled).toEqual({ ok: false, problems: [{ at: '', code: 'INVALID_JSONATA_EXPRESSION', message }] });
  });

  it.each([
    ['phone', "Reference to 'phone' at the top level is not supported."],
    ['phone.home', "Reference to 'phone' at the top level is not supported."],
    ['$map($states.input, function($x){ b })', "Reference to 'b' at the top level is not supported."],
    ['{"k": b}', "Reference to 'b' at the top level is not supported."],
    ['$', "Reference to '$' at the top level is not supported."],
    ['$$', "Reference to '$$' is not supported."],
  ])('that refers to a document of its own: %s', (expression, message) => {
    const compiled = compileJsonata(`{% ${expression} %}`, 'Output');
    expect(compiled).toEqual({ ok: false, problems: [{ at: '', code: 'UNSUPPORTED_JSONATA_EXPRESSION', message }] });
  });

  it('not for names further on in a path', () => {
    expect(resultOf('$states.input.items[price > 1].{"n": name}', { items: [{ price: 2, name: 'x' }] })).toEqual({
      n: 'x',
    });
  });

  it('says which variables and fields of $states it reads', () => {
    const compiled = compileJsonata('{% ($x := $states.input.a; $x + $b + $sum($a) + $states.result) %}', 'Output');
    expect(compiled).toMatchObject({ ok: true, variables: ['a', 'b'], states: ['input', 'result'] });
  });
});

describe('a failure', () => {
  it('of an expression that gives nothing names it and its field', () => {
    expect(failureOf(evaluateOf('$doesNotExist', 'Output/result'))).toEqual({
      error: 'States.QueryEvaluationError',
      cause:
        "The JSONata expression '$doesNotExist' specified for the field 'Output/result' returned nothing (undefined).",
      location: 'Output/result',
    });
  });

  it.each([
    ['"a" + 1', 'threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number'],
    [
      '$sum(["a"])',
      'threw an error during evaluation. T0412: Argument 1 of function "sum" must be an array of "numbers"',
    ],
    [
      '$abs("x")',
      'threw an error during evaluation. T0410: Argument 1 of function "abs" does not match function signature',
    ],
    ['$eval("1+1")', 'threw an error during evaluation. T1006: Attempted to invoke a non-function'],
    ['$error("Out of [[token]] {{token}}")', 'threw an error during evaluation. D3137: Out of [[token]] {{token}}'],
    [
      '1 < "a"',
      'threw an error during evaluation. T2009: The values 1 and "a" either side of operator "<" must be of the same data type',
    ],
    ['function($x){ 1 }', 'returned an unsupported result type.'],
    ['/a/', 'returned an unsupported result type.'],
    ['{"f": $sum}', 'returned an unsupported result type.'],
    [
      '($f := function($x){ $f($x) }; $f(1))',
      'threw an error during evaluation: Expression evaluation timeout: Check for infinite loop',
    ],
    [
      '$join($states.input, 1)',
      'threw an error during evaluation. T0410: Argument 2 of function "join" does not match function signature',
    ],
  ])('%s', (expression, cause) => {
    expect(causeOf(expression, ['a'])).toBe(cause);
  });
});

describe('a result', () => {
  it('is plain JSON: no marks, ordinary objects, no functions', () => {
    const value = resultOf('[$states.input.items.name, {"__proto__": 1, "k": $states.input.items.name}]', {
      items: [{ name: 'x' }, { name: 'y' }],
    }) as JsonObject[];
    expect(Object.keys(value)).toEqual(['0', '1', '2']);
    expect(Object.getPrototypeOf(value[2])).toBe(Object.prototype);
    expect(Object.keys(value[2]?.['k'] as object)).toEqual(['0', '1']);
    expect(JSON.stringify(value)).toBe('["x","y",{"__proto__":1,"k":["x","y"]}]');
  });

  it('is plain JSON where a function put a single value in a list', () => {
    const [dict] = resultOf('$reverse({"a": 1})') as JsonObject[];
    expect(Object.getPrototypeOf(dict)).toBe(Object.prototype);
    expect(resultOf('(function($x)<a:a>{ $x })({"a": 1})')).toStrictEqual([{ a: 1 }]);
  });

  it('shares what it was given, and changes nothing of it', () => {
    const input = Object.freeze({ order: Object.freeze({ lines: Object.freeze([Object.freeze({ a: 1 })]) }) }) as never;
    expect(resultOf('$states.input.order', input)).toBe((input as JsonObject)['order']);
    expect(resultOf('[$states.input.order][0] ~> |lines|{"a": 2}|', input)).toEqual({ lines: [{ a: 2 }] });
    expect(resultOf('$states.input.order ~> |$states.input.order.lines|{"a": 2}|', input)).toEqual({
      lines: [{ a: 1 }],
    });
    expect(resultOf('($x := $states.input.order.lines[]; $x[0][])', input)).toEqual([{ a: 1 }]);
  });

  it.each([
    ['1/0', 'Infinity'],
    ['[-1/0]', ['-Infinity']],
    ['{"k": 1/0}', { k: 'Infinity' }],
    ['null', null],
  ])('%s is %j', (expression, value) => {
    expect(resultOf(expression)).toEqual(value);
  });

  it('sees $states, variables before functions, and time and chance of the scope alone', () => {
    const scope = { ...scopeOf({ a: 1 }, { sum: 7, name: 'n' }), result: [1] };
    expect(evaluateOf('$states')(scope)).toEqual({
      input: { a: 1 },
      context: { Execution: { Name: 'test' } },
      result: [1],
    });
    expect(evaluateOf('[$sum, $name, $now(), $millis()]')(scope)).toEqual([
      7,
      'n',
      '2026-11-27T10:20:30.456Z',
      scope.now,
    ]);
    expect(evaluateOf('[$random(), $uuid()]')(scope)).toEqual(evaluateOf('[$random(), $uuid()]')(scope));
    expect(evaluateOf('$shuffle([1..9])')(scope)).toEqual(evaluateOf('$shuffle([1..9])')(scope));
    expect(evaluateOf('$uuid()')(scope)).toBe('07070707-0707-4707-8707-070707070707');
    expect(failureOf(evaluateOf('$states.errorOutput'), scope).cause).toMatch(/returned nothing/);
  });
});

describe("AWS's functions", () => {
  it.each<[string, Json]>([
    ['$partition([1, 2, 3, 4], 3)', [[1, 2, 3], [4]]],
    ['$partition([0], 1)', [[0]]],
    ['$partition([1, 2, 3], 2.9)', [[1, 2], [3]]],
    ['$partition([1, 2])', [[1, 2]]],
    ['$range(0, 10, 3)', [0, 3, 6, 9]],
    ['$range(3, 0, -1)', [3, 2, 1, 0]],
    ['$range(1, 9, 9)', 1],
    ['$hash("input", "SHA-1")', '140f86aae51ab9e1cda9b4254fe98a74eb54c1a1'],
    ['$random(42)', 0.7275636800328681],
    ['$parse("{\\"a\\": [1, null]}")', { a: [1, null] }],
    ['$parse("-0")', 0],
    ['$map(["1", "2"], $parse)', [1, 2]],
  ])('%s is %j', (expression, value) => {
    expect(resultOf(expression)).toEqual(value);
  });

  it.each([
    ['$partition([1], -2)', 'D3137: Second argument must be zero or greater'],
    ['$partition("a", 1)', 'T0412: Argument 1 of function "partition" must be an array of undefined'],
    ['$range(1)', 'T0410: Argument 2 of function "range" does not match function signature'],
    ['$range(1, 2, 3, 4)', 'T0410: Argument 4 of function "range" does not match function signature'],
    ['$hash("a", "CRC")', "D3137: Hash algorithm 'CRC' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"],
    ['$hash(1, "MD5")', 'T0410: Argument 1 of function "hash" does not match function signature'],
    ['$parse("{")', 'D3137: Invalid JSON'],
    ['$parse("1e999")', 'D3137: Invalid JSON'],
    ['$uuid(1)', 'T0410: Argument 1 of function "uuid" does not match function signature'],
  ])('%s is refused', (expression, cause) => {
    expect(causeOf(expression)).toBe(`threw an error during evaluation. ${cause}`);
  });

  it.each([
    '$partition([], 1)',
    '$partition([1], 0.5)',
    '$range(1, 2)',
    '$range(2, 1, 1)',
    '$hash("a")',
    '$parse($nope)',
  ])('%s is nothing', (expression) => expect(causeOf(expression)).toBe('returned nothing (undefined).'));
});

describe('bounds', () => {
  const MEMORY =
    'threw an error during evaluation: Expression evaluation memory limit exceeded: Check for excessive memory usage';
  const STACK =
    'threw an error during evaluation: Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive';
  const TIME = 'threw an error during evaluation: Expression evaluation timeout: Check for infinite loop';

  it('are those that have been observed on AWS', () => {
    expect(resultOf('[1..873782] ~> $count()')).toBe(873_782);
    expect(causeOf('[1..873783] ~> $count()')).toBe(MEMORY);
    const doubling = (times: number) =>
      `($p := function($s, $n){ $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p("x", ${times})))`;
    expect(causeOf(doubling(23))).toBe(MEMORY);
    expect(resultOf(Array(100).fill('1').join('+'))).toBe(100);
    expect(causeOf(Array(101).fill('1').join('+'))).toBe(STACK);
    expect(causeOf('($f := function($n){ $n = 0 ? 0 : 1 + $f($n - 1) }; $f(1000))')).toBe(STACK);
    expect(resultOf('($f := function($n, $s){ $n = 0 ? $s : $f($n - 1, $s + 1) }; $f(5000, 0))')).toBe(5_000);
  });

  it.each([
    ['$pad("x", 1e12)', MEMORY],
    ['$pad("x", -1e9, "ab")', MEMORY],
    ['$range(0, 1e15, 1)', MEMORY],
    ['$join([1..100].$pad("x", 100000))', MEMORY],
    ['($d := function($l, $n){ $n = 0 ? $l : $d([[$l], [$l]], $n - 1) }; $d([1], 60))', MEMORY],
    ['($d := function($l, $n){ $n = 0 ? $l : $d([[$l], [$l]], $n - 1) }; $length($string($d([1], 60))))', MEMORY],
    ['($d := function($l, $n){ $n = 0 ? $l : $d([[$l], [$l]], $n - 1) }; $d([1], 40) = $d([1], 40))', TIME],
    ['($d := function($l, $n){ $n = 0 ? $l : $d([[$l], [$l]], $n - 1) }; $count($d([1], 40).**))', TIME],
    ['$reduce([1..5000], function($a, $b){ [[$a]] })', STACK],
    ['$map([1..800000], function($x){ $map([1..800000], function($y){ $y }) })', TIME],
    ['[1..800000][[1..800000][$ > 1]]', TIME],
    ['$contains($pad("", 100, "a") & "!", /^(a+)+$/)', TIME],
    [
      '$toMillis($pad("", 100, "a"), "[MNn][MNn][MNn][MNn][MNn][MNn]")',
      'threw an error during evaluation: The picture of $toMillis is too long, or has too many parts that nothing separates',
    ],
  ])('%s', (expression, cause) => {
    expect(causeOf(expression)).toBe(cause);
  });

  it('leave room for what machines do: thousands of items with lists of their own', () => {
    const items = Array.from({ length: 8_000 }, (_none, index) => ({
      id: index,
      tags: ['a', 'b'],
      text: 'x'.repeat(20),
    }));
    expect(resultOf('$count($states.input.tags)', items)).toBe(16_000);
    expect(resultOf('$count($states.input[id % 2 = 0].{"id": id, "n": $count(tags)})', items)).toBe(4_000);
    expect(resultOf('$length($join($states.input.text, ","))', items)).toBe(167_999);
    expect(resultOf('$length($replace($join($states.input.text), /x/, "yy"))', items.slice(0, 500))).toBe(20_000);
    expect(resultOf('$keys($states.input{$string(id % 10): $sum(id)}) ~> $count()', items)).toBe(10);
  });

  it('hold for documents that are nested very deeply', () => {
    let deep: Json = [1];
    for (let level = 0; level < 20_000; level += 1) deep = [deep, 1];
    for (const expression of ['$string($states.input)', '$states.input.**', '[$states.input] and true'])
      expect(() => resultOf(expression, deep)).toThrow();
    expect(resultOf('$states.input', deep) === deep).toBe(true);
  });
});

describe('a template', () => {
  const template = { a: '{% $states.input.x %}', b: { c: [1, { d: ' {% no %} ' }] }, l: [0, '{% $v %}'] };

  it('evaluates its expressions, and shares what has none', () => {
    const compiled = compileJsonataTemplate(template, 'Output');
    if (!compiled.ok) throw new Error('It was refused');
    const value = compiled.evaluate(scopeOf({ x: 1 }, { v: [2] })) as JsonObject;
    expect(value).toEqual({ a: 1, b: { c: [1, { d: ' {% no %} ' }] }, l: [0, [2]] });
    expect(value['b']).toBe(template.b);
    expect(compiled.variables).toEqual(['v']);
    expect(failureOf(compiled.evaluate, scopeOf({ x: 1 })).location).toBe('Output/l[1]');
  });

  it('names every problem at its place', () => {
    expect(compileJsonataTemplate({ a: ['{% 1 + %}'], b: '{% x %}' }, 'Output')).toMatchObject({
      ok: false,
      problems: [{ at: '/a/0', message: 'Unexpected end of expression' }, { at: '/b' }],
    });
  });
});

describe('a field of one type', () => {
  it.each<[string, Json, string]>([
    ['1', 1, "but was 'number' for value: 1"],
    ['"string"', 'string', `but was 'string' for value: "string"`],
    ['null', null, "but was 'null' for value: null"],
    ['{"foo": "bar"}', { foo: 'bar' }, `but was 'object' for value: {"foo":"bar"}`],
  ])('is told what %s is', (expression, _value, was) => {
    const compiled = compileTypedJsonata(`{% ${expression} %}`, 'Items', 'array');
    if (!compiled.ok) throw new Error('It was refused');
    expect(failureOf(compiled.evaluate)).toEqual({
      error: 'States.QueryEvaluationError',
      cause: `The JSONata expression '${expression}' specified for the field 'Items' returned an unexpected result type. Expected 'array', ${was}`,
      location: 'Items',
    });
  });

  it('shows of a value no more than a cause can hold', () => {
    const { cause } = failureOf(expectType(() => Array(100_000).fill('x'.repeat(50)), 'Cause', '$big', 'string'));
    expect(cause).toMatch(/^The JSONata expression '\$big' .*Expected 'string', but was 'array' for value: \["x/);
    expect(cause.length).toBeLessThan(32_768);
  });

  it('gives a value of the type', () => {
    const compiled = compileTypedJsonata('{% [1, 2] %}', 'Items', 'array');
    expect(compiled.ok && compiled.evaluate(scopeOf({}))).toEqual([1, 2]);
  });
});
