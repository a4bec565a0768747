/**
 * Watching an execution until it ends: a tree drawn in place on a terminal, lines elsewhere, events with --json.
 *
 * W1. Watching changes nothing: whoever stops watching leaves the execution as it is, and is told how to go on.
 * W2. A server that is away for a moment (it is restarted, say) is waited for: the execution goes on where it was.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../base/duration.ts';
import type { Clients } from '../aws.ts';
import { describeError, failure } from '../errors.ts';
import type { Output } from '../output.ts';
import { type Follower, follower } from './follow.ts';
import { type ExecutionReader, executionReader } from './read.ts';
import { type Drawing, drawTree, outcomeWords } from './tree.ts';
import { type ExecutionView, hasEnded, lastPart, type StepView } from './view.ts';

export type Watched = { view: ExecutionView; reader: ExecutionReader; interrupted: boolean };

/** First look soon, since a cached run takes moments; then at a calm pace. */
const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 400;
/** Between two pictures of the spinner. */
const FRAME_MS = 100;
/** How long a server that does not answer is waited for. */
const PATIENCE_MS = 60_000;
/** What making an image says in a job's log. */
const IMAGE_PROGRESS =
  /^(Building image |Image \S+ is ready|Another process builds image | {2}\S.* \(\d+ of \d+| {2}unpacking | {2}compiling)/;

export async function watch(clients: Clients, out: Output, arn: string): Promise<Watched> {
  const reader = await executionReader(clients, arn);
  const following = follower(clients);
  const live = out.live();
  const interrupt = onInterrupt();
  let previous: ExecutionView | undefined;
  let pause = FIRST_PAUSE_MS;
  const look = async () => {
    const view = await reader.read();
    await following.follow(view, (step, line) => tell(out, live === undefined, step, line));
    return view;
  };
  try {
    for (;;) {
      const view = await patiently(look, out, arn, interrupt.happened);
      if (view === undefined) return { view: previous ?? (await reader.read()), reader, interrupted: true };
      report(out, live === undefined, previous, view);
      const draw = () => live?.draw(drawTree(view, drawing(out, following), live.rows()));
      draw();
      previous = view;
      if (hasEnded(view.status)) return { view, reader, interrupted: false };
      for (let rested = 0; rested < pause && !interrupt.happened(); rested += FRAME_MS) {
        await Promise.race([sleep(Math.min(FRAME_MS, pause - rested)), interrupt.promise]);
        draw();
      }
      if (interrupt.happened()) return { view, reader, interrupted: true };
      pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5);
    }
  } finally {
    live?.end(previous !== undefined && !hasEnded(previous.status));
    interrupt.release();
  }
}

/** Looks again while nobody answers; undefined when interrupted meanwhile. */
async function patiently(
  look: () => Promise<ExecutionView>,
  out: Output,
  arn: string,
  interrupted: () => boolean,
): Promise<ExecutionView | undefined> {
  let told = false;
  for (const until = Date.now() + PATIENCE_MS; ; ) {
    try {
      return await look();
    } catch (error) {
      if (describeError(error).code !== 'NoServer') throw error;
      if (interrupted()) return undefined;
      if (Date.now() > until) {
        const id = lastPart(arn);
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

function drawing({ style }: Output, { notes }: Follower): Drawing {
  const now = Date.now();
  return { style, now, notes, tick: Math.floor(now / FRAME_MS) };
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

function tell(out: Output, asLines: boolean, step: StepView, line: string): void {
  out.event({ event: 'log', step: step.name, line });
  if (asLines && IMAGE_PROGRESS.test(line)) out.line(`  ${step.name}: ${line.trim()}`);
}

/** What has changed since the last look: an event each, and a line each where no tree is drawn. */
function report(out: Output, asLines: boolean, before: ExecutionView | undefined, after: ExecutionView): void {
  const former = new Map(before?.steps.map((step) => [step.name, step]));
  for (const step of after.steps) {
    const old = former.get(step.name)?.status ?? 'Waiting';
    if (step.status === old) continue;
    out.event({
      event: 'step',
      step: step.name,
      status: step.status,
      ...(step.cachedFrom && { cacheHit: step.cachedFrom }),
      ...(step.outcome && { outcome: step.outcome }),
      ...(step.reason && { reason: step.reason }),
    });
    if (asLines && isWorthALine(step)) out.line(`  ${stepLine(step)}`);
  }
  if (before?.status !== after.status) out.event({ event: 'execution', status: after.status });
}

function isWorthALine({ status }: StepView): boolean {
  return status !== 'Starting' && status !== 'Stopping';
}

function stepLine(step: StepView): string {
  const took =
    step.startedAt !== undefined && step.endedAt !== undefined && step.type !== 'Condition'
      ? ` in ${formatDuration(step.endedAt - step.startedAt)}`
      : '';
  const words: Partial<Record<StepView['status'], string>> = {
    Executing: 'started',
    Succeeded: `succeeded${took}`,
    Failed: `failed${took}: ${step.reason ?? 'no reason was given'}`,
    Stopped: `stopped${took}`,
    Skipped: 'skipped',
    NotStarted: 'not started',
  };
  const more = step.status === 'Succeeded' ? outcomeWords(step) : '';
  return `${step.name}: ${words[step.status] ?? step.status}${more ? ` (${more})` : ''}`;
}
