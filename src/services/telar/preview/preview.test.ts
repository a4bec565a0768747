/** What objects of all kinds look like, hostile ones among them. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PreviewCell } from '../api.ts';
import type { ByteSource } from './head.ts';
import { previewOf } from './preview.ts';
import { isUnreadable } from './refusal.ts';

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: async (from, to) => bytes.subarray(from, to),
});

const preview = (content: string | Uint8Array, key = 'data.csv', maxRows = 100) =>
  previewOf(sourceOf(Buffer.from(content)), { key, contentType: undefined, maxRows });

const sentence = async (content: string | Uint8Array, key?: string) => {
  try {
    await preview(content, key);
  } catch (error) {
    expect(error).toSatisfy(isUnreadable);
    return (error as Error).message;
  }
  throw new Error('It was shown.');
};

const column = async (content: string) => (await preview(content)).Columns[0]!;

describe('CSV', () => {
  it('has its header, rows, and a summary of each column', async () => {
    const found = await preview('Age,Name,Paid\n22,"Braund, Mr. ""Owen""",true\n,Heikki,false\n35.5,Lily,true\n');
    expect(found).toMatchObject({
      ...{ Format: 'CSV', ColumnCount: 3, SampledRows: 3, WholeObject: true, Notes: [] },
      Rows: [
        [22, 'Braund, Mr. "Owen"', true],
        [null, 'Heikki', false],
        [35.5, 'Lily', true],
      ],
    });
    expect(found.Columns[0]).toMatchObject({
      Name: 'Age',
      Type: 'number',
      Missing: 1,
      Min: 22,
      Max: 35.5,
      Mean: 28.75,
    });
    expect(found.Columns[1]).toEqual({ Name: 'Name', Type: 'text', Missing: 0, Distinct: 3, Top: expect.anything() });
    expect(found.Columns[2]).toMatchObject({
      Type: 'boolean',
      Top: [
        { Value: true, Count: 2 },
        { Value: false, Count: 1 },
      ],
    });
  });

  it('without a header, as SageMaker has it, is numbered', async () => {
    expect(await preview('1,0.5\n0,0.25\n')).toMatchObject({
      Columns: [
        { Name: 'column 1', Type: 'integer' },
        { Name: 'column 2', Mean: 0.375 },
      ],
      SampledRows: 2,
      Notes: ['It has no header: its columns are numbered.'],
    });
  });

  it.each([
    ['tabs', 'a\tb\n1\t2\n'],
    ['semicolons', 'a;b\r\n1;2\r\n'],
    ['bars', 'a|b\n1|2'],
    ['a byte order mark', '\ufeffa,b\n1,2\n'],
    ['an index without a name', ',b\n1,2\n'.replace(',b', 'a,b')],
  ])('with %s', async (_, content) => {
    expect(await preview(content)).toMatchObject({ Columns: [{ Name: 'a' }, { Name: 'b' }], Rows: [[1, 2]] });
  });

  it('shows numbers as they are written: 007 is no 7', async () => {
    expect(await preview('a,b,c\n007,1.50,8\n')).toMatchObject({
      Rows: [['007', '1.50', 8]],
      Columns: [{ Type: 'integer', Max: 7 }, { Type: 'number', Max: 1.5 }, {}],
    });
  });

  it('with rows of unequal width says so', async () => {
    expect(await preview('a,b\n1\n1,2,3\n1,2\n')).toMatchObject({
      Rows: [
        [1, null],
        [1, 2],
        [1, 2],
      ],
      Columns: [{ Missing: 0 }, { Missing: 1 }],
      Notes: [expect.stringContaining('1 row has fewer'), expect.stringContaining('1 row has more')],
    });
  });

  it('of which a quote is not closed names the row', async () => {
    expect(await sentence('a,b\n1,"2\n3,4\n')).toBe('Row 2 has a quote that is not closed.');
    expect(await sentence(`a,b\n1,"2\n${'3,4\n'.repeat(400_000)}`)).toContain('not closed within 1 MB');
  });

  it('of which no line ends within 4 MB says so', async () => {
    expect(await sentence('1,'.repeat(3_000_000))).toContain('no line end');
  });

  it('of 10,000 columns shows the first of them', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(',');
    const found = await preview(`${names}\n${names.replaceAll('c', '')}\n`);
    expect(found).toMatchObject({ ColumnCount: 10_000, SampledRows: 1 });
    expect(found.Columns).toHaveLength(300);
    expect(found.Rows[0]).toHaveLength(300);
  });

  it('beyond 4 MB is sampled, and its cut row left out', async () => {
    const found = await preview(`n\n${'123456789012345678901234567890\n'.repeat(200_000)}`, 'big.csv', 5);
    expect(found).toMatchObject({
      WholeObject: false,
      SampledBytes: 4 * 1024 * 1024,
      Columns: [{ Distinct: 1 }],
    });
    expect(found.Rows).toHaveLength(5);
  });

  it('that Excel has written in another encoding is read all the same', async () => {
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('name\nÅsa\n', 'utf16le')]);
    expect(await preview(wide)).toMatchObject({ Rows: [['Åsa']], Notes: ['It is UTF-16.'] });
    expect(await preview(Buffer.from('name\nÅsa\n', 'latin1'))).toMatchObject({ Rows: [['Åsa']] });
  });

  it('is decompressed, and no further than 4 MB', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, '1\n'));
    expect(await preview(bomb, 'zeros.csv.gz')).toMatchObject({
      WholeObject: false,
      SampledRows: 250_000,
      SampledBytes: 500_001,
    });
    expect(await sentence(bomb.subarray(0, 20), 'zeros.csv.gz')).toContain('cannot be decompressed');
  });
});

describe('summaries', () => {
  it('know types', async () => {
    expect(await column('a\n2024-01-31\n2023-12-01T10:00:00Z\n')).toMatchObject({
      Type: 'time',
      Min: '2023-12-01T10:00:00Z',
    });
    expect(await column('a\nNaN\nNA\n\n')).toMatchObject({ Type: 'empty', Missing: 2 });
    expect(await column('a\n1e400\n1\n')).toMatchObject({ Type: 'text' });
    expect(await preview('[{"a":1},{"a":"x"}]', 'x.json')).toMatchObject({ Columns: [{ Type: 'mixed' }] });
    expect(await column('a\n7\n7\n')).toMatchObject({ Histogram: [{ From: 7, To: 7, Count: 2 }] });
  });

  it('give up counting values that are too many', async () => {
    const numbers = Array.from({ length: 5000 }, (_, index) => index).join('\n');
    expect(await column(`a\n${numbers}\n`)).not.toHaveProperty('Distinct');
  });

  it('count every number in one range of the histogram, whatever the numbers are', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        async (numbers) => {
          const text = JSON.stringify(numbers.map((n) => ({ n })));
          const { Columns } = await preview(text, 'n.json');
          const { Min, Max, Histogram } = Columns[0]!;
          expect(Histogram!.reduce((sum, { Count }) => sum + Count, 0)).toBe(numbers.length);
          const clean = JSON.parse(JSON.stringify(numbers)) as number[];
          expect([Min, Max]).toEqual([Math.min(...clean), Math.max(...clean)]);
        },
      ),
      { numRuns: 50 },
    ));
});

describe('JSON', () => {
  it('is a table where it is a list', async () => {
    expect(await preview('[{"a":1,"b":{"c":[2]}},{"a":null,"d":"x"},5]', 'x.json')).toMatchObject({
      ...{ Format: 'JSON', SampledRows: 3 },
      Rows: [
        [1, '{"c":[2]}', null, null],
        [null, null, 'x', null],
        [null, null, null, 5],
      ],
    });
  });

  it('is text where it is none', async () => {
    expect(await preview('{"auc": {"value": 0.9}}', 'evaluation.json')).toMatchObject({
      Format: 'JSON',
      Text: '{"auc": {"value": 0.9}}',
    });
  });

  it('of which the list is cut has the elements that are whole', async () => {
    const list = `[${Array.from({ length: 400_000 }, (_, n) => `{"n":${n},"t":"],{"}`).join(',')}]`;
    const found = await preview(list, 'x.json');
    expect(found.WholeObject).toBe(false);
    expect(found.Columns[0]).toMatchObject({ Name: 'n', Missing: 0, Min: 0 });
  });

  it('lines are rows, and a line that is none is named', async () => {
    expect(await preview('{"a":1}\n\n{"a":2}\n', 'x.jsonl')).toMatchObject({ Format: 'JSON Lines', Rows: [[1], [2]] });
    expect(await sentence('{"a":1}\nno\n', 'x.jsonl')).toMatch(/^Line 2 is no JSON/);
    expect(await preview('{"__proto__":1}\n{"constructor":2}', 'lines')).toMatchObject({
      ColumnCount: 2,
      Format: 'JSON Lines',
    });
  });

  it('that is nested without end is refused', async () => {
    expect(await sentence(`[{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}]`, 'x.json')).toContain(
      'nested too deeply',
    );
  });
});

const FILES = new URL('../../../../tests/machines/parquet/', import.meta.url);
const parquet = (name: string) => readFileSync(new URL(`${name}.parquet`, FILES));

describe('Parquet', () => {
  it('has its rows and how many there are', async () => {
    const found = await preview(parquet('types'), 'x.parquet');
    expect(found).toMatchObject({ Format: 'Parquet', SampledRows: 4, TotalRows: 4, WholeObject: true });
    const first: Record<string, PreviewCell> = Object.fromEntries(
      found.Columns.map(({ Name }, place) => [Name, found.Rows[0]![place]!]),
    );
    expect(first).toMatchObject({ name: 'a', score: 0.5, ok: true, day: '2024-02-29', tags: '["x",null]' });
  });

  it('goes on over its row groups', async () => {
    expect(await preview(parquet('groups'), 'x')).toMatchObject({
      SampledRows: 1000,
      Columns: [{ Name: 'n', Min: 0, Max: 999 }],
    });
  });

  it('that is none, or broken, is refused by a sentence', async () => {
    expect(await sentence('PAR1 and no more')).toBe('The Parquet file cannot be read: it is no Parquet file.');
    expect(await sentence(parquet('lz4'))).toContain('LZ4');
    const whole = parquet('snappy');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 5), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const broken = Uint8Array.from(whole);
        broken[at + 4] = byte;
        // Whatever it makes of them: rows, or a sentence.
        await preview(broken).catch((error: unknown) => expect(error).toSatisfy(isUnreadable));
      }),
      { numRuns: 100 },
    );
  });
});

it('text is shown as it is, anything else refused by what it is', async () => {
  expect(await preview('hello\n', 'x.txt')).toMatchObject({ Format: 'Text', Text: 'hello\n' });
  expect(await preview('some words, and more\nof them\n', 'notes')).toMatchObject({ Format: 'Text' });
  expect(await sentence(new Uint8Array([1, 0, 2, 0]), 'x')).toContain('no text');
  expect(await sentence('')).toBe('It is empty.');
});
