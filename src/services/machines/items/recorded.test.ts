/**
 * The answers of AWS that were recorded with an ItemReader. They lie beside the repository (shared/conformance); without them these
 * tests are skipped. Paths and expressions are the engine's: what they give in each case is said here.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import { batches } from './batches.ts';
import { itemInput } from './item.ts';
import { type Reading, readItems } from './reader.ts';
import { all, type Bucket, bucketPorts, reading } from './testing.ts';

type Recorded = {
  name: string;
  definition: { States: Record<string, JsonObject> };
  setup?: { op: string; params: { Key: string; Body: string } }[];
  input: JsonObject;
  expected: { status: string; output?: Json; error?: string; cause?: string };
};

const folder = ['../../../../../shared', '../../../../../../shared']
  .map((beside) => path.resolve(import.meta.dirname, beside, 'conformance/step-functions'))
  .find((candidate) => existsSync(candidate));

const cases: Recorded[] = (
  folder === undefined ? [] : (JSON.parse(readFileSync(path.join(folder, 'services.json'), 'utf8')) as Recorded[])
).filter(({ definition }) => JSON.stringify(definition ?? {}).includes('"ItemReader"'));

/** What the expressions of the cases give. */
const GIVEN: Readonly<Record<string, number>> = {
  '{% $maxItems := 2 %}': 2,
  '{% $states.input.MaxItemsPerBatch %}': 2,
  $maxItems: 2,
  $maxItemsPerBatch: 2,
  $maxBytesPerBatch: 15_000,
};

function numberOf(of: JsonObject | undefined, field: string, input: JsonObject): number | undefined {
  const value = of?.[field] ?? of?.[`${field}Path`];
  if (typeof value !== 'string') return value as number | undefined;
  return GIVEN[value] ?? (input[value.replace('$.', '')] as number);
}

/** Times and entity tags are not recorded. */
const comparable = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (name, member) =>
    name === 'Etag' || name === 'LastModified' || name === 'BatchTimestamp' ? '…' : member,
  );

async function outcome({ definition, setup, input }: Recorded): Promise<Recorded['expected']> {
  const state = Object.values(definition.States).find((candidate) => candidate['ItemReader'] !== undefined)!;
  const reader = state['ItemReader'] as JsonObject;
  const config = reader['ReaderConfig'] as JsonObject | undefined;
  const batcher = state['ItemBatcher'] as JsonObject | undefined;
  const files: Bucket = Object.fromEntries(
    (setup ?? []).filter(({ op }) => op === 'PutObject').map(({ params }) => [params.Key, params.Body]),
  );
  const action = String(reader['Resource']).split(':').at(-1)!;
  const maxItems = numberOf(config, 'MaxItems', input);
  const wanted: Reading = {
    ...reading(
      {
        inputType: config?.['InputType'] as 'CSV' | 'JSON' | undefined,
        ...(config?.['CSVHeaderLocation'] && { csvHeaderLocation: config['CSVHeaderLocation'] as 'GIVEN' }),
        ...(config?.['CSVHeaders'] && { csvHeaders: config['CSVHeaders'] as string[] }),
      },
      maxItems === undefined ? {} : { maxItems },
      action,
    ),
    arguments: action === 'getObject' ? { Bucket: 'b', Key: input['Key'] as string } : { Bucket: 'b' },
  };
  try {
    const items = (await all(readItems(wanted, bucketPorts(files)))).map(itemInput);
    if (batcher === undefined) return { status: 'SUCCEEDED', output: items };
    const maxItemsPerBatch = numberOf(batcher, 'MaxItemsPerBatch', input);
    const maxInputBytesPerBatch = numberOf(batcher, 'MaxInputBytesPerBatch', input);
    const made = await all(
      batches(onePage(items), {
        ...(maxItemsPerBatch !== undefined && { maxItemsPerBatch }),
        ...(maxInputBytesPerBatch !== undefined && { maxInputBytesPerBatch }),
        ...(batcher['BatchInput'] !== undefined && { batchInput: { BatchTimestamp: 'date' } }),
      }),
    );
    return { status: 'SUCCEEDED', output: made.map(({ value }) => value) };
  } catch (error) {
    return { status: 'FAILED', ...(error as { failure: { error: string; cause: string } }).failure };
  }
}

async function* onePage(items: readonly Json[]) {
  yield items;
}

const SKIPPED = folder === undefined ? ' (skipped: no recorded cases beside the repository)' : '';

// The recorded answers are no part of the repository.
describe.skipIf(folder === undefined)(`maps with an ItemReader as recorded on AWS${SKIPPED}`, () => {
  it('are many', () => expect(cases.length).toBeGreaterThanOrEqual(15));

  it.each(cases)('$name', async (recorded) => {
    const { status, output, error, cause } = recorded.expected;
    expect(comparable(await outcome(recorded))).toEqual(comparable({ status, output, error, cause }));
  });
});
