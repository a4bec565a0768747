/**
 * Looking at something again and again until it ends, on a terminal in a frame that is drawn in place.
 *
 * W1. Watching changes nothing: whoever stops watching leaves what goes on as it is.
 * W2. A server that is away for a moment (it is restarted, say) is waited for: the execution goes on where it was.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, failure } from '../errors.ts';
import type { Output } from '../output.ts';

/** First look soon, since a cached run takes moments; then at a calm pace. */
const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 400;
/** Between two pictures of the spinner. */
export const FRAME_MS = 100;
/** How long a server that does not answer is waited for. */
const PATIENCE_MS = 60_000;

export type Watchable<View> = {
  /** By which the execution is named to `telar status`. */
  id: string;
  look(): Promise<View>;
  /** Says what is new. */
  tell(view: View, before: View | undefined): void;
  /** @param rows at most */
  draw(view: View, rows: number): readonly string[];
  ended(view: View): boolean;
};

/** @returns the last view, and whether someone stopped watching before the end */
export async function watching<View>(
  out: Output,
  watched: Watchable<View>,
): Promise<{ view: View | undefined; interrupted: boolean }> {
  const live = out.live();
  const interrupt = onInterrupt();
  let previous: View | undefined;
  let pause = FIRST_PAUSE_MS;
  try {
    for (;;) {
      const view = await patiently(watched.look, out, watched.id, interrupt.happened);
      if (view === undefined) return { view: previous, interrupted: true };
      watched.tell(view, previous);
      const draw = () => live?.draw(watched.draw(view, live.rows()));
      draw();
      previous = view;
      if (watched.ended(view)) return { view, interrupted: false };
      for (let rested = 0; rested < pause && !interrupt.happened(); rested += FRAME_MS) {
        await Promise.race([sleep(Math.min(FRAME_MS, pause - rested)), interrupt.promise]);
        draw();
      }
      if (interrupt.happened()) return { view, interrupted: true };
      pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5);
    }
  } finally {
    live?.end(previous !== undefined && !watched.ended(previous));
    interrupt.release();
  }
}

/** Looks again while nobody answers; undefined when interrupted meanwhile. */
async function patiently<View>(
  look: () => Promise<View>,
  out: Output,
  id: string,
  interrupted: () => boolean,
): Promise<View | undefined> {
  let told = false;
  for (const until = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await look();
    } catch (error) {
      if (describeError(error).code !== 'NoServer') throw error;
      if (interrupted()) return undefined;
      if (Date.now() > until) {
        throw failure(
          'NoServer',
          `The server has not answered for a minute. Nothing is lost: start it again with 'telar up', and execution ${id} goes on ('telar status ${id} --follow').`,
        );
      }
      if (!told) out.note('The server does not answer: waiting for it.');
      told = true;
      await sleep(LONGEST_PAUSE_MS);
    }
  }
}

/** Ctrl-C, or a request to end, as a promise; the next one ends the program as usual. */
export function onInterrupt() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let happened = false;
  const handle = () => {
    happened = true;
    release();
    resolve();
  };
  const release = () => {
    process.off('SIGINT', handle);
    process.off('SIGTERM', handle);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return { promise, happened: () => happened, release };
}
