/** JSONPath: against answers of Jayway's own implementation, by laws, and with hostile definitions and documents. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../scope.ts';
import { compilePath } from '../path.ts';
import { type Given, outcome } from '../testing.ts';
import fixture from './jayway.fixture.json' with { type: 'json' };
import { parsePath } from './parse.ts';
import { childrenOf, jsonOf } from './values.ts';

const ask = (path: string, document: Json, given?: Given) => outcome(compilePath(path, 'InputPath'), document, given);

/** Where this does otherwise than Jayway 2.9, and why. */
const OTHERWISE: ReadonlyMap<string, Json> = new Map<string, Json>([
  // Step Functions answers an empty list where a name before a wildcard is missing, as recorded.
  ['$.nope[*]', []],
  ['$.nope[*].x', []],
  // Jayway cannot read a list that is written into a filter as the right side of `all`.
  ["$.store.book[?(@.tags all ['u'])].t", ['D']],
  // Arguments of functions, which Jayway loses or fails on when it runs on Jackson's nodes, and in single quotes always.
  ['$.nums.index(1)', 2],
  ['$.nums.index(-1)', 3],
  ["$.concat($.ids,'x')", 'ABx'],
  ['$.concat("a","b")', 'ab'],
  ['$.sum($.nums, 4)', 10],
  ['$.nums.sum(10)', 16],
  ['$.nums.min(0)', 0],
  // Blanks around the colon.
  ['$.nums[0 : 2]', [1, 2]],
]);

describe('a JSONPath, beside Jayway 2.9 on the nodes of Jackson', () => {
  it.each(fixture.cases.map((recorded) => [recorded.path, recorded] as const))('%s', (path, recorded) => {
    const given = ask(path, fixture.document as unknown as Json);
    if (OTHERWISE.has(path)) return expect(given).toEqual({ value: OTHERWISE.get(path) });
    if ('value' in recorded) return expect(given).toEqual({ value: recorded.value });
    if (!('missing' in recorded)) return expect('value' in given).toBe(false);
    // Jayway takes what follows a function for a name; here it is refused.
    if (path === '$.nums.length().x') return expect(given).toEqual({ problems: [': Value must be a valid JSONPath.'] });
    expect(given).toEqual({
      failure: { error: 'States.Runtime', cause: `Invalid path '${path}' : ${recorded.missing}` },
    });
  });

  it('differs only where that is intended', () => {
    const paths = new Set(fixture.cases.map(({ path }) => path));
    expect([...OTHERWISE.keys()].filter((path) => !paths.has(path))).toEqual([]);
  });
});

describe('a path', () => {
  it('begins in the context object or a variable, in filters too', () => {
    const given = { context: { Id: 'x' }, variables: { list: [1, 2, 3], least: 2 } };
    expect(ask('$$.Id', {}, given)).toEqual({ value: 'x' });
    expect(ask('$list[1]', {}, given)).toEqual({ value: 2 });
    expect(ask('$list[?(@ >= $least)]', {}, given)).toEqual({ value: [2, 3] });
    expect(ask('$list.length()', {}, given)).toEqual({ value: 3 });
  });

  it('names the variables in it', () => {
    const compiled = compilePath('$b.x[?(@.y == $a && @.z in $b)].sum($c)', 'InputPath');
    expect(compiled.ok && compiled.variables).toEqual(['a', 'b', 'c']);
  });

  it('sees own members alone', () => {
    expect(ask('$.constructor', {})).toHaveProperty('failure');
    expect(ask('$.__proto__', {})).toHaveProperty('failure');
    expect(ask('$.length', [1])).toHaveProperty('failure');
    expect(ask('$.0', [1])).toHaveProperty('failure');
    expect(ask('$.__proto__.a', JSON.parse('{"__proto__":{"a":1}}'))).toEqual({ value: 1 });
  });

  it('reads names in quotes with escapes', () => {
    expect(ask(String.raw`$['it\'s "\u00e9"']`, { 'it\'s "é"': 1 })).toEqual({ value: 1 });
  });

  it.each(['', 'a', '$a b', '$.', '$..', '$[', "$['a", '$.a[?(@.b', '$.a[?(@.b ==)]', '$.a[1', '$.a.none()', '@.a'])(
    'is refused: %s',
    (text) => expect(ask(text, {})).toEqual({ problems: [': Value must be a valid JSONPath.'] }),
  );
});

describe('patterns', () => {
  it('match the whole text', () => {
    expect(ask('$[?(@ =~ /a.c/)]', ['abc', 'abcd', 'ABC'])).toEqual({ value: ['abc'] });
    expect(ask('$[?(@ =~ /a.c/i)]', ['ABC'])).toEqual({ value: ['ABC'] });
    expect(ask('$[?(@ =~ /a\\/c/)]', ['a/c'])).toEqual({ value: ['a/c'] });
  });

  it('that would run for ever elsewhere do not', () => {
    expect(ask('$[?(@ =~ /(a+)+b/)]', ['a'.repeat(5_000)])).toEqual({ value: [] });
  });

  it.each(['(?=a)', '(a)\\1', '[', 'a{2000}'])('that the engine does not have are refused: %s', (pattern) => {
    expect(ask(`$[?(@ =~ /${pattern}/)]`, [])).toHaveProperty('problems');
  });
});

const names = fc.constantFrom('a', 'b', 'c', 'length', '__proto__', 'x y');
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, 0, 1, 2, '1', 'text'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(names, tie('value')), { maxLength: 4, selector: ([name]) => name })
      .map(Object.fromEntries<Json>),
  ),
})).value;

function descendants(value: Json): number {
  return childrenOf(value).reduce<number>((count, child) => count + 1 + descendants(child), 0);
}

describe('by law', () => {
  const steps = fc.array(fc.oneof(names, fc.integer({ min: -3, max: 3 })), { maxLength: 4 });

  it('names and indices lead where they lead in JavaScript', () => {
    fc.assert(
      fc.property(json, steps, (document, path) => {
        const text = `$${path.map((step) => (typeof step === 'string' ? `['${step}']` : `[${step}]`)).join('')}`;
        let here: Json | undefined = document;
        let beyond = false;
        for (const step of path) {
          beyond = Array.isArray(here) && typeof step === 'number' && here.at(step) === undefined;
          if (Array.isArray(here)) here = typeof step === 'number' ? here.at(step) : undefined;
          else if (typeof here === 'object' && here !== null && typeof step === 'string' && Object.hasOwn(here, step))
            here = here[step];
          else here = undefined;
          if (here === undefined && step !== path.at(-1)) beyond = false;
        }
        const given = ask(text, document);
        if (here !== undefined) expect(given).toEqual({ value: here });
        else if ('value' in given) expect(given).toEqual({ value: null });
        else expect(given).toHaveProperty('failure');
        if (here === undefined && !beyond) expect(given).toHaveProperty('failure');
      }),
    );
  });

  it('a scan finds everything once', () => {
    fc.assert(
      fc.property(json, (document) => {
        const given = ask('$..*', document);
        expect('value' in given && childrenOf(given.value).length).toBe(descendants(document));
      }),
    );
  });

  it('a filter and its opposite share a list out', () => {
    const operands = fc.constantFrom('@.a', '@', '1', "'1'", '$[0]', 'null', '[1]', '@.b.c');
    const operators = fc.constantFrom(
      '==',
      '!=',
      '<',
      '>=',
      'in',
      'nin',
      'contains',
      'size',
      '===',
      'subsetof',
      'anyof',
    );
    fc.assert(
      fc.property(fc.array(json), operands, operators, operands, (list, left, operator, right) => {
        const count = (test: string) => {
          const given = ask(`$[?(${test})]`, list);
          return 'value' in given ? childrenOf(given.value).length : Number.NaN;
        };
        const test = `${left} ${operator} ${right}`;
        expect(count(test) + count(`!(${test})`)).toBe(list.length);
        expect(count(`${test} && !(${test})`)).toBe(0);
        expect(count(`${test} || !(${test})`)).toBe(list.length);
      }),
    );
  });

  it('what is asked of a document gives a value or a StatesError, and leaves the document as it was', () => {
    const step = fc.constantFrom(
      '.a',
      '.*',
      '..a',
      '..*',
      '[0]',
      '[-1]',
      '[1:]',
      '[0,1]',
      "['a','b']",
      '[?(@.a)]',
      '[?(@.b in $..a)]',
    );
    const end = fc.constantFrom(
      '',
      '',
      '.length()',
      '.sum()',
      '.keys()',
      '.concat("x")',
      '.append(1)',
      '.first()',
      '.stddev()',
    );
    fc.assert(
      fc.property(json, fc.array(step, { maxLength: 5 }), end, (document, path, last) => {
        const before = JSON.stringify(document);
        const given = ask(`$${path.join('')}${last}`, document);
        expect('problems' in given).toBe(false);
        expect(JSON.stringify(document)).toBe(before);
      }),
    );
  });

  it('any text is parsed or refused', () => {
    const scraps = fc.constantFrom(
      '$',
      '@',
      '.',
      '..',
      '[',
      ']',
      '(',
      ')',
      '?',
      "'",
      '"',
      ':',
      ',',
      '*',
      '-1',
      'a',
      ' ',
      '==',
      '/',
      '&&',
      '!',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(scraps).map((parts) => `$${parts.join('')}`),
        ),
        (text) => {
          expect(parsePath(text)).toHaveProperty('ok');
        },
      ),
    );
  });
});

describe('what is hostile', () => {
  const wide: Json = { items: Array.from({ length: 10_000 }, (_, id) => ({ id, tags: ['a', 'b'] })) };
  let deep: Json = 1;
  for (let level = 0; level < 50_000; level += 1) deep = [deep];

  it.each(['$..*..*..*..*', '$..items[?(@ in $..*)]', '$.items[?($..id contains @.id)]'])('%s is stopped', (path) => {
    const given = ask(path, wide);
    expect('failure' in given && given.failure.cause).toMatch(
      /^The JSONPath '.*' takes more than 400000 steps on its input/,
    );
  });

  it('a scan of a large document is not', () => {
    expect(ask('$..id.length()', wide)).toEqual({ value: 0 });
    expect(ask('$.items[?(@.id > 9998)].id', wide)).toEqual({ value: [9_999] });
  });

  it('a document that is deeper than the stack is scanned, compared and refused to be shown', () => {
    expect(ask('$..[0].length()', deep)).toEqual({ value: 49_999 });
    expect(ask('$..[0]', deep)).toHaveProperty('failure');
    expect(ask('$[?(@ == $[0])]', deep)).toHaveProperty('value');
    expect(jsonOf(deep)).toMatch(/nested too deeply/);
    expect(ask('$.a', deep)).toHaveProperty('failure');
  });

  it.each([
    `$.a[?(${'('.repeat(5_000)}`,
    `$.a[?(${'!'.repeat(5_000)}@.a)]`,
    '$[?(@'.repeat(1_900),
    `$.a[?(@ == ${'['.repeat(9_000)})]`,
    '$..'.repeat(3_000),
    `$.sum(${'$.sum('.repeat(1_500)}`,
    `$${'.a'.repeat(6_000)}`,
  ])('nesting without end is refused: %.20s', (path) => {
    expect(ask(path, {})).toHaveProperty('problems');
  });
});
