/**
 * Work on a job's files that would keep the loop busy, in threads: archives, and regular expressions over logs, which users
 * write and which may never come to an end.
 *
 * T1. A thread does one task at a time, so that one which has to be ended takes no other task along.
 * T2. A thread that is done waits for the next task: starting one takes longer than most tasks.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../base/clock.ts';
import type { MetricDefinition } from '../../../definition/jobs/metrics.ts';

export type Task =
  /** Packs files, in the order given; each path is relative to the file's folder. */
  | {
      kind: 'archive';
      files: readonly { folder: string; path: string; size: number; executable: boolean }[];
      target: string;
    }
  /** Unpacks a tar.gz archive into a folder. */
  | { kind: 'unpack'; content: { path: string } | { bytes: Uint8Array }; target: string; most: number }
  /** Each metric's last value in a log. */
  | { kind: 'metrics'; log: string; definitions: readonly MetricDefinition[] };

export type Answer =
  | { done: true; metrics: { name: string; value: number }[] }
  | { done: false; message: string; code: string | undefined };

/** Threads that wait for a task. More than these end when they are done. */
const idle: Worker[] = [];
const MOST_IDLE = 2;

function startThread(): Worker {
  // From source in development, from compiled JavaScript when published.
  const worker = new Worker(new URL(`./filesWorker${extname(import.meta.url)}`, import.meta.url));
  // A server that closes does not wait for it: the work is done again at the next start.
  worker.unref();
  worker.on('error', () => {}); // whoever waits for it hears of it as well
  worker.on('exit', () => {
    const at = idle.indexOf(worker);
    if (at >= 0) idle.splice(at, 1);
  });
  return worker;
}

/** Has a thread ready for work that is to be expected. */
export function expectWork(): void {
  if (idle.length === 0) idle.push(startThread());
}

/** @param limit milliseconds after which the thread is ended; then this resolves with undefined */
export function inThread(
  task: Task,
  limit: number | undefined,
  clock: Clock,
): Promise<Extract<Answer, { done: true }> | undefined> {
  const worker = idle.pop() ?? startThread();
  return new Promise((resolve, reject) => {
    const finish = () => {
      cancel();
      worker.off('message', answered).off('error', failed).off('exit', ended);
    };
    const answered = (answer: Answer) => {
      finish();
      if (idle.length < MOST_IDLE) idle.push(worker);
      else void worker.terminate();
      if (answer.done) resolve(answer);
      else reject(Object.assign(new Error(answer.message), { code: answer.code }));
    };
    const failed = (error: Error) => {
      finish();
      reject(error);
    };
    const ended = (code: number) =>
      failed(new Error(`The thread that worked on a job's files ended with ${code} before it was done.`));
    const giveUp = () => {
      finish();
      resolve(undefined);
      void worker.terminate();
    };
    const cancel = limit === undefined ? () => {} : clock.at(clock.now() + limit, giveUp);
    worker.on('message', answered).on('error', failed).on('exit', ended);
    worker.postMessage(task);
  });
}
