import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCsvParser } from './csv.ts';
import { bucketPorts, reading, valuesOf } from './testing.ts';

function records(text: string, delimiter = ',', pieces: readonly string[] = [text]): string[][] {
  const parser = createCsvParser(delimiter);
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
}

describe('a CSV text', () => {
  it.each<[string, string, string[][]]>([
    [
      'plain',
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'without a last line feed',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'with CRLF',
      'a,b\r\nc,d\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['with a carriage return inside', 'a\rb,c\n', [['a\rb', 'c']]],
    ['of nothing', '', []],
    ['with an empty line', 'a\n\nb\n', [['a'], [''], ['b']]],
    ['with empty fields', ',,\n', [['', '', '']]],
    ['that ends in a delimiter', 'a,', [['a', '']]],
    ['with spaces', '   , b \n', [['   ', ' b ']]],
    ['with quoted delimiters and lines', '"a,b","c\nd"\n', [['a,b', 'c\nd']]],
    ['with quoted CRLF', '"a\r\nb"\r\n', [['a\r\nb']]],
    ['with a quoted carriage return at the end', '"a\r"\r\n', [['a\r']]],
    ['with doubled quotes', '"say ""hi""",b\n', [['say "hi"', 'b']]],
    ['with an empty quoted field', '"",""\n', [['', '']]],
    ['with an empty quoted field at the end', 'a,""', [['a', '']]],
    ['with quotes inside a bare field', 'a"b"c,d\n', [['a"b"c', 'd']]],
    ['with something behind closed quotes', '"a"b,c\n', [['ab', 'c']]],
    ['with quotes again behind closed quotes', '"a"b"c",d\n', [['ab"c"', 'd']]],
    ['with space before quotes', 'a, "b,c"\n', [['a', 'b,c']]],
    ['with single quotes', "true,1,'HelloWorld'\n", [['true', '1', "'HelloWorld'"]]],
    ['with escaped delimiters', 'a\\,b,c\n', [['a,b', 'c']]],
    [
      'with escaped backslashes',
      'C:\\\\Program Files\\\\MyApp.exe,6534512\n',
      [['C:\\Program Files\\MyApp.exe', '6534512']],
    ],
    ['with escaped quotes', '"a \\"b\\" c",d\n', [['a "b" c', 'd']]],
    ['with backslashes before others, which are dropped', 'a\\bc\\\nd', [['abc'], ['d']]],
    ['with a backslash at its end', 'a\\', [['a']]],
    [
      'with letters beyond ASCII',
      'ñ,日本\n😀,é\n',
      [
        ['ñ', '日本'],
        ['😀', 'é'],
      ],
    ],
  ])('%s', (_, text, expected) => expect(records(text)).toEqual(expected));

  it.each([['|'], [';'], [' '], ['\t']])('with the delimiter %j', (delimiter) => {
    expect(records(`a${delimiter}"b${delimiter}c"\nd\\${delimiter}e${delimiter}f,g\n`, delimiter)).toEqual([
      ['a', `b${delimiter}c`],
      [`d${delimiter}e`, 'f,g'],
    ]);
  });

  it('with a quote that is not closed is refused', () => {
    expect(() => records('a,"b\nc\n')).toThrow('A quote in the CSV file is not closed.');
  });

  it('with a row of any size is refused', () => {
    const parser = createCsvParser(',');
    const endless = () => {
      parser.push('"');
      for (;;) parser.push('x'.repeat(10_000));
    };
    expect(endless).toThrow(/larger than 262144 bytes/);
    expect(() => records('"a'.repeat(300_000))).toThrow(/larger than 262144 bytes/);
    expect(() => records(','.repeat(300_000))).toThrow(/larger than 262144 bytes/);
  });

  it('gives the same records however it is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\\', '\r', '\n', ' '), maxLength: 40 });
    const outcome = (make: () => string[][]) => {
      try {
        return make();
      } catch (error) {
        return (error as Error).message;
      }
    };
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (whole, at) => {
        const places = [0, ...at.filter((place) => place < whole.length).sort((a, b) => a - b)];
        const pieces = places.map((place, index) => whole.slice(place, places[index + 1] ?? whole.length));
        expect(outcome(() => records(whole, ',', pieces))).toEqual(outcome(() => records(whole)));
      }),
      { numRuns: 2000 },
    );
  });

  it('written by the rules reads back the same', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', ' '), maxLength: 6 });
    const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, (wanted) => {
        const quoted = wanted.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(','));
        expect(records(quoted.map((line) => `${line}\r\n`).join(''))).toEqual(wanted);
      }),
    );
  });
});

describe('items of a CSV file', () => {
  const values = (text: string | Uint8Array, reader = {}, at?: number) =>
    valuesOf(reading({ inputType: 'CSV', csvHeaderLocation: 'FIRST_ROW', ...reader }), bucketPorts({ data: text }, at));

  it('lack nothing in a short row, and have no more than the headers in a long one', async () => {
    expect(await values('a,b\n1\n1,2,3\n\n')).toEqual([
      { a: '1', b: '' },
      { a: '1', b: '2' },
      { a: '', b: '' },
    ]);
  });

  it('take their headers from the definition', async () => {
    const given = { csvHeaderLocation: 'GIVEN' as const, csvHeaders: ['x', 'y'], csvDelimiter: 'PIPE' as const };
    expect(await values('1|2\n3|4\n', given)).toEqual([
      { x: '1', y: '2' },
      { x: '3', y: '4' },
    ]);
  });

  it('are none where there is a header only, or nothing', async () => {
    expect(await values('a,b\n')).toEqual([]);
    expect(await values('')).toEqual([]);
  });

  it('of a first row with the same header twice are refused', async () => {
    await expect(values('a,b,a\n1,2,3')).rejects.toMatchObject({
      failure: { error: 'States.ItemReaderFailed', cause: 'CSV headers cannot contain duplicates.' },
    });
  });

  it('of headers larger than AWS takes are refused', async () => {
    await expect(values(`${'h'.repeat(10_241)}\n1`)).rejects.toThrow('The CSV headers are larger than 10240 bytes.');
  });

  it('know no byte order mark, and no letter that is cut in two', async () => {
    expect(await values(Buffer.from('\ufeffé,b\n日本,😀\n'), {}, 1)).toEqual([{ é: '日本', b: '😀' }]);
  });

  it('may have a member that objects have already', async () => {
    const [item] = await values('__proto__,constructor\n1,2\n');
    expect(JSON.stringify(item)).toBe('{"__proto__":"1","constructor":"2"}');
  });
});
