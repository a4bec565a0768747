/**
 * What event source mappings do: messages are received as the function's role, the function is invoked with a batch of them, and
 * what it has dealt with is deleted.
 *
 * M1. A message is deleted only after the function has answered for it: what fails is visible again when its time is up.
 * M2. A mapping polls while it is enabled; one that is gone, or disabled, begins nothing more.
 * M3. A queue that refuses, and a function that has no room, are asked again later, and rarely.
 * M4. Each request has an instant of its own: an empty queue is waited for anew, and not asked without end.
 */
import { uuid } from '../../base/random.ts';
import type { Call } from '../../protocol/service.ts';
import { configurationOf } from './configuration.ts';
import type { Parts } from './context.ts';
import type { Invoke, Invoked } from './invoke.ts';
import { functionArn } from './names.ts';
import type { QueueMessage } from './ports.ts';
import { resolveTarget } from './resolve.ts';
import { type SourceConfiguration, sourceConfiguration } from './sources.ts';
import type { FunctionRow, SourceRow, VersionRow } from './store.ts';

export type Polling = {
  /** A mapping was made, or has changed. */
  look(id: string): void;
  start(): void;
  /** Resolves once nothing is under way. */
  stop(): Promise<void>;
};

/** What a queue gives at once. */
const MOST_RECEIVED = 10;
/** Without a setting of its own, so many invocations of a mapping run at a time; of a FIFO queue one, so that its order holds. */
const AT_A_TIME = 5;
/** A client waits this long for messages, in seconds, and after a failure this long before it asks again, in milliseconds. */
const LONG_POLL = 20;
const AGAIN_AFTER = 5000;

type Running = { stopping: AbortController; done: Promise<unknown> };
type Reached = { fn: FunctionRow; row: VersionRow; call: Call; configuration: SourceConfiguration };

export function createPolling(parts: Parts & { invoke: Invoke }): Polling {
  const { db, world, store, account, ports, invoke } = parts;
  const running = new Map<string, Running>();
  let stopped = false;

  const rowOf = (id: string) => db.sourceOfId({ uuid: id });

  function reach(row: SourceRow): Reached | undefined {
    const fn = db.functionOfId({ id: row.function });
    const version = fn && resolveTarget(parts, fn, row.qualifier === '' ? undefined : row.qualifier);
    if (!fn || version?.state !== 'Active') return undefined;
    const call = ports.callAs(configurationOf(version).role, row.region, 'awslambda');
    return { fn, row: version, call, configuration: sourceConfiguration(row) };
  }

  function pause(milliseconds: number, { signal }: AbortController): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = world.clock.at(world.clock.now() + milliseconds, done);
      signal.addEventListener('abort', done);
    });
  }

  /** M4. */
  const now = (call: Call): Call => ({ ...call, now: world.clock.now() });

  /** Whoever waits for messages when the server stops, or the mapping changes, is given none. */
  function receive(source: string, most: number, wait: number, call: Call, { signal }: AbortController) {
    return ports.queues.receive(source, most, wait, {
      ...now(call),
      isGone: () => signal.aborted,
      whenGone(run) {
        signal.addEventListener('abort', run);
        return () => signal.removeEventListener('abort', run);
      },
    });
  }

  /** A batch: the first messages, and what comes within the window after them; empty where none have come. */
  async function gather(source: string, { call, configuration }: Reached, stopping: AbortController) {
    const { batchSize, window } = configuration;
    const batch = [...(await receive(source, Math.min(MOST_RECEIVED, batchSize), LONG_POLL, call, stopping))];
    const closes = world.clock.now() + window * 1000;
    while (batch.length > 0 && batch.length < batchSize && !stopping.signal.aborted) {
      const left = closes - world.clock.now();
      if (left <= 0) break;
      const wait = Math.min(LONG_POLL, Math.floor(left / 1000));
      // SQS waits for whole seconds.
      if (wait === 0) await pause(left, stopping);
      batch.push(...(await receive(source, Math.min(MOST_RECEIVED, batchSize - batch.length), wait, call, stopping)));
    }
    return batch;
  }

  async function handle(source: SourceRow, batch: readonly QueueMessage[], reached: Reached): Promise<void> {
    const { fn, row, call, configuration } = reached;
    const asked = {
      ...{ fn, row, requestId: uuid(world.random) },
      functionArn: functionArn({ account, region: fn.region }, fn.name, source.qualifier || undefined),
      payload: Buffer.from(JSON.stringify({ Records: batch.map((message) => recordOf(message, source)) })),
    };
    const invoked = await invoke(asked, {
      milliseconds: configurationOf(row).timeout * 1000 + 60_000,
      concurrency: true,
    });
    const failed = failedIn(invoked, batch, configuration);
    const done = batch.filter(({ MessageId }) => !failed.has(MessageId ?? ''));
    for (let at = 0; at < done.length; at += MOST_RECEIVED) {
      const handles = done.slice(at, at + MOST_RECEIVED).map(({ ReceiptHandle }) => ReceiptHandle ?? '');
      await ports.queues.remove(source.source, handles, now(call));
    }
    await note(source, failed.size === 0 ? 'OK' : 'PROBLEM: Function call failed');
  }

  /** The most recent result is told to whoever asks. */
  async function note(source: SourceRow, result: string): Promise<void> {
    if (rowOf(source.uuid)?.last_result === result) return;
    await store.transact(() => void db.setSourceResult({ uuid: source.uuid, last_result: result }));
  }

  /** One of a mapping's pollers. */
  async function poll(id: string, stopping: AbortController): Promise<void> {
    while (!stopping.signal.aborted) {
      const source = rowOf(id);
      if (!source?.enabled) return;
      const reached = reach(source);
      try {
        if (!reached) throw new Error('The function is not active.');
        const batch = await gather(source.source, reached, stopping);
        // What was received and is not handled is visible again in time.
        if (batch.length > 0 && !stopping.signal.aborted) await handle(source, batch, reached);
      } catch (error) {
        const { message } = error as Error;
        world.log('warn', 'functions.source-failed', { source: id, message });
        await note(source, `PROBLEM: ${message.slice(0, 500)}`).catch(() => {});
        await pause(AGAIN_AFTER, stopping);
      }
    }
  }

  function look(id: string): void {
    const source = rowOf(id);
    const before = running.get(id);
    before?.stopping.abort();
    running.delete(id);
    if (stopped || !source?.enabled) return;
    const stopping = new AbortController();
    const fifo = source.source.endsWith('.fifo');
    const pollers = fifo ? 1 : (sourceConfiguration(source).concurrency ?? AT_A_TIME);
    const all = Array.from({ length: pollers }, () => poll(id, stopping));
    running.set(id, { stopping, done: Promise.allSettled([before?.done, ...all]) });
  }

  return {
    look,
    start() {
      for (const source of db.allSources({})) look(source.uuid);
    },
    async stop() {
      stopped = true;
      const all = [...running.values()];
      for (const { stopping } of all) stopping.abort();
      await Promise.allSettled(all.map(({ done }) => done));
    },
  };
}

/** A message as a function is given it. */
function recordOf(message: QueueMessage, { source, region }: SourceRow) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
        name,
        {
          ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
          ...(value.BinaryValue !== undefined && { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
          ...{ stringListValues: [], binaryListValues: [], dataType: value.DataType },
        },
      ]),
    ),
    ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
    md5OfBody: message.MD5OfBody,
    ...{ eventSource: 'aws:sqs', eventSourceARN: source, awsRegion: region },
  };
}

/** The messages that stay: all of a batch that failed, or those that the function names. */
function failedIn(
  { functionError, payload }: Invoked,
  batch: readonly QueueMessage[],
  { reportsFailures }: SourceConfiguration,
): ReadonlySet<string> {
  const all = new Set(batch.map(({ MessageId }) => MessageId ?? ''));
  if (functionError) return all;
  if (!reportsFailures) return new Set();
  let told: { batchItemFailures?: unknown } | null;
  try {
    told = JSON.parse(payload.toString()) as { batchItemFailures?: unknown } | null;
  } catch {
    return all;
  }
  const failures = told?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const named = failures.map((one) => (one as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  // As on AWS: an answer that names what is not there tells nothing.
  if (named.some((id) => typeof id !== 'string' || !all.has(id))) return all;
  return new Set(named as string[]);
}
