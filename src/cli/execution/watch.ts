/**
 * Watching an execution until it ends: a tree drawn in place on a terminal, lines elsewhere, events with --json.
 *
 * W1. Watching changes nothing: whoever stops watching leaves the execution as it is, and is told how to go on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../base/duration.ts';
import type { Clients } from '../aws.ts';
import { isNotFound } from '../errors.ts';
import type { Output } from '../output.ts';
import type { Live } from '../render/live.ts';
import { harmless } from '../render/text.ts';
import { type LogTail, logTail } from './logs.ts';
import { type ExecutionReader, executionReader } from './read.ts';
import { type Drawing, drawTree, outcomeWords } from './tree.ts';
import { type ExecutionView, hasEnded, type StepView } from './view.ts';

export type Watched = { view: ExecutionView; reader: ExecutionReader; interrupted: boolean };

/** First look soon, since a cached run takes moments; then at a calm pace. */
const FIRST_PAUSE_MS = 40;
const LONGEST_PAUSE_MS = 400;
/** Between two pictures of the spinner. */
const FRAME_MS = 100;
/** What making an image says in a job's log. */
const IMAGE_PROGRESS =
  /^(Building image |Image \S+ is ready|Another process builds image | {2}\S.* \(\d+ of \d+| {2}unpacking | {2}compiling)/;

export async function watch(clients: Clients, out: Output, arn: string): Promise<Watched> {
  const reader = await executionReader(clients, arn);
  const live = out.live();
  const interrupt = onInterrupt();
  const notes = new Map<string, string>();
  const logs = new Map<string, LogTail>();
  let previous: ExecutionView | undefined;
  let pause = FIRST_PAUSE_MS;
  try {
    for (;;) {
      const view = await reader.read();
      await readLogs(clients, view, logs, (step, lines) => tell(out, live, notes, step, lines));
      report(out, live === undefined, previous, view);
      const draw = () => live?.draw(drawTree(view, drawing(out, notes)));
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

function drawing({ style }: Output, notes: ReadonlyMap<string, string>): Drawing {
  const now = Date.now();
  return { style, now, notes, tick: Math.floor(now / FRAME_MS) };
}

/** Ctrl-C, or a request to end, as a promise; the next one ends the program as usual. */
function onInterrupt() {
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

/** New lines of the logs of steps that run, and once more of those that have just ended. */
async function readLogs(
  clients: Clients,
  view: ExecutionView,
  logs: Map<string, LogTail>,
  tellLines: (step: StepView, lines: readonly string[]) => void,
): Promise<void> {
  await Promise.all(
    view.steps.map(async (step) => {
      if (!step.jobArn || step.cachedFrom || step.status !== 'Executing') return;
      let tail = logs.get(step.jobArn);
      if (!tail) {
        tail = logTail(clients, step.jobArn);
        logs.set(step.jobArn, tail);
      }
      try {
        tellLines(step, await tail.poll());
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }),
  );
}

function tell(
  out: Output,
  live: Live | undefined,
  notes: Map<string, string>,
  step: StepView,
  lines: readonly string[],
): void {
  const shown = lines.map(harmless).filter((line) => line.trim() !== '');
  const last = shown.at(-1);
  if (last !== undefined) notes.set(step.name, last.trim());
  for (const line of shown) {
    out.event({ event: 'log', step: step.name, line });
    if (!live && IMAGE_PROGRESS.test(line)) out.line(`  ${step.name}: ${line.trim()}`);
  }
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
