/**
 * Previews in threads of their own: what an object makes of one (endless work, more memory than there is) fails its preview alone.
 *
 * W1. So many run at a time; others wait in order.
 * W2. A thread ends with its answer, with its time, or with the wish for it.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../base/clock.ts';
import type { ObjectPreview } from '../api.ts';
import { errors } from '../errors.ts';
import type { PreviewSaid, PreviewTask } from './messages.ts';

const AT_A_TIME = 2;
const LONGEST = 20_000;
const HEAP_MB = 512;

/** Whether whoever asked still waits. */
type Wish = { whenGone?: ((run: () => void) => () => void) | undefined; isGone?: (() => boolean) | undefined };

export type Previews = (task: PreviewTask, wish: Wish) => Promise<ObjectPreview>;

export function createPreviews(clock: Pick<Clock, 'now' | 'at'>): Previews {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function turn(): Promise<void> {
    if (running < AT_A_TIME) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** The place is handed on, or free. */
  function done(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return async (task, wish) => {
    await turn();
    try {
      if (wish.isGone?.()) throw errors.noPreview('Nobody waits for it any more.');
      const said = await inThread(task, clock, wish);
      if ('preview' in said) return said.preview;
      if ('refused' in said) throw errors.noPreview(said.refused);
      throw new Error(`A preview of ${task.key} failed: ${said.failed}`);
    } finally {
      done();
    }
  };
}

function inThread(task: PreviewTask, clock: Pick<Clock, 'now' | 'at'>, wish: Wish): Promise<PreviewSaid> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./previewWorker.ts', import.meta.url), {
      // Not the process's: what started it (--input-type, --eval) need not fit a file.
      execArgv: [],
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    let over = false;
    const undo: (() => void)[] = [];
    const end = (said: PreviewSaid) => {
      if (over) return;
      over = true;
      for (const each of undo) each();
      void worker.terminate();
      resolve(said);
    };
    const cancel = clock.at(clock.now() + LONGEST, () =>
      end({ refused: `It took longer than ${LONGEST / 1000} seconds to look into it.` }),
    );
    undo.push(cancel);
    const stay = wish.whenGone?.(() => end({ refused: 'Nobody waits for it any more.' }));
    if (stay) undo.push(stay);
    worker.on('message', end);
    worker.on('error', (error: NodeJS.ErrnoException) =>
      end(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { refused: `It needs more than ${HEAP_MB} MB of memory to be looked into.` }
          : { failed: error.stack ?? error.message },
      ),
    );
    worker.on('exit', () => end({ failed: 'its thread ended before its work was done' }));
  });
}
