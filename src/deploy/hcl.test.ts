// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts that look like templates and are none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { block, call, expression, fromJson, hclFile, object, quoted, template } from './hcl.ts';
import { readQuoted, texts, values } from './testing.ts';

/** Of a file with one block `locals`: its body's lines. */
const body = (members: Parameters<typeof object>[0]) =>
  hclFile('', [block('locals', [], members)])
    .split('\n')
    .slice(3, -2);

describe('texts', () => {
  it('say themselves: what is written reads back as it was', () => {
    fc.assert(
      fc.property(texts, (text) => readQuoted(quoted(text)) === text),
      { numRuns: 2000 },
    );
  });

  it('escape quotes, lines, interpolations and directives, and what cannot be seen', () => {
    expect(quoted('a "b"\\c\n\t\r')).toBe('"a \\"b\\"\\\\c\\n\\t\\r"');
    expect(quoted('${x} $${x} %{if} $ % $x { }')).toBe('"$${x} $$${x} %%{if} $ % $x { }"');
    expect(quoted('\0\u007f\u0085\u2028\ufeff é 😀')).toBe('"\\u0000\\u007f\\u0085\\u2028\\ufeff é 😀"');
    expect(quoted('<<EOT')).toBe('"<<EOT"');
  });

  it('that Terraform would change, or that no file can hold, are refused', () => {
    expect(() => quoted('e\u0301')).toThrow(/not in Unicode normal form C/);
    expect(() => quoted('\ud83d')).toThrow(/half a surrogate pair/);
    expect(() => template(['e\u0301', expression('var.a')])).not.toThrow();
    expect(() => body({ a: template(['e\u0301', expression('var.a')]) })).toThrow(/normal form C/);
  });

  it('that end in a dollar made literal text of the expression after them', () => {
    expect(body({ a: template(['5$', expression('var.b'), '$']) })).toEqual(['  a = "5\\u0024${var.b}$"']);
  });

  it('of a template are escaped, and its expressions are not', () => {
    expect(body({ a: template(['s3://', expression('var.b'), '/${c}']) })).toEqual(['  a = "s3://${var.b}/$${c}"']);
    expect(body({ a: template([expression('var.b')]), b: template([]) })).toEqual(['  a = var.b', '  b = ""']);
  });
});

describe('lines', () => {
  it('align the equals signs of neighbours whose values end on their lines', () => {
    expect(body({ a: 1, long_name: 'x', list: ['y'], more: object({ b: true }), c: null, de: 2 })).toEqual([
      '  a         = 1',
      '  long_name = "x"',
      '  list      = ["y"]',
      '  more = {',
      '    b = true',
      '  }',
      '  c  = null',
      '  de = 2',
    ]);
  });

  it('count what is seen as one character as one column', () => {
    expect(body({ '👩‍🚀': 1, abc: 2 })).toEqual(['  "👩‍🚀" = 1', '  abc = 2']);
  });

  it('quote names that are none, or that begin another expression', () => {
    expect(body({ 'aws:x': 1, for: 2, 'a-b': 3, '${c}': 4 })).toEqual([
      '  "aws:x" = 1',
      '  "for"   = 2',
      '  "a-b"   = 3',
      '  "$${c}" = 4',
    ]);
  });

  it('break long lists and lists of objects, and close calls with what they hold', () => {
    const long = ['a'.repeat(60), 'b'.repeat(60)];
    expect(body({ a: long, b: [object({ c: 1 })], d: call('f', 'x', object({ e: 1 })), g: [], h: object({}) })).toEqual(
      [
        '  a = [',
        `    "${long[0]}",`,
        `    "${long[1]}",`,
        '  ]',
        '  b = [',
        '    {',
        '      c = 1',
        '    },',
        '  ]',
        '  d = f("x", {',
        '    e = 1',
        '  })',
        '  g = []',
        '  h = {}',
      ],
    );
  });

  it('leave out what is undefined, and put a line before blocks in blocks', () => {
    const inside = block('validation', [], { message: 'no' });
    const outer = block('variable', ['a'], { b: undefined, c: 1 }, { blocks: [inside], comment: 'Why.\nMore.' });
    expect(hclFile('Head', [outer, block('data', ['d', 'e'], {})])).toBe(
      '# Head\n\n# Why.\n# More.\nvariable "a" {\n  c = 1\n\n  validation {\n    message = "no"\n  }\n}\n\ndata "d" "e" {}\n',
    );
  });

  it('are the same for the same value, and hold every text of it', () => {
    fc.assert(
      fc.property(values, (value) => {
        const write = () => hclFile('', [block('locals', [], { all: fromJson(value, (text) => text) })]);
        const written = write();
        expect(write()).toBe(written);
        expect(written).not.toMatch(/[\t\r]| $/m);
      }),
    );
  });
});
