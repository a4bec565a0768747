import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonFloat } from '../csv/format.ts';
import { type BatchJob, type FileResult, ScoringError, scoreFiles } from '../index.ts';
import { createScorer } from '../kernel/scorer.ts';
import { readModel } from '../model/read.ts';
import { createBlockReader } from './block.ts';

const MODELS = fileURLToPath(new URL('../../../tests/scoring/models/', import.meta.url));
const ONE = join(MODELS, '3.0.5-logistic');
const THREE = join(MODELS, '3.0.5-softprob');
const rows = JSON.parse(readFileSync(join(MODELS, 'rows.json'), 'utf8')) as (number | null)[][];
const csv = (of: readonly (readonly (number | null)[])[]) => of.map((row) => row.map((value) => value ?? '').join(','));

let folder: string;
let counter = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'telar-batch-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function input(text: string | Buffer): { input: string; output: string } {
  const path = join(folder, `part-${counter++}.csv`);
  writeFileSync(path, text);
  return { input: path, output: `${path}.out` };
}

type Options = Partial<Omit<BatchJob, 'files'>>;

async function score(text: string | Buffer, options: Options = {}): Promise<string[]> {
  const file = input(text);
  const [result] = await scoreFiles({ model: ONE, accept: 'text/csv', threads: 1, ...options, files: [file] });
  if (result && 'error' in result) {
    expect(existsSync(file.output)).toBe(false);
    throw result.error;
  }
  const written = readFileSync(file.output, 'utf8');
  expect(result).toEqual({ ...file, rows: written.split('\n').length - 1 });
  return written.split('\n').slice(0, -1);
}

/** What the lines must be, worked out without the batch. */
function predicted(model: string, of: readonly (readonly (number | null)[])[]): string[] {
  const scorer = createScorer(readModel(readFileSync(model)));
  return of.map((row) => {
    for (let feature = 0; feature < scorer.features; feature += 1)
      scorer.columns[feature * scorer.stride] = row[feature] ?? Number.NaN;
    const outputs = [...scorer.score(1).subarray(0, scorer.outputs)].map(pythonFloat);
    return outputs.length === 1 ? outputs[0]! : `[${outputs.join(', ')}]`;
  });
}

describe('a file of CSV', () => {
  const lines = csv(rows);

  it('becomes a line for each row', async () => {
    expect(await score(lines.join('\n'))).toEqual(predicted(ONE, rows));
  });

  it('is read the same however it is written', async () => {
    const ways = {
      'with a line break at its end': `${lines.join('\n')}\n`,
      'with CRLF': lines.join('\r\n'),
      'with blank lines at its end': `${lines.join('\n')}\n\n\r\n\n`,
      'with blank lines at its beginning': `\n\r\n${lines.join('\n')}`,
      'with blanks around its numbers': lines.join('\n').replaceAll(',', ' , '),
    };
    const files = Object.values(ways).map(input);
    await scoreFiles({ model: ONE, accept: 'text/csv', files, threads: 2 });
    const expected = `${predicted(ONE, rows).join('\n')}\n`;
    for (const [index, way] of Object.keys(ways).entries())
      expect(readFileSync(files[index]!.output, 'utf8'), way).toBe(expected);
  });

  it('of several outputs has lists for lines, as Python writes them', async () => {
    expect(await score(lines.join('\n'), { model: THREE })).toEqual(predicted(THREE, rows));
  });

  it('becomes JSON lines', async () => {
    const [first] = predicted(ONE, rows);
    expect((await score(lines.join('\n'), { accept: 'application/jsonlines' }))[0]).toBe(`{"score": ${first}}`);
    const list = await score(lines[0]!, { model: THREE, accept: 'application/jsonlines' });
    expect(JSON.parse(list[0]!)).toEqual({ score: JSON.parse(predicted(THREE, rows)[0]!) });
  });

  it('without any row is refused', async () => {
    for (const empty of ['', '\n\n']) await expect(score(empty)).rejects.toThrow(/no row to score/);
  });

  it('narrower than the model lacks its last features', async () => {
    const narrow = rows.map((row) => row.slice(0, 3));
    expect(await score(csv(narrow).join('\n'))).toEqual(predicted(ONE, narrow));
  });
});

describe('filters and joins', () => {
  const lines = csv(rows);
  const withIds = lines.map((line, index) => `id-${index},${line},label`);

  it('scores the columns that the input filter selects', async () => {
    expect(await score(withIds.join('\n'), { inputFilter: '$[1:6]' })).toEqual(predicted(ONE, rows));
    const turned = rows.map((row) => [row[4]!, row[0]!]);
    expect(await score(lines.join('\n'), { inputFilter: '$[4,0]' })).toEqual(predicted(ONE, turned));
  });

  it('joins the input, and keeps of it what the output filter selects', async () => {
    const expected = predicted(ONE, rows);
    const options = { inputFilter: '$[1:-1]', join: true };
    expect(await score(withIds.join('\r\n'), options)).toEqual(withIds.map((line, row) => `${line},${expected[row]}`));
    const kept = await score(withIds.join('\n'), { ...options, outputFilter: '$[-1,0]' });
    expect(kept).toEqual(expected.map((prediction, row) => `${prediction},id-${row}`));
  });

  it('passes words, quoted commas and blanks through where they are not scored', async () => {
    const ids = ['"Kelly, Mr. James"', 'naïve', ' "a ""b""" ', '""', ''];
    const texts = rows.map((_, row) => ids[row % ids.length]!);
    const named = lines.map((line, row) => `${texts[row]},${line}`);
    const kept = await score(named.join('\r\n'), { inputFilter: '$[1:]', join: true, outputFilter: '$[0,-1]' });
    expect(kept).toEqual(predicted(ONE, rows).map((prediction, row) => `${texts[row]},${prediction}`));
  });

  it.each<[string, Options, RegExp]>([
    ['a filter of JSON lines', { outputFilter: '$[*]', accept: 'application/jsonlines' }, /left to a container/],
    ['joins into JSON lines', { join: true, accept: 'application/jsonlines' }, /left to a container/],
    ['filters of members', { inputFilter: '$.features' }, /not one of columns/],
    ['filters of lists', { outputFilter: '$[0]', model: THREE }, /several outputs/],
  ])('refuses %s by name', async (_name, options, says) => {
    await expect(score(lines.join('\n'), options)).rejects.toThrow(says);
  });

  it.each<[string, Options, RegExp]>([
    ['$[9]', { inputFilter: '$[9]' }, /part-\d+.csv: The filter selects column 9/],
    ['$[1,1]', { inputFilter: '$[1,1]' }, /column 1 more than once/],
    ['$[3:1]', { inputFilter: '$[3:1]' }, /No column is left/],
  ])('an input filter %s fails the file', async (_name, options, says) => {
    await expect(score(lines.join('\n'), options)).rejects.toThrow(says);
  });
});

describe('a row whose passing on is not certain', () => {
  const joined: Options = { inputFilter: '$[1]', join: true };
  it.each<[string, string | Buffer, Options, RegExp]>([
    ['a quote that is not closed', 'a,1\n"b,2\n', joined, /^Line 2 .* quote that is not closed/],
    ['a carriage return', 'a,1\nb\rc,2\n', joined, /^Line 2 .* carriage return inside/],
    ['bytes that are no text', Buffer.from('a,1\n\xe9,2\nc,3\n', 'latin1'), joined, /^Line 2 .* is not UTF-8/],
    ['a lone value that is none', 'a,1\nb,\n', joined, /^Line 2 .* has nothing for its only value/],
    ['a lone value with blanks', 'a,1\nb, 2\n', joined, /^Line 2 .* blanks beside/],
    ['a line that is too long', 'a,1\nbcdef,2\n', { ...joined, longestLine: 5 }, /^Line 2 .* longer than 5 bytes/],
  ])('%s fails its file', async (_name, text, options, says) => {
    await expect(score(text, options)).rejects.toThrow(says);
  });
});

describe('a file that cannot be scored', () => {
  const BAD: [string, string, RegExp][] = [
    ['a header', 'a,b,c\n1,2,3\n', /^Line 1 of part-\d+.csv, column 1: "a" is not a number\.$/],
    ['a short row', '1,2,3\n1,2\n', /^Line 2 of part-\d+.csv has 2 columns, but the first line has 3\.$/],
    ['a long row', '1,2\n1,2,3,4\n', /Line 2 .* has 4 columns/],
    ['a blank line inside', '1,2\n\n1,2\n', /^Line 2 .* is blank/],
    ['a line of spaces', '1,2\n \n', /^Line 2 .* has 1 columns/],
    ['a line of spaces at its beginning', ' \n1,2\n', /^Line 1 .* blanks beside/],
    ['what may be a delimiter', '1 \n2\n', /^Line 1 .* blanks beside/],
    ['tabs for commas', '1\t2\n', /^Line 1 .* is not a number/],
    ['semicolons for commas', '1;2\n', /^Line 1 .* is not a number/],
    ['a lone carriage return', '1,2,3\n1,2\r,3\n', /^Line 2 .* carriage return inside/],
    ['infinity', '1,2\n1,inf\n', /Line 2 .*column 2: "inf" is infinite/],
    ['a quoted number', '1,"2"\n', /Line 1 .*column 2: ""2"" is quoted/],
    ['more columns than features', '1,2,3,4,5,6\n', /^part-\d+.csv: A row has 6 values, but the model has 5 features/],
    ['a bad line after blank ones', '\n\n1,2\n1,x\n', /^Line 4 /],
  ];

  it('is named with its first bad line, and leaves no output', async () => {
    const files = BAD.map(([, text]) => input(text));
    const results: readonly FileResult[] = await scoreFiles({ model: ONE, accept: 'text/csv', files, threads: 2 });
    for (const [index, [name, , says]] of BAD.entries()) {
      const result = results[index]!;
      expect('error' in result && result.error, name).toBeInstanceOf(ScoringError);
      expect('error' in result && result.error.message, name).toMatch(says);
      expect(existsSync(result.output), name).toBe(false);
    }
  });

  it('does not hold up the others', async () => {
    const files = [input('1,2\n'), input('1,a\n'), input('3,4\n')];
    const results = await scoreFiles({ model: ONE, accept: 'text/csv', files, threads: 2 });
    expect(results.map((result) => ('rows' in result ? result.rows : result.error.kind))).toEqual([1, 'input', 1]);
    expect(files.map((file) => existsSync(file.output))).toEqual([true, false, true]);
  });

  it('keeps the others from being begun where all are wanted or none', async () => {
    const files = [input('1,2\n'), input('1,a\n'), input('3,4\n')];
    const results = await scoreFiles({ model: ONE, accept: 'text/csv', files, threads: 1, allOrNone: true });
    expect(results.map((result) => ('rows' in result ? result.rows : result.error.kind))).toEqual([1, 'input']);
    expect(files.map((file) => existsSync(file.output))).toEqual([true, false, false]);
  });

  it('names a line far down in the file', async () => {
    const many = Array.from({ length: 120_000 }, (_, row) => (row === 100_000 ? '1,x,3' : '1.25,2.5,-3.75'));
    await expect(score(many.join('\n'), { threads: 2 })).rejects.toThrow(/^Line 100001 /);
    // Blank lines over more than one block: the first of them is the bad one.
    await expect(score(`1,2${'\n'.repeat(1_200_000)}1,2`)).rejects.toThrow(/^Line 2 .* is blank/);
  });
});

it('keeps the order of lines over many blocks', async () => {
  const many = Array.from({ length: 90_000 }, (_, row) => `${row % 977},${row},0.5`);
  const written = await score(many.join('\n'), { threads: 2, join: true });
  expect(written.map((line) => line.split(',').slice(0, 3).join(','))).toEqual(many);
});

it('an abort ends the work and leaves no output', async () => {
  const file = input('1.25,2.5,-3.75\n'.repeat(200_000));
  const controller = new AbortController();
  const progress = () => controller.abort(new Error('stopped by the test'));
  const work = scoreFiles({ model: ONE, accept: 'text/csv', files: [file], signal: controller.signal, progress });
  await expect(work).rejects.toThrow('stopped by the test');
  expect(existsSync(file.output)).toBe(false);
  const late = scoreFiles({
    model: ONE,
    accept: 'text/csv',
    files: [file],
    signal: AbortSignal.abort(new Error('too late')),
  });
  await expect(late).rejects.toThrow('too late');
});

it('tells its progress in rows and bytes', async () => {
  const text = '1.25,2.5,-3.75\n'.repeat(80_000);
  const seen = { rows: 0, bytes: 0 };
  const progress = (done: { rows: number; bytes: number }) => {
    seen.rows += done.rows;
    seen.bytes += done.bytes;
  };
  await score(text, { progress });
  expect(seen).toEqual({ rows: 80_000, bytes: text.length });
});

it('a model that is none is refused before any file', async () => {
  const model = input('hello').input;
  await expect(score('1,2\n', { model })).rejects.toMatchObject({ kind: 'model' });
  await expect(score('1,2\n', { model: join(folder, 'absent') })).rejects.toThrow(/ENOENT/);
});

describe('blocks', () => {
  it('share out every line once, however they are cut', () => {
    const line = fc.stringMatching(/^[a-z]{0,12}$/);
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 50 }),
        (all, ends, size) => {
          const text = all.join('\n') + (ends ? '\n' : '');
          if (text === '') return;
          const path = join(folder, 'blocks.txt');
          writeFileSync(path, text);
          const file = openSync(path, 'r');
          const read = createBlockReader();
          let found = '';
          for (let from = 0; from < text.length; from += size) {
            const block = read(file, { from, to: Math.min(from + size, text.length), first: 0, size: text.length });
            found += Buffer.from(block.bytes.subarray(block.from, block.to)).toString();
          }
          expect(found).toBe(text.endsWith('\n') ? text : `${text}\n`);
        },
      ),
      { numRuns: 300 },
    );
  });
});
