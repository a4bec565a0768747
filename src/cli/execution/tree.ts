/** An execution drawn as a tree of steps: pure, from a view to lines. */
import { formatDuration } from '../../base/duration.ts';
import type { Style } from '../render/style.ts';
import { pad, widthOf } from '../render/text.ts';
import type { ExecutionStatus, ExecutionView, StepView, StepViewStatus } from './view.ts';

export type Drawing = {
  style: Style;
  /** Milliseconds since the epoch. */
  now: number;
  /** Step → what it is doing, or what came of it. */
  notes: ReadonlyMap<string, string>;
  /** Which picture of the spinner. */
  tick: number;
};

/**
 * The head and one line for each step.
 *
 * @param rows lines at most: of a longer list those around what is happening are shown, the others counted. @default all
 */
export function drawTree(view: ExecutionView, drawing: Drawing, rows = Number.POSITIVE_INFINITY): string[] {
  const { style, now } = drawing;
  const { accent, bold, dim } = style;
  const elapsed = formatDuration((view.endedAt ?? now) - view.startedAt);
  const head = `${bold(view.pipeline)} ${dim(view.id)}  ${statusText(view.status, style)}  ${dim(elapsed)}`;
  const labels = view.steps.map((step, index) => label(step, view.steps[index + 1], style));
  const width = Math.max(0, ...labels.map(widthOf));
  const lines = view.steps.map((step, index) => {
    const text = pad(labels[index]!, width);
    const shown =
      step.status === 'Executing' || step.status === 'Starting' ? accent(text) : isIdle(step) ? dim(text) : text;
    return `  ${mark(step, drawing)} ${shown}  ${detail(step, drawing)}`.trimEnd();
  });
  const room = Math.max(1, rows - 1);
  if (lines.length <= room) return [head, ...lines];
  const from = Math.min(Math.max(0, firstOfInterest(view.steps) - 1), lines.length - (room - 1));
  return [head, ...lines.slice(from, from + room - 1), dim(`  ${counts(view.steps)}`)];
}

/** The first step that failed or is under way, else the first that waits. */
function firstOfInterest(steps: readonly StepView[]): number {
  const active = steps.findIndex(({ status }) => /^(Failed|Starting|Executing|Stopping)$/.test(status));
  if (active !== -1) return active;
  const waiting = steps.findIndex(({ status }) => status === 'Waiting');
  return waiting === -1 ? steps.length : waiting;
}

/** @example '1200 succeeded, 3 executing, 797 waiting' */
function counts(steps: readonly StepView[]): string {
  const numbers = new Map<string, number>();
  for (const { status } of steps) numbers.set(status, (numbers.get(status) ?? 0) + 1);
  return [...numbers].map(([status, count]) => `${count} ${status.toLowerCase()}`).join(', ');
}

function isIdle({ status }: StepView): boolean {
  return status === 'Waiting' || status === 'Skipped' || status === 'NotStarted';
}

function label(step: StepView, next: StepView | undefined, { symbols }: Style): string {
  if (step.depth === 0) return step.name;
  const last = next === undefined || next.depth === 0;
  return `${last ? symbols.last : symbols.branch} ${step.name}`;
}

function mark(step: StepView, { style, tick }: Drawing): string {
  const { accent, bad, dim, symbols } = style;
  const size = symbols.done.length;
  const spin = symbols.spinner[tick % symbols.spinner.length]!;
  const marks: Record<StepViewStatus, string> = {
    Waiting: dim(pad(symbols.waiting, size)),
    Skipped: dim(pad(symbols.skipped, size)),
    NotStarted: dim(pad(symbols.skipped, size)),
    Starting: accent(pad(spin, size)),
    Executing: accent(pad(spin, size)),
    Stopping: pad(symbols.stopped, size),
    Stopped: pad(symbols.stopped, size),
    Failed: bad(pad(symbols.failed, size)),
    Succeeded: accent(pad(step.cachedFrom ? symbols.cached : symbols.done, size)),
  };
  return marks[step.status];
}

function detail(step: StepView, { style, now, notes }: Drawing): string {
  const { bad, dim } = style;
  const note = notes.get(step.name);
  const parts: string[] = [];
  if (step.startedAt !== undefined && step.type !== 'Condition') {
    parts.push(formatDuration((step.endedAt ?? now) - step.startedAt));
  }
  const words = outcomeWords(step);
  if (words) parts.push(words);
  if (note) parts.push(note);
  const text = dim(parts.join(` ${style.symbols.dot} `));
  return step.status === 'Failed' ? `${bad('failed')} ${text}` : text;
}

/** What became of a step beyond its status: from the cache, retried, skipped, a verdict. */
export function outcomeWords(step: StepView): string {
  const words: string[] = [];
  if (step.cachedFrom) words.push('cache hit');
  if (step.reusedFrom) words.push('reused');
  if (step.retries > 0) words.push(step.retries === 1 ? 'retried once' : `retried ${step.retries} times`);
  if (step.outcome) words.push(step.outcome === 'True' ? 'holds' : 'does not hold');
  if (step.status === 'Skipped') words.push('skipped');
  if (step.status === 'NotStarted') words.push('not started');
  if (step.status === 'Stopping') words.push('stopping');
  if (step.status === 'Stopped') words.push('stopped');
  return words.join(', ');
}

/** An execution's status, coloured. */
export function statusText(status: ExecutionStatus, { accent, bad, bold }: Style): string {
  if (status === 'Failed') return bad(status);
  return status === 'Succeeded' ? accent(status) : bold(status);
}
