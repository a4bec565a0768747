/** I1 of inProcess.ts: what a job makes of its files is the same to the byte, scored in this process or asked of a container. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { scoreFiles } from '../../../scoring/index.ts';
import { createScorer } from '../../../scoring/kernel/scorer.ts';
import { readModel } from '../../../scoring/model/read.ts';
import type { JobPlan, TransformPlan } from '../plan.ts';
import { type DataPath, parseDataPath } from './dataPath.ts';
import { drive } from './driver.ts';
import { scoreFilesOf } from './inProcess.ts';
import type { Answer } from './modelClient.ts';

const MODELS = fileURLToPath(new URL('../../../../tests/scoring/models/', import.meta.url));
const ONE = join(MODELS, '3.0.5-logistic');
const SEVERAL = join(MODELS, '3.0.5-softprob');
const IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5';
const scorers = new Map([ONE, SEVERAL].map((path) => [path, createScorer(readModel(readFileSync(path)))]));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-same-bytes-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** As the image's xgboost_codecs.py and xgboost_algorithm.py read and answer, without what this table cannot hold. */
function container(path: string, body: string, accept: string | undefined): Answer {
  const scorer = scorers.get(path)!;
  const refused = (why: string) => ({ status: 400, body: Buffer.from(why) });
  if (body === '') return { status: 204, body: Buffer.from('') };
  const rows = body.trim().split(/\r?\n/);
  const fields = rows.map((row) => (rows[0]!.includes(',') ? row.split(',') : [row]).map((field) => field.trim()));
  if (new Set(fields.map(({ length }) => length)).size > 1) return refused('ragged');
  const numbers = fields.flat().map((field) => (/^(nan)?$/.test(field) ? Number.NaN : Number(field)));
  const words = fields.flat().filter((field, at) => Number.isNaN(numbers[at]) && !/^(nan)?$/.test(field));
  if (words.length > 0 || numbers.some((number) => Math.abs(number) === Number.POSITIVE_INFINITY))
    return refused('words');
  const width = fields[0]!.length;
  if (width > scorer.features) return refused('too wide');
  const scores = fields.map((_, row) => {
    scorer.columns.fill(Number.NaN);
    for (let column = 0; column < width; column += 1)
      scorer.columns[column * scorer.stride] = numbers[row * width + column]!;
    const found = [...scorer.score(1).subarray(0, scorer.outputs)].map(python);
    return found.length === 1 ? found[0]! : `[${found.join(', ')}]`;
  });
  const lines = scores.map((score) => (accept === 'application/jsonlines' ? `{"score": ${score}}` : score));
  return { status: 200, body: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}

/** A probability of these models: none is small enough for an exponent. */
const python = (value: number) => (Number.isInteger(value) ? `${value}.0` : `${value}`);

const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Fields as people have them, and as nobody should. */
const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -400, max: 400 }).map((whole) => `${whole / 100}`) },
  { weight: 1, arbitrary: fc.constantFrom('', 'nan', ' 1', '2 ', '+1', '1e2', '007', '-0', '.5') },
);
const odd = fc.constantFrom('"', 'a"b', '"1"', '\r', 'x\r', 'inf', 'word', '\u{fffd}', '1;2', '\t');
const label = fc.oneof(
  fc.constantFrom(
    'id-1',
    'naïve',
    '日本',
    '',
    ' ',
    ' padded ',
    '"Kelly, Mr. James"',
    '"a ""b"", c"',
    '""',
    'a b',
    "'",
    '\u{feff}id',
    '\0',
  ),
  fc.stringMatching(/^[a-z0-9 .;:_-]{0,12}$/),
);

/** Tables of one shape, mostly sound; the first and the last column are labels. */
const table = fc
  .record({
    rows: fc.array(fc.record({ id: label, numbers: fc.array(number, { minLength: 3, maxLength: 3 }), last: label }), {
      minLength: 1,
      maxLength: 12,
    }),
    end: fc.constantFrom('\n', '\r\n'),
    tail: fc.constantFrom('', '\n', '\n\n', '\r\n\r\n', '\r'),
    lead: fc.constantFrom('', '', '', '\n', '\r\n'),
    spoilt: rarely(fc.record({ row: fc.nat(11), field: fc.nat(4), value: odd })),
    cut: rarely(fc.nat(60)),
  })
  .map(({ rows, end, tail, lead, spoilt, cut }) => {
    const lines = rows.map(({ id, numbers, last }, row) => {
      const fields = [id, ...numbers, last];
      if (spoilt?.row === row) fields[spoilt.field] = spoilt.value;
      return fields.join(',');
    });
    const text = lead + lines.join(end) + tail;
    return Buffer.from(cut === undefined ? text : text.slice(0, cut) + text.slice(cut + 1));
  });

const bytes = fc.tuple(table, rarely(fc.nat(60))).map(([text, at]) => {
  if (at !== undefined && at < text.length) text[at] = 0xe9;
  return text;
});

type Settings = Pick<TransformPlan, 'accept' | 'strategy'> & {
  split: 'Line' | 'None';
  InputFilter: string;
  OutputFilter: string;
  join: boolean;
};

const plans: fc.Arbitrary<Settings> = fc.record({
  InputFilter: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('$[1:-1]', '$[1:4]', '$[1:3]', '$[2]', '$[3,1]', '$[-2]') },
    { weight: 1, arbitrary: fc.constantFrom('$[1,1]', '$[9]', '$[4:2]', '$') },
  ),
  OutputFilter: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('$', '$[0,-1]', '$[-1]', '$[0,4,-1]', '$[0,0]', '$[:2]', '$[7:]', '$[*]') },
    { weight: 1, arbitrary: fc.constant('$[6]') },
  ),
  join: fc.boolean(),
  accept: fc.constantFrom(undefined, 'text/csv', 'application/jsonlines'),
  split: fc.constantFrom<Settings['split'][]>('Line', 'None'),
  strategy: fc.constantFrom<TransformPlan['strategy'][]>('MultiRecord', 'SingleRecord'),
});

function planOf({ InputFilter, OutputFilter, join: isJoined, accept, split, strategy }: Settings): TransformPlan {
  const path = (text: string) => parseDataPath(text) as DataPath;
  const isJson = accept === 'application/jsonlines';
  return {
    ...{ split, strategy, assemble: split, maxPayloadMegabytes: 1, maxConcurrent: 1, gzip: false },
    ...{ contentType: 'text/csv', accept, timeoutSeconds: 5, retries: 0 },
    processing: {
      ...{ input: 'csv', output: isJson ? 'jsonlines' : 'csv', inputFilter: path(InputFilter) },
      // As CreateTransformJob has it: rows of CSV are not joined into JSON.
      ...{ join: isJoined && !isJson, outputFilter: isJson ? [] : path(OutputFilter) },
    },
  };
}

const COMMON: Settings = {
  ...{ InputFilter: '$[1:]', OutputFilter: '$[0,-1]', join: true },
  ...{ accept: 'text/csv', split: 'Line', strategy: 'MultiRecord' },
};

let runs = 0;

/** What both ways make of files: undefined for what this process declines. */
async function bothWays(files: readonly Buffer[], transform: TransformPlan, path = ONE) {
  const at = (name: string) => join(root, String(runs), name);
  runs += 1;
  mkdirSync(at('inputs'), { recursive: true });
  mkdirSync(at('outputs'));
  for (const [index, file] of files.entries()) writeFileSync(at(`inputs/${index}`), file);
  await drive({
    ...{ inputs: at('inputs'), outputs: at('outputs'), plan: transform, clock: systemClock, tell: () => {} },
    client: {
      ...{ ping: async () => true, executionParameters: async () => ({}), close: () => {} },
      invoke: async (body, { Accept }) => container(path, body.toString(), Accept),
    },
  });
  const read = (path: string) => {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return undefined;
    }
  };
  const theirs = files.map((_, index) => read(at(`outputs/${index}.out`)));
  const plan = { image: IMAGE, environment: {}, transform } as unknown as JobPlan;
  const place = { inputs: at('inputs'), outputs: at('ours'), model: root };
  await scoreFilesOf(
    { plan },
    place,
    async ({ model: _, filters, ...batch }) => {
      await scoreFiles({ model: path, threads: 1, ...batch, ...filters }).catch(() => {});
      return { scored: true };
    },
    new AbortController().signal,
  );
  return { theirs, ours: files.map((_, index) => read(at(`ours/${index}.out`))) };
}

it('joined and filtered rows are the same to the byte, or left to the container', async () => {
  let scored = 0;
  await fc.assert(
    fc.asyncProperty(plans, fc.array(bytes, { minLength: 20, maxLength: 40 }), async (settings, files) => {
      const { ours, theirs } = await bothWays(files, planOf(settings));
      for (const [index, our] of ours.entries()) {
        if (our === undefined) continue;
        scored += 1;
        expect(our, JSON.stringify(files[index]!.toString('latin1'))).toBe(theirs[index]);
      }
    }),
    // Not made smaller, which takes minutes: the file that differs is small and named.
    { numRuns: 15, endOnFailure: true },
  );
  // Not because everything was declined.
  expect(scored).toBeGreaterThan(100);
});

it('rows that are joined with several outputs are the same to the byte', async () => {
  const transform = planOf({ ...COMMON, InputFilter: '$[1:4]', OutputFilter: '$' });
  const file = Buffer.from('a,1,2,3,x\n"b, c",4,5,6,"y"\n');
  const { ours, theirs } = await bothWays([file], transform, SEVERAL);
  expect(ours).toEqual(theirs);
  expect(ours[0]).toMatch(/^a,1,2,3,x,\[0\.\d+, 0\.\d+, 0\.\d+\]\n"b, c",4,5,6,"y",\[/);
});

it('the commonest job is not left to the container', async () => {
  const transform = planOf(COMMON);
  const file = Buffer.from('id-1,1,2,3\r\n"Kelly, Mr. James",0.5,,-1\n naïve ,1e2,nan,2');
  const { ours, theirs } = await bothWays([file], transform);
  expect(ours).toEqual(theirs);
  expect(Buffer.from(ours[0]!, 'latin1').toString()).toMatch(
    /^id-1,0\.\d+\n"Kelly, Mr\. James",0\.\d+\n naïve ,0\.\d+\n$/,
  );
});
