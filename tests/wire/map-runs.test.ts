/** Distributed maps through the official SDK client: items, executions of their own, results, failures, limits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distributed, LONG, type MapBench, openMapBench, PICKY, readerOf } from '../support/mapRuns.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let bench: MapBench;

beforeAll(async () => {
  server = await startTestServer();
  bench = await openMapBench(server.client);
});
afterAll(() => server.close());

const TYPES = ['STANDARD', 'EXPRESS'] as const;
const good = (count: number) => Array.from({ length: count }, (_, n) => ({ n, bad: false }));
const bad = (count: number) => Array.from({ length: count }, (_, n) => ({ n, bad: true }));

describe.each(TYPES)('the items of a map of %s executions', (type) => {
  it('are those of the state, each seen by ItemSelector, and the results are in their order', async () => {
    const selector = {
      ItemSelector: {
        'index.$': '$$.Map.Item.Index',
        'value.$': '$$.Map.Item.Value',
        'source.$': '$$.Map.Item.Source',
        'all.$': '$.all',
      },
    };
    const definition = distributed({ ItemsPath: '$.items', ...selector }, undefined, type);
    const items = Array.from({ length: 200 }, (_, n) => n * 2);
    const { status, result } = await bench.run(definition, { items, all: 'same' });
    expect(status).toBe('SUCCEEDED');
    expect(result).toEqual(items.map((value, index) => ({ index, value, source: 'STATE_DATA', all: 'same' })));
  });

  it('may be the entries of an object', async () => {
    const { result } = await bench.run(distributed({}, undefined, type), { a: 1, b: 2 });
    expect(result).toEqual([
      { Key: 'a', Value: 1 },
      { Key: 'b', Value: 2 },
    ]);
  });

  it('may be none', async () => {
    expect(await bench.run(distributed({}, undefined, type), [])).toMatchObject({ status: 'SUCCEEDED', result: [] });
  });

  it('are read from S3, in every format, and batched', async () => {
    const rows = Array.from({ length: 5 }, (_, n) => ({ n: String(n) }));
    await bench.put('rows.csv', `n\n${rows.map(({ n }) => n).join('\n')}\n`);
    await bench.put('rows.json', JSON.stringify({ deep: { rows } }));
    await bench.put('rows.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    const readers = [
      readerOf('rows.csv', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' }),
      readerOf('rows.json', { InputType: 'JSON', ItemsPointer: '/deep/rows' }),
      readerOf('rows.jsonl', { InputType: 'JSONL' }),
    ];
    for (const reader of readers) {
      expect((await bench.run(distributed(reader, undefined, type))).result).toEqual(rows);
      const ItemBatcher = { MaxItemsPerBatch: 2, BatchInput: { 'given.$': '$.given' } };
      const { result } = await bench.run(distributed({ ...reader, ItemBatcher }, undefined, type), { given: 7 });
      const BatchInput = { given: 7 };
      expect(result).toEqual(
        [rows.slice(0, 2), rows.slice(2, 4), rows.slice(4)].map((Items) => ({ BatchInput, Items })),
      );
    }
  });

  it('may be objects of S3 themselves', async () => {
    for (const n of [0, 1]) await bench.put(`listed/${n}`, 'x'.repeat(n + 1));
    const Parameters = { Bucket: 'items', Prefix: 'listed/' };
    const ItemReader = { Resource: 'arn:aws:states:::s3:listObjectsV2', Parameters };
    const { result } = await bench.run(distributed({ ItemReader }, undefined, type));
    expect(result).toMatchObject([
      { Key: 'listed/0', Size: 1 },
      { Key: 'listed/1', Size: 2 },
    ]);
  });
});

describe.each(TYPES)('failures of %s executions', (type) => {
  const map = (fields: object) => distributed({ ItemsPath: '$', ...fields }, PICKY, type);

  it('are not tolerated unless a map says so', async () => {
    const { status, error, cause, executionArn } = await bench.run(map({}), [...good(1), ...bad(1)]);
    expect([status, error, cause]).toEqual([
      'FAILED',
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    ]);
    expect(await bench.types(executionArn!)).toEqual([
      ...['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapRunStarted', 'MapRunFailed', 'MapStateFailed'],
      'ExecutionFailed',
    ]);
    expect(await bench.mapRun(executionArn!)).toMatchObject({ status: 'FAILED', stopDate: expect.any(Date) });
  });

  it('are tolerated up to a number, or a share, of the items', async () => {
    const items = [...bad(2), ...good(2)];
    for (const fields of [{ ToleratedFailureCount: 2 }, { ToleratedFailurePercentage: 50 }]) {
      const { status, result, executionArn } = await bench.run(map(fields), items);
      expect([status, (result as unknown[]).length]).toEqual(['SUCCEEDED', 4]);
      expect((await bench.mapRun(executionArn!)).itemCounts).toMatchObject({ succeeded: 2, failed: 2, total: 4 });
    }
    for (const fields of [{ ToleratedFailureCount: 1 }, { ToleratedFailurePercentage: 49 }])
      expect((await bench.run(map(fields), items)).error).toBe('States.ExceedToleratedFailureThreshold');
  });

  it('are begun again by a redrive, and what has succeeded is not', async () => {
    await bench.put('fixed.json', JSON.stringify([...good(3), ...bad(1)]));
    const arn = await bench.start(map({ ToleratedFailureCount: 0, MaxConcurrency: 1 }), [...good(3), ...bad(2)]);
    expect((await bench.ended(arn)).status).toBe('FAILED');
    const before = await bench.mapRun(arn);
    await bench.sfn.updateMapRun({ mapRunArn: before.mapRunArn!, toleratedFailureCount: 2 }).catch((error: Error) => {
      expect(error.name).toBe('ValidationException');
    });
    await bench.sfn.redriveExecution({ executionArn: arn });
    expect((await bench.ended(arn)).status).toBe('FAILED');
    const after = await bench.mapRun(arn);
    expect(after).toMatchObject({ mapRunArn: before.mapRunArn, redriveCount: 1, itemCounts: { succeeded: 3 } });
    const { executions } = await bench.sfn.listExecutions({ mapRunArn: before.mapRunArn!, redriveFilter: 'REDRIVEN' });
    expect(executions).toMatchObject([{ status: 'FAILED', redriveCount: 1, itemCount: 1 }]);
    expect(await bench.types(arn)).toContain('MapRunRedriven');
  });

  it('of the reader are the map’s, to be caught', async () => {
    const fields = {
      ...readerOf('missing.json', { InputType: 'JSON' }),
      Catch: [{ ErrorEquals: ['States.ItemReaderFailed'], Next: 'Caught' }],
    };
    const definition = JSON.parse(distributed(fields, undefined, type));
    definition.States.Caught = { Type: 'Succeed' };
    const { status, result } = await bench.run(JSON.stringify(definition));
    expect([status, result]).toEqual(['SUCCEEDED', { Error: 'States.ItemReaderFailed', Cause: expect.any(String) }]);
  });

  it('of the role to read an object are failures of the reader', async () => {
    await bench.put('secret.json', '[1]');
    const definition = distributed(readerOf('secret.json', { InputType: 'JSON' }), undefined, type);
    const { error, cause } = await bench.run(definition, {}, 'nothing');
    expect([error, cause]).toEqual([
      'States.ItemReaderFailed',
      expect.stringMatching(/not authorized|Access ?Denied/i),
    ]);
  });
});

describe.each(TYPES)('a map run of %s executions', (type) => {
  it('begins no more executions than its limit, which can be changed while it runs', async () => {
    const arn = await bench.start(distributed({ MaxConcurrency: 2 }, LONG, type), [1, 2, 3, 4, 5]);
    const { mapRunArn } = await bench.until(arn, ({ itemCounts }) => itemCounts?.running === 2);
    const seen = await bench.sfn.describeMapRun({ mapRunArn });
    expect(seen).toMatchObject({
      status: 'RUNNING',
      maxConcurrency: 2,
      itemCounts: { running: 2, pending: 3, total: 5 },
    });
    await bench.sfn.updateMapRun({ mapRunArn: mapRunArn!, maxConcurrency: 4 });
    await bench.until(arn, ({ itemCounts }) => itemCounts?.running === 4);
    await bench.sfn.stopExecution({ executionArn: arn });
    const stopped = await bench.until(arn, ({ itemCounts }) => itemCounts?.running === 0);
    expect(stopped).toMatchObject({ status: 'ABORTED', itemCounts: { aborted: 4, pending: 1, total: 5 } });
    // What ends an execution from outside follows no event, and tells of nothing that it ends.
    expect((await bench.types(arn)).slice(-2)).toEqual(['MapRunStarted', 'ExecutionAborted']);
  });

  it('exports its results, and says where they are', async () => {
    const Parameters = { Bucket: 'items', Prefix: 'results' };
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Parameters };
    const definition = distributed({ ResultWriter, ToleratedFailureCount: 1 }, PICKY, type);
    const { result, executionArn } = await bench.run(definition, [...good(3), ...bad(1)]);
    const { mapRunArn } = await bench.mapRun(executionArn!);
    const Key = `results/${mapRunArn!.split(':').at(-1)}/manifest.json`;
    expect(result).toEqual({ MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: 'items', Key } });
    const manifest = JSON.parse(await bench.get(Key));
    const [failed] = JSON.parse(await bench.get(manifest.ResultFiles.FAILED[0].Key));
    expect(failed).toMatchObject({ Error: 'Bad', Cause: 'the item is bad', Status: 'FAILED' });
    const succeeded = JSON.parse(await bench.get(manifest.ResultFiles.SUCCEEDED[0].Key));
    expect(succeeded.map(({ Output }: { Output: string }) => JSON.parse(Output))).toEqual(good(3));
  });

  it('fails when its results are too large for a state', async () => {
    const definition = distributed(
      { ItemSelector: { 'text.$': '$$.Execution.Input.text' }, ItemsPath: '$.items' },
      undefined,
      type,
    );
    const { error } = await bench.run(definition, { items: [1, 2, 3], text: 'x'.repeat(100_000) });
    expect(error).toBe('States.DataLimitExceeded');
  });

  it('has executions that can be described', async () => {
    const { executionArn } = await bench.run(
      distributed({ ItemBatcher: { MaxItemsPerBatch: 2 } }, undefined, type),
      [1, 2, 3],
    );
    const { mapRunArn, executionCounts, itemCounts } = await bench.mapRun(executionArn!);
    expect([executionCounts?.succeeded, executionCounts?.total, itemCounts?.succeeded]).toEqual([2, 2, 3]);
    const { executions = [] } = await bench.sfn.listExecutions({ mapRunArn });
    expect(executions.map(({ itemCount }) => itemCount).sort()).toEqual([1, 2]);
    const described = await bench.sfn.describeExecution({ executionArn: executions[0]!.executionArn });
    expect(described).toMatchObject({ mapRunArn, status: 'SUCCEEDED', redriveStatus: 'NOT_REDRIVABLE' });
    expect(described.stateMachineArn).toMatch(/:stateMachine:machine-\d+\/L$/);
  });
});

describe('a map within a map', () => {
  it('runs, and stops, as a whole', async () => {
    const inner = (processor: object) => JSON.parse(distributed({}, processor)).States.Map;
    const processorOf = (processor: object) => ({
      StartAt: 'Inner',
      States: { Inner: { ...inner(processor), Label: 'Inner' } },
    });
    const Pass = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
    const { result } = await bench.run(distributed({}, processorOf(Pass)), [[1, 2], [3]]);
    expect(result).toEqual([[1, 2], [3]]);

    const arn = await bench.start(distributed({}, processorOf(LONG)), [[1, 2]]);
    const { mapRunArn } = await bench.until(arn, ({ itemCounts }) => itemCounts?.running === 1);
    const child = (await bench.sfn.listExecutions({ mapRunArn })).executions![0]!.executionArn!;
    await bench.until(child, ({ itemCounts }) => itemCounts?.running === 2);
    await bench.sfn.stopExecution({ executionArn: arn });
    expect(await bench.until(child, ({ itemCounts }) => itemCounts?.running === 0)).toMatchObject({
      status: 'ABORTED',
    });
  });
});
