import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChildResult, collectResults, type ResultForm } from './results.ts';
import { bucketPorts, reading, valuesOf, writtenInto } from './testing.ts';
import { type Export, exportResults } from './writer.ts';

const RUN = 'arn:aws:states:us-east-1:111111111111:mapRun:machine/TestMap:0f1e';

const child = (name: string, over: Partial<ChildResult> = {}): ChildResult => ({
  executionArn: `arn:aws:states:us-east-1:111111111111:execution:machine/TestMap:${name}`,
  name,
  stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine/TestMap',
  status: 'SUCCEEDED',
  input: '"Hello"',
  output: '"Hello"',
  startDate: 1_738_633_790_099,
  stopDate: 1_738_633_790_163,
  redriveCount: 0,
  redriveStatus: 'NOT_REDRIVABLE',
  redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
  ...over,
});

const { output: _, redriveStatusReason: __, ...rest } = child('f');
const FAILED: ChildResult = { ...rest, status: 'FAILED', error: 'E', cause: 'C', redriveStatus: 'REDRIVABLE' };

async function* paged(results: readonly ChildResult[]) {
  for (let at = 0; at < results.length; at += 2) yield results.slice(at, at + 2);
}

const NONE: ResultForm = { outputType: 'JSON', transformation: 'NONE' };
const FLAT_LINES: ResultForm = { outputType: 'JSONL', transformation: 'FLATTEN' };

async function exported(succeeded: readonly ChildResult[], failed: readonly ChildResult[], over: Partial<Export> = {}) {
  const written = new Map<string, string>();
  const results = { SUCCEEDED: succeeded, FAILED: failed, PENDING: [] };
  const output = await exportResults(
    {
      form: NONE,
      arguments: { Bucket: 'result-bucket', Prefix: 'mapJobs' },
      mapRunArn: RUN,
      results: (kind) => paged(results[kind]),
      ...over,
    },
    writtenInto(written),
  );
  return { output, written };
}

describe('results that are exported', () => {
  it('are files, a manifest of them, and where that lies', async () => {
    const { output, written } = await exported([child('a'), child('b')], [FAILED]);
    expect(output).toEqual({
      MapRunArn: RUN,
      ResultWriterDetails: { Bucket: 'result-bucket', Key: 'mapJobs/0f1e/manifest.json' },
    });
    expect([...written.keys()]).toEqual([
      'mapJobs/0f1e/FAILED_0.json',
      'mapJobs/0f1e/SUCCEEDED_0.json',
      'mapJobs/0f1e/manifest.json',
    ]);
    const sizeOf = (key: string) => Buffer.byteLength(written.get(key)!);
    const entryOf = (key: string) => ({ Key: key, Size: sizeOf(key) });
    expect(JSON.parse(written.get('mapJobs/0f1e/manifest.json')!)).toEqual({
      DestinationBucket: 'result-bucket',
      MapRunArn: RUN,
      ResultFiles: {
        FAILED: [entryOf('mapJobs/0f1e/FAILED_0.json')],
        PENDING: [],
        SUCCEEDED: [entryOf('mapJobs/0f1e/SUCCEEDED_0.json')],
      },
    });
    const [first] = JSON.parse(written.get('mapJobs/0f1e/SUCCEEDED_0.json')!) as object[];
    expect(first).toEqual({
      ExecutionArn: child('a').executionArn,
      Input: '"Hello"',
      InputDetails: { Included: true },
      Name: 'a',
      Output: '"Hello"',
      OutputDetails: { Included: true },
      RedriveCount: 0,
      RedriveStatus: 'NOT_REDRIVABLE',
      RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      StartDate: '2025-02-04T01:49:50.099Z',
      StateMachineArn: child('a').stateMachineArn,
      Status: 'SUCCEEDED',
      StopDate: '2025-02-04T01:49:50.163Z',
    });
    const [failure] = JSON.parse(written.get('mapJobs/0f1e/FAILED_0.json')!) as object[];
    expect(failure).toMatchObject({ Cause: 'C', Error: 'E', Status: 'FAILED' });
    expect(failure).not.toHaveProperty('Output');
  });

  it('lie below the run alone where there is no prefix', async () => {
    const { written } = await exported([], [], { arguments: { Bucket: 'b' } });
    expect([...written.keys()]).toEqual(['0f1e/manifest.json']);
  });

  it('are spread over files of a size', async () => {
    const many = Array.from({ length: 40 }, (_, n) => child(`n${n}`, { output: JSON.stringify('x'.repeat(30_000)) }));
    const { written } = await exported(many, [], { maxFileBytes: 200_000 });
    const files = [...written].filter(([key]) => key.includes('SUCCEEDED'));
    expect(files.length).toBeGreaterThan(3);
    const names = files.flatMap(([, text]) => JSON.parse(text) as { Name: string }[]).map(({ Name }) => Name);
    expect(names).toEqual(many.map(({ name }) => name));
  });

  it('read back the same, whatever they are', async () => {
    const outputs = fc.array(fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(outputs, fc.constantFrom('JSON', 'JSONL'), async (values, outputType) => {
        const wanted = JSON.parse(JSON.stringify(values)) as unknown[][];
        for (const transformation of ['COMPACT', 'FLATTEN'] as const) {
          const children = values.map((value, index) => child(`n${index}`, { output: JSON.stringify(value) }));
          const { written } = await exported(children, [], { form: { outputType, transformation } });
          const body =
            [...written].find(([key]) => key.includes('SUCCEEDED'))?.[1] ?? (outputType === 'JSON' ? '[]' : '');
          const read = await valuesOf(reading({ inputType: outputType }), bucketPorts({ data: body }));
          expect(read).toEqual(transformation === 'COMPACT' ? wanted : wanted.flat());
        }
      }),
      { numRuns: 100 },
    );
  });

  it('of failures are whole, whatever the form', async () => {
    const { written } = await exported([], [FAILED], { form: FLAT_LINES });
    expect(JSON.parse(written.get('mapJobs/0f1e/FAILED_0.jsonl')!)).toMatchObject({ Name: 'f', Status: 'FAILED' });
  });

  it('that cannot be written fail the Map, and leave no manifest', async () => {
    const keys: string[] = [];
    const ports = {
      ...writtenInto(new Map()),
      write: async ({ key }: { key: string }) => {
        keys.push(key);
        throw new Error('Access Denied');
      },
    };
    const results = () => paged([child('a')]);
    const doing = exportResults({ form: NONE, arguments: { Bucket: 'b' }, mapRunArn: RUN, results }, ports);
    await expect(doing).rejects.toMatchObject({
      failure: { error: 'States.ResultWriterFailed', cause: 'Access Denied' },
    });
    expect(keys).toEqual(['0f1e/FAILED_0.json']);
  });

  it.each([
    [{}, 'The ResultWriter has no parameter Bucket.'],
    [{ Bucket: 1 }, 'The parameter Bucket of the ResultWriter must be a text.'],
  ])('to %j are refused', async (given, cause) => {
    await expect(exported([], [], { arguments: given })).rejects.toMatchObject({ failure: { cause } });
  });
});

describe('results that are the output of the state', () => {
  const collected = (results: readonly ChildResult[], form: ResultForm) =>
    collectResults('MapState', paged(results), form);
  const COMPACT: ResultForm = { outputType: 'JSON', transformation: 'COMPACT' };
  const OUTPUTS = [child('a', { output: '[1,2]' }), child('b', { output: '{"c":3}' })];

  it('have the form that is asked for', async () => {
    expect(await collected(OUTPUTS, COMPACT)).toEqual([[1, 2], { c: 3 }]);
    expect(await collected(OUTPUTS, { ...COMPACT, transformation: 'FLATTEN' })).toEqual([1, 2, { c: 3 }]);
    expect(await collected(OUTPUTS, FLAT_LINES)).toBe('1\n2\n{"c":3}\n');
    expect(await collected(OUTPUTS, NONE)).toMatchObject([{ Name: 'a', Output: '[1,2]' }, { Name: 'b' }]);
    expect(await collected([...OUTPUTS, FAILED], COMPACT)).toMatchObject([[1, 2], { c: 3 }, { Status: 'FAILED' }]);
    expect(await collected([], COMPACT)).toEqual([]);
  });

  it.each([
    ['JSON', 262_140, true],
    ['JSON', 262_141, false],
    ['JSONL', 262_140 - 8, true],
    ['JSONL', 262_140, false],
  ] as const)('as %s, of %i characters: %s', async (outputType, length, fits) => {
    const large = [child('a', { output: JSON.stringify('x'.repeat(length - 2 + (outputType === 'JSON' ? 2 : 0))) })];
    const doing = collected(large, { outputType, transformation: 'COMPACT' });
    if (fits) await doing;
    else
      await expect(doing).rejects.toMatchObject({
        failure: {
          error: 'States.DataLimitExceeded',
          cause:
            "The state/task 'MapState' returned a result with a size exceeding the maximum number of bytes service limit.",
        },
      });
  });
});
