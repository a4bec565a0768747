/** Invoke and InvokeAsync: with a worker at once, or queued. */
import { buffer } from 'node:stream/consumers';
import type { Deliveries } from '../../engine/deliveries.ts';
import { type Call, type InputOf, type Operations, type OutputOf, streams } from '../../protocol/service.ts';
import type { QueuedEvent } from './async.ts';
import type { Parts, Sdk } from './context.ts';
import { functionErrors } from './errors.ts';
import type { Invoke } from './invoke.ts';
import { LIMITS } from './legal.ts';
import { functionArn, functionName, onFunction } from './names.ts';
import { requireInvocable } from './resolve.ts';

type InvokeInput = InputOf<Sdk, 'Invoke'>;
type InvokeOutput = OutputOf<Sdk, 'Invoke'>;
type InvocationParts = Parts & { invoke: Invoke; events: Pick<Deliveries<QueuedEvent>, 'add'> };

/** A client that waits, waits so long for a worker of this machine, in milliseconds. */
const PATIENCE = 60_000;
/** Longer events are not parsed here, which would hold up the loop: the runtime says so where one is no JSON. In bytes. */
const LONGEST_PARSED = 256 * 1024;
const NOTHING = Buffer.from('{}');

export function invocationOperations(parts: InvocationParts): Operations<Sdk, 'Invoke' | 'InvokeAsync'> {
  return {
    Invoke: {
      ...streams<InvokeInput, InvokeOutput>(
        ({ FunctionName, Qualifier }, call) => [onFunction('InvokeFunction', call, FunctionName, Qualifier)],
        (input, call) => {
          if (input.InvocationType !== 'Event') return invokeNow(parts, input, call);
          return call.commit(() => enqueue(parts, input, call));
        },
        { audit: 'data', readOnly: false },
      ),
      within(input, call) {
        if (input.InvocationType === 'Event') return enqueue(parts, input, call);
        throw functionErrors.invalid('Within a transaction functions are invoked asynchronously only.');
      },
    },
    InvokeAsync: streams(
      ({ FunctionName }, call) => [onFunction('InvokeAsync', call, FunctionName)],
      async (input, call) => {
        const body = input.InvokeArgs as unknown as { content: Buffer | AsyncIterable<Buffer> } | undefined;
        const Payload = await bounded(body?.content);
        await call.commit(() => enqueue(parts, { FunctionName: input.FunctionName, Payload }, call));
        return { Status: 202 };
      },
      { audit: 'data', readOnly: false },
    ),
  };
}

async function bounded(content: Buffer | AsyncIterable<Buffer> | undefined): Promise<Buffer> {
  if (!content || Buffer.isBuffer(content)) return content ?? NOTHING;
  async function* counted(pieces: AsyncIterable<Buffer>) {
    let size = 0;
    for await (const piece of pieces) {
      size += piece.length;
      if (size > LIMITS.payload.async) throw functionErrors.requestTooLarge(LIMITS.payload.async);
      yield piece;
    }
  }
  return buffer(counted(content));
}

/** The event of an invocation: JSON, within its limit. @throws RequestTooLargeException, InvalidRequestContentException */
function eventOf(given: InvokeInput['Payload'], limit: number): Uint8Array {
  // The codecs give bytes; an operation that is asked for within Telar may give a text.
  const payload = typeof given === 'string' ? Buffer.from(given) : (given as Uint8Array | undefined);
  if (!payload || payload.length === 0) return NOTHING;
  if (payload.length > limit) throw functionErrors.requestTooLarge(limit);
  if (payload.length <= LONGEST_PARSED) {
    try {
      JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString());
    } catch (error) {
      throw functionErrors.notJson((error as Error).message);
    }
  }
  return payload;
}

function clientContext(given: string | undefined): object | undefined {
  if (given === undefined) return undefined;
  try {
    const found: unknown = JSON.parse(Buffer.from(given, 'base64').toString());
    if (typeof found === 'object' && found !== null) return found;
  } catch {
    // Said below.
  }
  throw functionErrors.notJson('Client context must be a valid Base64-encoded JSON object.');
}

async function invokeNow(parts: InvocationParts, input: InvokeInput, call: Call): Promise<InvokeOutput> {
  const named = functionName(call, input.FunctionName!, input.Qualifier);
  const target = requireInvocable(parts, call, named);
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
  const asked = {
    ...target,
    ...{ requestId: call.requestId, functionArn: functionArn(call, named.name, named.qualifier) },
    payload: eventOf(input.Payload, LIMITS.payload.sync),
    clientContext: clientContext(input.ClientContext),
  };
  const done = await parts.invoke(asked, { milliseconds: PATIENCE, concurrency: false });
  return {
    StatusCode: 200,
    ...(done.functionError && { FunctionError: done.functionError }),
    ...(input.LogType === 'Tail' && { LogResult: done.tail.toString('base64') }),
    Payload: done.payload as unknown as NonNullable<InvokeOutput['Payload']>,
    ExecutedVersion: done.executedVersion,
  };
}

/** Inside a transaction. */
function enqueue(
  { db, events }: InvocationParts,
  input: Pick<InvokeInput, 'FunctionName' | 'Qualifier' | 'Payload' | 'ClientContext'>,
  call: Call,
): InvokeOutput {
  const named = functionName(call, input.FunctionName!, input.Qualifier);
  const fn = db.function({ region: call.region, name: named.name });
  if (!fn) throw functionErrors.noFunction(functionArn(call, named.name, named.qualifier));
  const payload = eventOf(input.Payload, LIMITS.payload.async);
  events.add(String(fn.id), {
    ...{ functionId: fn.id, qualifier: named.qualifier, requestId: call.requestId },
    payload: Buffer.from(payload).toString('base64'),
    clientContext: clientContext(input.ClientContext),
  });
  return { StatusCode: 202 };
}
