/**
 * The machine that the figures were measured on, and whether it was calm: on a shared host two cores may be one and a bit for
 * minutes. `waitForCalm` waits until two spinning threads together really get two cores; what it saw stands in the report.
 */
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { median, type Progress, round } from './figures.ts';

export type Machine = {
  cpu: string;
  cores: number;
  memoryGb: number;
  os: string;
  node: string;
  /** When the measurement ended (ISO 8601). */
  date: string;
  /** How many cores two spinning threads got, before and after the measurement; calm is 1.8 and above, both times. */
  capacity: { before: number; after: number; calm: boolean };
};

/** Two threads that got less than this many cores shared them with somebody. */
const CALM = 1.8;
const WINDOW_MS = 100;
const WINDOWS = 5;

export function describeMachine(before: number, after: number): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    date: new Date().toISOString(),
    capacity: { before: round(before), after: round(after), calm: before >= CALM && after >= CALM },
  };
}

/** How many cores two threads get now: the median over half a second of turns, one thread alone, then two together. */
export async function capacity(): Promise<number> {
  const workers = [spinner(), spinner()] as const;
  try {
    const alone: number[] = [];
    const together: number[] = [];
    await Promise.all(workers.map((worker) => spin(worker, WINDOW_MS)));
    for (let turn = 0; turn < WINDOWS; turn++) {
      alone.push(await spin(workers[turn % 2 === 0 ? 0 : 1], WINDOW_MS));
      const [first, second] = await Promise.all([spin(workers[0], WINDOW_MS), spin(workers[1], WINDOW_MS)]);
      together.push(first + second);
    }
    // The best rate alone is what a whole core gives: a slow turn alone must not make two slow threads look like two cores.
    return median(together) / Math.max(...alone);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Waits for a calm machine, at most `patienceMs`; answers the capacity that it saw last. A busy machine is no error. */
export async function waitForCalm(progress: Progress, patienceMs = 60_000): Promise<number> {
  const until = performance.now() + patienceMs;
  if (os.availableParallelism() < 2) return 1;
  for (;;) {
    const cores = await capacity();
    if (cores >= CALM) return cores;
    if (performance.now() >= until) {
      progress(`the machine is still busy (two threads get ${cores.toFixed(2)} cores): measuring all the same`);
      return cores;
    }
    progress(`two threads get ${cores.toFixed(2)} cores: waiting for a calm window`);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

function spinner(): Worker {
  return new Worker(new URL('./spinner.ts', import.meta.url));
}

/** Rounds per millisecond. */
function spin(worker: Worker, milliseconds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (answer: { rate: number }) => {
      worker.off('error', reject);
      resolve(answer.rate);
    });
    worker.postMessage(milliseconds);
  });
}
