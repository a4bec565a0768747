/**
 * Results of the executions that a distributed Map has begun, in the forms of ResultWriter's WriterConfig.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 *
 * Outputs stay texts: only FLATTEN looks into them.
 */
import { statesError } from '../../../definition/asl/failure.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { ResultWriter } from '../../../definition/asl/types.ts';
import type { Pages } from './item.ts';

export type ChildResult = {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachineArn: string;
  readonly status: string;
  /** JSON texts. */
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Milliseconds since the epoch; absent for what has not begun, or not ended. */
  readonly startDate?: number;
  readonly stopDate?: number;
  readonly redriveCount: number;
  readonly redriveStatus: string;
  readonly redriveStatusReason?: string;
};

export type ResultForm = Pick<ResultWriter, 'outputType' | 'transformation'>;

/** The texts that stand for one result: one, or with FLATTEN as many as its output has elements. */
export function textsOf(result: ChildResult, { transformation }: ResultForm): readonly string[] {
  // What failed has no output to make smaller: it is told as it is.
  if (transformation === 'NONE' || result.status !== 'SUCCEEDED') return [JSON.stringify(entryOf(result))];
  const output = result.output ?? 'null';
  if (transformation === 'COMPACT') return [output];
  const value = JSON.parse(output) as Json;
  return Array.isArray(value) ? value.map((element) => JSON.stringify(element)) : [output];
}

function entryOf(result: ChildResult): JsonObject {
  return {
    ...(result.cause !== undefined && { Cause: result.cause }),
    ...(result.error !== undefined && { Error: result.error }),
    ExecutionArn: result.executionArn,
    Input: result.input,
    InputDetails: { Included: true },
    Name: result.name,
    ...(result.output !== undefined && { Output: result.output, OutputDetails: { Included: true } }),
    RedriveCount: result.redriveCount,
    RedriveStatus: result.redriveStatus,
    ...(result.redriveStatusReason !== undefined && { RedriveStatusReason: result.redriveStatusReason }),
    ...(result.startDate !== undefined && { StartDate: new Date(result.startDate).toISOString() }),
    StateMachineArn: result.stateMachineArn,
    Status: result.status,
    ...(result.stopDate !== undefined && { StopDate: new Date(result.stopDate).toISOString() }),
  };
}

/** Of a state's output, in bytes of its JSON. */
const MAX_OUTPUT_BYTES = 262_144;

/**
 * The result of a Map whose results are not exported: a list, or the text of JSON Lines.
 *
 * @param results in the order of the items @throws StatesError States.DataLimitExceeded, as soon as they are too large
 */
export async function collectResults(stateName: string, results: Pages<ChildResult>, form: ResultForm): Promise<Json> {
  const texts: string[] = [];
  let size = 2;
  for await (const page of results)
    for (const result of page)
      for (const text of textsOf(result, form)) {
        texts.push(text);
        size += Buffer.byteLength(text) + (texts.length > 1 ? 1 : 0);
        if (size > MAX_OUTPUT_BYTES) throw tooLarge(stateName);
      }
  if (form.outputType === 'JSON') return JSON.parse(`[${texts.join(',')}]`) as Json;
  const lines = texts.map((text) => `${text}\n`).join('');
  if (Buffer.byteLength(JSON.stringify(lines)) > MAX_OUTPUT_BYTES) throw tooLarge(stateName);
  return lines;
}

const tooLarge = (stateName: string) =>
  statesError(
    'States.DataLimitExceeded',
    `The state/task '${stateName}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
