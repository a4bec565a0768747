/** The filter pattern language: a table from AWS's documentation, and what no text may make of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAwsError } from '../../../protocol/errors.ts';
import { fieldsOf } from './delimited.ts';
import { compilePattern } from './index.ts';
import { compileRegex } from './regex.ts';

const BAD = '[ERROR 400] BAD REQUEST';
const UNAUTHORIZED = '[ERROR 401] UNAUTHORIZED REQUEST';
const MISSING = '[ERROR 419] MISSING ARGUMENTS';
const INVALID = '[ERROR 420] INVALID ARGUMENTS';
const WARN = '[WARN] BAD ARGUMENTS';
const SUCCESS = '[SUCCESS 200] AUTHORIZED REQUEST';
const LINES = [BAD, UNAUTHORIZED, MISSING, INVALID, WARN, SUCCESS];

const TRAIL = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  cluster: { name: 'c.d', 'a.b': 1 },
  ThisFlag: true,
  off: false,
  errorCode: 400,
  bandwidth: 1.5e3,
  latency: '75',
  empty: '',
});

const CLF = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

type Case = [pattern: string, matches: string[], not: string[]];

const rest = (matched: readonly string[]) => LINES.filter((line) => !matched.includes(line));
const terms = (pattern: string, ...matched: string[]): Case => [pattern, matched, rest(matched)];

const TERMS: Case[] = [
  terms('', ...LINES),
  terms('" "', ...LINES),
  terms('ERROR', BAD, UNAUTHORIZED, MISSING, INVALID),
  terms('error'),
  terms('ERROR ARGUMENTS', MISSING, INVALID),
  terms('"BAD REQUEST"', BAD),
  terms('"[ERROR 4"', BAD, UNAUTHORIZED, MISSING, INVALID),
  terms('?ERROR ?SUCCESS', BAD, UNAUTHORIZED, MISSING, INVALID, SUCCESS),
  terms('?"BAD ARGUMENTS" ?SUCCESS', WARN, SUCCESS),
  terms('ERROR -ARGUMENTS', BAD, UNAUTHORIZED),
  terms('-ERROR -"[WARN]"', SUCCESS),
  // Beside other terms, '?' says nothing.
  terms('?ERROR ?SUCCESS ARGUMENTS', MISSING, INVALID, WARN),
  terms('?WARN -SUCCESS', BAD, UNAUTHORIZED, MISSING, INVALID, WARN),
  terms('%AUTHORIZED%', UNAUTHORIZED, SUCCESS),
  terms('%40[01]%', BAD, UNAUTHORIZED),
  terms('%^.ERROR 4\\d{2}. [BI]% -BAD', INVALID),
  terms('%BAD|MISS%', BAD, MISSING, WARN),
  terms('REQUEST %2\\d\\d%', SUCCESS),
  ['"say \\"hi\\""', ['I say "hi"'], ['I say hi']],
  ['"back\\\\slash"', ['a back\\slash'], ['a backslash']],
  ['größe_1', ['die größe_1'], ['die GRÖSSE_1']],
];

const JSON_CASES: Case[] = [
  [
    '{ $.eventType = "UpdateTrail" }',
    [TRAIL, `  ${TRAIL}\n`],
    ['UpdateTrail', '{"eventType":"Other"}', '{"eventType":'],
  ],
  ['{$.eventType="UpdateTrail"}', [TRAIL], []],
  ['{ $.sourceIPAddress != 123.123.* }', [TRAIL], ['{"sourceIPAddress":"123.123.0.1"}', '{}']],
  ['{ $.sourceIPAddress = 111.*.111 }', [TRAIL], []],
  ['{ $.arrayKey[0] = "value" }', [TRAIL], ['{"arrayKey":"value"}', '{"arrayKey":[]}']],
  ['{ $.arrayKey[*] = "another*" }', [TRAIL], ['{"arrayKey":[1,2]}']],
  ['{ $.objectList[1].id = 2 }', [TRAIL], []],
  ['{ $.objectList[*].name = "b" && $.objectList[0].id < 2 }', [TRAIL], []],
  ['{ $.eventType = %Trail% }', [TRAIL], ['{"eventType":"trail"}']],
  ['{ $.eventType = %^Trail% }', [], [TRAIL]],
  ['{ $.errorCode = %4[0-9]{2}% }', [TRAIL], ['{"errorCode":500}']],
  ['{ $.SomeObject IS NULL }', [TRAIL], ['{}', '{"SomeObject":0}']],
  ['{ $.SomeOtherObject NOT EXISTS }', [TRAIL], ['{"SomeOtherObject":null}']],
  ['{ $.ThisFlag IS TRUE && $.off IS FALSE }', [TRAIL], ['{"ThisFlag":"true","off":false}']],
  ['{ $.ThisFlag = true }', [TRAIL], ['{"ThisFlag":1}']],
  ['{ $.errorCode = 400 }', [TRAIL, '{"errorCode":"400"}'], ['{"errorCode":4000}']],
  ['{ $.errorCode >= 400 && $.errorCode <= 4e2 }', [TRAIL], ['{"errorCode":401}', '{"errorCode":null}']],
  ['{ $.bandwidth > 1499.9 }', [TRAIL], ['{"bandwidth":[2000]}']],
  ['{ $.latency < 80 }', [TRAIL], ['{"latency":"fast"}']],
  ['{ $.errorCode = 4* }', [TRAIL], ['{"errorCode":500}']],
  ['{ $.cluster = "*" }', [TRAIL], ['{}', '{"cluster":null}']],
  ['{ $.cluster = * }', [TRAIL], ['{}']],
  ['{ $.cluster EXISTS }', [TRAIL, '{"cluster":null}'], ['{}']],
  ['{ $.cluster != "x" }', [], [TRAIL]],
  ["{ $.cluster['a.b'] = 1 && $.cluster.name = c.d }", [TRAIL], []],
  ['{ ($.errorCode = 1 || $.errorCode = 400) && $.eventType = "U*l" }', [TRAIL], []],
  ['{ $.errorCode = 400 || $.errorCode = 1 && $.eventType = "none" }', [TRAIL], []],
  ['{ $.empty = "" }', [TRAIL], ['{"empty":"x"}']],
  ['{ $[0].a = 1 }', ['[{"a":1}]'], ['{"a":1}']],
  ['{ $.__proto__ = "*" || $.constructor = "*" }', ['{"constructor":1}'], ['{}', '[]']],
];

const DELIMITED: Case[] = [
  ['[ip, server, user, time, request, status, bytes]', [CLF], [`${CLF} more`, '127.0.0.1', '']],
  ['[ip, server, user, time, request, status = 404, bytes]', [CLF], []],
  ['[ip, server, user, time, request, status = 4*, bytes > 1000]', [CLF], [CLF.replace('1534', '1')]],
  ['[ip, server, user, time, request =*.html*, status != 5*, bytes]', [CLF], [CLF.replace('404', '500')]],
  ['[..., request, status, bytes]', [CLF], ['a b']],
  ['[ip, ..., bytes=1534]', [CLF, '127.0.0.1 1534'], ['1534']],
  ['[ip=%127\\.0\\.0\\.[1-9]%, ...]', [CLF], ['128.0.0.1']],
  ['[..., status = 400 || status = 404, bytes]', [CLF], [CLF.replace('404', '403')]],
  ['[..., status >= 400 && status < 500, bytes]', [CLF], [CLF.replace('404', '500')]],
  ['[w1 = "ERROR", ...]', ['ERROR: x'].map((text) => text.replace(':', '')), ['ERROR: x']],
  ['[..., user=frank, time="10/Oct*", r, s, b]', [CLF], []],
];

describe.each([
  ['terms', TERMS],
  ['JSON', JSON_CASES],
  ['fields separated by blanks', DELIMITED],
] as const)('%s', (_title, cases) => {
  it.each(cases)('%s', (pattern, matching, others) => {
    const { matches } = compilePattern(pattern);
    expect(matching.filter((message) => !matches(message))).toEqual([]);
    expect(others.filter((message) => matches(message))).toEqual([]);
  });
});

describe('a pattern that is none is refused by name', () => {
  it.each([
    ['level:error', /^Invalid filter pattern\. Invalid character\(s\) in term 'level…'/],
    ['/path', /double quotation marks/],
    ['"open', /quotation mark is not closed/],
    ['%open', /no closing '%'/],
    ['%a% %b% %c%', /2 regular expressions at most/],
    ['%something!%', /'!' cannot stand in it/],
    ['%(a|b)%', /parentheses are not part of it/],
    ['%a{3,1}%', /runs backwards/],
    ['%a{101}%', /100 at most/],
    ['%[a-z0-9]{100}[a-z]{100}%', /is too long: .* 201 parts, and 120 are taken/],
    ['%a**%', /'\*' has nothing to act on/],
    ['%[z-a]%', /range of characters runs backwards/],
    ['%[]%', /class of characters is empty/],
    ['%[a%', /no '\]'/],
    ['%\\b%', /no '\\b'/],
    ['%größe%', /'ö' cannot stand in it/],
    ['{ }', /selector such as '\$\.name' is expected/],
    ['{ $.a }', /A comparison, IS, EXISTS or NOT EXISTS is expected after \$\.a/],
    ['{ $.a = }', /A value is missing after '='/],
    ['{ $.a = 1', /'\}', '&&' or '\|\|' is expected/],
    ['{ ($.a = 1 }', /'\)' is missing/],
    ['{ $.a = 1 } x', /Nothing may follow/],
    ['{ $.a > "1" }', /'>' compares with a number only/],
    ['{ $.a > x }', /'>' compares with a number only/],
    ['{ $.a IS MAYBE }', /NULL, TRUE or FALSE/],
    ['{ $.a NOT NULL }', /'NOT' stands before EXISTS/],
    ['[a, b', /'\]' or ',' is expected/],
    ['[a, ..., b, ...]', /can stand once only/],
    ['[a=1 && b=2]', /conditions of field 'a' cannot look at 'b'/],
    ['[,]', /name of a field is expected/],
  ])('%s', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterException', message: expect.stringMatching(message) }),
    );
  });
});

it('extracts what its fields are', () => {
  expect(compilePattern('{ $.errorCode > 1 && $.objectList[1].name = * }').extract(TRAIL)).toEqual({
    ...{ '$.errorCode': '400', '$.objectList[1].name': 'b' },
  });
  expect(compilePattern('[ip, ..., bytes]').extract('1.1.1.1 x "y z" 7')).toEqual({
    ...{ $ip: '1.1.1.1', $2: 'x', $3: 'y z', $bytes: '7' },
  });
  expect(compilePattern('ERROR').extract(BAD)).toEqual({});
});

it('takes quotation marks and brackets that are not closed as they are', () => {
  expect(fieldsOf('a "b c" [d e] "f [g')).toEqual(['a', 'b c', 'd e', '"f', '[g']);
});

describe('whatever the text', () => {
  const letters = fc.constantFrom(...'{}[]()$.=!<>&|?-%"\\*+^, aA1ö'.split(''), 'IS NULL', '$.a', '...', ' && ');
  const pattern = fc.array(letters, { maxLength: 40 }).map((parts) => parts.join(''));
  const structured = fc.oneof(
    pattern,
    pattern.map((inner) => `{ $.a = ${inner} }`),
    pattern.map((inner) => `[a, ${inner}]`),
    pattern.map((inner) => `%${inner}%`),
  );

  it('a pattern is compiled or refused by name, and then never throws', () => {
    const message = fc.oneof(fc.string({ maxLength: 60 }), fc.json({ maxDepth: 3 }), pattern);
    fc.assert(
      fc.property(structured, message, (text, event) => {
        let compiled: ReturnType<typeof compilePattern>;
        try {
          compiled = compilePattern(text);
        } catch (error) {
          expect(isAwsError(error) && error.code).toBe('InvalidParameterException');
          return;
        }
        expect(typeof compiled.matches(event)).toBe('boolean');
        compiled.extract(event);
      }),
      { numRuns: 2000 },
    );
  });

  it("a regular expression agrees with JavaScript's", () => {
    const atom = fc.constantFrom(...['a', 'b', '.', '[ab]', '[^a]', '\\d', '\\w', '\\x61', '[0-9b-]', '\\.', '-']);
    const times = fc.constantFrom(...['', '', '', '?', '*', '+', '{2}', '{0,2}', '{1,}', '{0}']);
    const row = fc
      .array(fc.tuple(atom, times), { maxLength: 12 })
      .map((items) => items.map((one) => one.join('')).join(''));
    const anchored = fc
      .tuple(fc.constantFrom('', '', '^'), row, fc.constantFrom('', '', '$'))
      .map((parts) => parts.join(''));
    const source = fc.array(anchored, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
    const text = fc.string({ unit: fc.constantFrom(...'ab1.-\nö'), maxLength: 20 });
    fc.assert(
      fc.property(source, text, (regex, subject) => {
        expect(compileRegex(regex).test(subject)).toBe(new RegExp(regex).test(subject));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes time in proportion to the event, also where others go back without end', () => {
    // Each of these takes an engine that goes back more than a lifetime: here, the test ends.
    const text = 'a'.repeat(200_000);
    for (const regex of [`%${'a*'.repeat(50)}b%`, `%${'a?'.repeat(50)}${'a'.repeat(50)}b%`, '%[ab]*a[ab]{100}c%']) {
      expect(compilePattern(regex).matches(text)).toBe(false);
    }
    expect(compilePattern(`{ $.a = "${'*a'.repeat(200)}b*" }`).matches(JSON.stringify({ a: text }))).toBe(false);
    expect(compilePattern('[a, b]').matches('"['.repeat(100_000))).toBe(true);
  });
});
