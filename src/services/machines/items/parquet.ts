/**
 * Rows of a Parquet file as items. A row group is decoded as a whole, in a thread of its own: it may take seconds.
 *
 * P1. The thread holds one row group and gives as many rows as are asked for; it ends with the reading, however that ends.
 * P2. What the file makes of the thread (an endless page, more memory than there is) fails the reading, not the server.
 */
import { Worker } from 'node:worker_threads';
import { type Pace, paced } from '../../../base/pace.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import { type Pages, type Read, readerFailed } from './item.ts';
import type { FromParquet, ParquetStart, ToParquet } from './parquetMessages.ts';
import type { ReaderPorts, StoredObject } from './ports.ts';

/** Of the thread's heap: the values of one row group. */
const HEAP_MB = 2048;

/** Of a message with bytes of the file. */
const PIECE_BYTES = 64 * 1024;

/** @param from rows that are passed over; row groups that hold no other are not read */
export async function* parquetItems(object: StoredObject, from: number, ports: ReaderPorts): Pages<Read> {
  const start: ParquetStart = { size: object.size, from };
  const worker = new Worker(new URL('./parquetWorker.ts', import.meta.url), {
    // Not the process's: what started it (--input-type, --eval) need not fit a file.
    execArgv: [],
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const inbox = createInbox();
  const pace = paced(ports.clock);
  worker.on('message', (message: FromParquet) => {
    if (message.kind === 'slice') void answer(worker, object, message, pace).catch(inbox.fail);
    else inbox.put(message);
  });
  worker.on('error', (error) => inbox.fail(failed(error.message)));
  worker.on('exit', () => inbox.fail(failed('the thread that read it ended')));
  const abort = () => inbox.fail(ports.signal!.reason as Error);
  ports.signal?.addEventListener('abort', abort, { once: true });
  const more = () => worker.postMessage({ kind: 'more' } satisfies ToParquet);
  try {
    ports.signal?.throwIfAborted();
    more();
    for (;;) {
      const message = await inbox.next();
      if (message.kind === 'end') return;
      if (message.kind === 'failed') throw failed(message.cause);
      // The next portion is made while this one is worked on.
      more();
      yield (JSON.parse(message.text) as Json[]).map((value) => ({ value }));
      // Messages that come while others are handled are handled in the same turn: without end, if the thread is fast.
      await pace();
    }
  } finally {
    ports.signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

const failed = (cause: string) => readerFailed(`The Parquet file cannot be read: ${cause}.`);

type Arrival = Exclude<FromParquet, { kind: 'slice' }>;

/** Messages in order; behind them the failure, if there is one. */
function createInbox() {
  const arrived: Arrival[] = [];
  let failure: Error | undefined;
  let wake: () => void = () => {};
  return {
    put(message: Arrival): void {
      arrived.push(message);
      wake();
    },
    fail(error: unknown): void {
      failure ??= error instanceof Error ? error : failed(String(error));
      wake();
    },
    async next(): Promise<Arrival> {
      while (arrived.length === 0) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return arrived.shift()!;
    },
  };
}

type Slice = Extract<FromParquet, { kind: 'slice' }>;

/** Piece by piece, of a size that copying does not hold the loop: a row group may have 256 MB. */
async function answer(worker: Worker, object: StoredObject, { id, from, to }: Slice, pace: Pace): Promise<void> {
  let missing = to - from;
  for await (const chunk of object.bytes(from, to)) {
    missing -= chunk.length;
    if (missing < 0) throw failed('more bytes came than were asked for');
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      worker.postMessage({
        kind: 'bytes',
        id,
        bytes: chunk.subarray(at, at + PIECE_BYTES).slice(),
      } satisfies ToParquet);
      await pace();
    }
  }
  if (missing > 0) throw failed('the object ended too early');
}
