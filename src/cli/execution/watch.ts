/** Watching a pipeline's execution until it ends: a tree drawn in place on a terminal, lines elsewhere, events with --json. */
import { formatDuration } from '../../base/duration.ts';
import type { Clients } from '../aws.ts';
import type { Output } from '../output.ts';
import { type Follower, follower } from './follow.ts';
import { type ExecutionReader, executionReader } from './read.ts';
import { type Drawing, drawTree, outcomeWords } from './tree.ts';
import { type ExecutionView, hasEnded, lastPart, type StepView } from './view.ts';
import { FRAME_MS, watching } from './watching.ts';

export type Watched = { view: ExecutionView; reader: ExecutionReader; interrupted: boolean };

/** What making an image says in a job's log. */
const IMAGE_PROGRESS =
  /^(Building image |Image \S+ is ready|Another process builds image | {2}\S.* \(\d+ of \d+| {2}unpacking | {2}compiling)/;

export async function watch(clients: Clients, out: Output, arn: string): Promise<Watched> {
  const reader = await executionReader(clients, arn);
  const following = follower(clients);
  const asLines = out.live() === undefined;
  const { view, interrupted } = await watching<ExecutionView>(out, {
    id: lastPart(arn),
    async look() {
      const now = await reader.read();
      await following.follow(now, (step, line) => tell(out, asLines, step, line));
      return now;
    },
    tell: (now, before) => report(out, asLines, before, now),
    draw: (now, rows) => drawTree(now, drawing(out, following), rows),
    ended: ({ status }) => hasEnded(status),
  });
  return { view: view ?? (await reader.read()), reader, interrupted };
}

function drawing({ style }: Output, { notes }: Follower): Drawing {
  const now = Date.now();
  return { style, now, notes, tick: Math.floor(now / FRAME_MS) };
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
