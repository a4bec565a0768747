/**
 * Threads that digest the bytes of large uploads, so that these cost the loop no hashing (DESIGN §4: never more than 10 ms at a
 * stretch) and are digested while they are written.
 *
 * T1. The blocks of one stream are digested by one thread, in order.
 * T2. A block that was handed over is not changed before it was taken.
 * T3. A thread that dies fails the streams that it had; the next stream gets a new thread.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm } from '../protocol/checksums.ts';

/** What the loop tells a thread. */
export type DigestTask =
  | { kind: 'begin'; stream: number; algorithms: readonly ChecksumAlgorithm[] }
  | { kind: 'block'; stream: number; block: SharedArrayBuffer; length: number }
  | { kind: 'end'; stream: number };

/** What it answers; digests are in the order asked for, base64. */
export type DigestAnswer =
  | { kind: 'taken'; stream: number }
  | { kind: 'ended'; stream: number; digests: readonly string[] };

export type Digests = ReadonlyMap<ChecksumAlgorithm, string>;

export type DigestStream = {
  /** Hands a block over; resolves when it was taken. @throws when the thread has died */
  push(block: SharedArrayBuffer, length: number): Promise<void>;
  /** Once, after the last block, also to give up. @throws when the thread has died */
  end(): Promise<Digests>;
};

export type Digester = { begin(algorithms: readonly ChecksumAlgorithm[]): DigestStream };

type Waiter = { resolve(digests: readonly string[]): void; reject(error: Error): void };

type Thread = {
  worker: Worker;
  /** Of each stream, who waits for the answers to come, in order. */
  streams: Map<number, Waiter[]>;
  dead: Error | undefined;
};

/** Threads are started when they are first needed: one less than there are cores, and at least one. */
export function createDigester(): Digester {
  const threads: (Thread | undefined)[] = Array.from({ length: Math.max(1, availableParallelism() - 1) });
  let counter = 0;

  /** The thread with the fewest streams. */
  function thread(): Thread {
    const load = (each: Thread | undefined) => (each && !each.dead ? each.streams.size : 0);
    let best = 0;
    for (const index of threads.keys()) if (load(threads[index]) < load(threads[best])) best = index;
    const found = threads[best];
    if (found && !found.dead) return found;
    const started = startThread();
    threads[best] = started;
    return started;
  }

  return {
    begin(algorithms) {
      const own = thread();
      const stream = ++counter;
      const waiters: Waiter[] = [];
      // Only while there is something to wait for does a thread keep the process alive.
      if (own.streams.size === 0) own.worker.ref();
      own.streams.set(stream, waiters);
      const ask = (task: DigestTask) =>
        new Promise<readonly string[]>((resolve, reject) => {
          if (own.dead) return reject(own.dead);
          waiters.push({ resolve, reject });
          own.worker.postMessage(task);
        });
      own.worker.postMessage({ kind: 'begin', stream, algorithms } satisfies DigestTask);
      return {
        async push(block, length) {
          await ask({ kind: 'block', stream, block, length });
        },
        async end() {
          try {
            const digests = await ask({ kind: 'end', stream });
            return new Map(algorithms.map((algorithm, index) => [algorithm, digests[index]!]));
          } finally {
            own.streams.delete(stream);
            if (own.streams.size === 0) own.worker.unref();
          }
        },
      };
    },
  };
}

function startThread(): Thread {
  const worker = new Worker(new URL('./digestWorker.ts', import.meta.url), {
    // Not the process's: what started it (--input-type, --eval) need not fit a file.
    execArgv: [],
  });
  worker.unref();
  const thread: Thread = { worker, streams: new Map(), dead: undefined };
  const die = (error: Error) => {
    thread.dead ??= error;
    for (const waiters of thread.streams.values()) for (const { reject } of waiters.splice(0)) reject(error);
  };
  worker.on('error', die);
  worker.on('exit', () => die(new Error('The thread that digests uploads ended.')));
  worker.on('message', (answer: DigestAnswer) => {
    thread.streams
      .get(answer.stream)
      ?.shift()
      ?.resolve(answer.kind === 'ended' ? answer.digests : []);
  });
  return thread;
}
