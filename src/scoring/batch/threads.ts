/**
 * The threads of one batch, each with one task at a time; tasks wait in order for the next free thread.
 *
 * T1. A thread that dies, and an abort, fail every task that is not answered, and all later ones.
 */
import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Answer, Task } from './tasks.ts';

type Waiting = { task: Task; resolve(answer: Answer): void; reject(error: Error): void };

export type Threads = {
  count: number;
  /** @throws when the threads are gone */
  ask(task: Task): Promise<Answer>;
  /** The same to each thread but the one that comes first. */
  askOthers(task: Task): Promise<readonly Answer[]>;
  close(): Promise<void>;
};

/** The strings of a block live no longer than it does: a small nursery is collected in the cache and keeps memory flat. */
const NURSERY_MB = 4;

/** A thread does not take the process's compile cache by itself; without it, its code costs as much time as 100,000 rows. */
function environment(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: folder };
}

export function startThreads(count: number, signal: AbortSignal | undefined): Threads {
  const queue: Waiting[] = [];
  const free: Worker[] = [];
  const busy = new Map<Worker, Waiting>();
  let dead: Error | undefined;

  function die(error: Error): void {
    dead ??= error;
    for (const waiting of [...busy.values(), ...queue.splice(0)]) waiting.reject(dead);
    busy.clear();
  }

  function give(worker: Worker, waiting: Waiting): void {
    busy.set(worker, waiting);
    worker.postMessage(waiting.task, waiting.task.kind === 'block' ? [waiting.task.spare] : []);
  }

  function answered(worker: Worker, answer: Answer): void {
    busy.get(worker)?.resolve(answer);
    busy.delete(worker);
    const next = queue.shift();
    if (next) give(worker, next);
    else free.push(worker);
  }

  const env = environment();
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./scoreWorker.ts', import.meta.url), {
      // Not the process's: what started it (--input-type, --eval) need not fit a file.
      execArgv: [],
      env,
      resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
    });
    worker.on('message', (answer: Answer) => answered(worker, answer));
    worker.on('error', die);
    worker.on('exit', () => die(new Error('A thread that scores a batch ended before its work was done.')));
    free.push(worker);
    return worker;
  });

  const abort = () => die(signal!.reason as Error);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });

  function ask(task: Task, chosen?: Worker): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (dead) return reject(dead);
      const waiting = { task, resolve, reject };
      const worker = chosen ?? free.shift();
      if (worker) give(worker, waiting);
      else queue.push(waiting);
    });
  }

  return {
    count,
    ask,
    // The first is at the end of the list by now: it has just answered.
    askOthers: (task) => Promise.all(free.splice(0, count - 1).map((worker) => ask(task, worker))),
    async close() {
      signal?.removeEventListener('abort', abort);
      dead ??= new Error('The batch is over.');
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
