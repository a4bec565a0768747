/**
 * Work on a job's files that would keep the loop busy, each piece in a thread of its own: archives, and regular expressions
 * over logs, which users write and which may never come to an end.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../base/clock.ts';
import type { MetricDefinition } from '../../../runner/metrics.ts';

export type Task =
  /** Packs files, in the order given; each path is relative to the file's folder. */
  | {
      kind: 'archive';
      files: readonly { folder: string; path: string; size: number; executable: boolean }[];
      target: string;
    }
  /** Each metric's last value in a log. */
  | { kind: 'metrics'; log: string; definitions: readonly MetricDefinition[] };

export type Answer =
  | { done: true; metrics: { name: string; value: number }[] }
  | { done: false; message: string; code: string | undefined };

/** @param limit milliseconds after which the thread is ended; then this resolves with undefined */
export function inThread(
  task: Task,
  limit: number | undefined,
  clock: Clock,
): Promise<Extract<Answer, { done: true }> | undefined> {
  return new Promise((resolve, reject) => {
    // From source in development, from compiled JavaScript when published.
    const worker = new Worker(new URL(`./filesWorker${extname(import.meta.url)}`, import.meta.url), {
      workerData: task,
    });
    const cancel =
      limit === undefined
        ? () => {}
        : clock.at(clock.now() + limit, () => {
            resolve(undefined);
            void worker.terminate();
          });
    // A server that closes does not wait for it: the work is done again at the next start.
    worker.unref();
    worker.on('message', (answer: Answer) => {
      if (answer.done) resolve(answer);
      else reject(Object.assign(new Error(answer.message), { code: answer.code }));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      cancel();
      reject(new Error(`The thread that worked on a job's files ended with ${code} before it was done.`));
    });
  });
}
