/** A machine's execution drawn as lines, one for each state that was entered: pure. */
import { formatDuration } from '../../base/duration.ts';
import type { Items, StateStatus, StateView } from '../../definition/asl/history/fold.ts';
import type { Drawing } from '../execution/tree.ts';
import { lastPart } from '../execution/view.ts';
import type { Style } from '../render/style.ts';
import { pad, widthOf } from '../render/text.ts';
import { lastName, type MachineExecution, type MachineStatus } from './read.ts';

/** @param rows lines at most: of more states the last ones are shown */
export function drawMachine(view: MachineExecution, drawing: Drawing, rows = Number.POSITIVE_INFINITY): string[] {
  const { style, now } = drawing;
  const { accent, bold, dim } = style;
  const elapsed = formatDuration((view.endedAt ?? now) - view.startedAt);
  const head = `${bold(view.machine)} ${dim(view.name)}  ${machineStatusText(view.status, style)}  ${dim(elapsed)}`;
  const labels = view.states.map(({ name, depth }) => `${'  '.repeat(depth)}${name}`);
  const width = Math.max(0, ...labels.map(widthOf));
  const lines = view.states.map((state, index) => {
    const text = pad(labels[index]!, width);
    const shown = state.status === 'Running' ? accent(text) : text;
    return `  ${mark(state.status, drawing)} ${shown}  ${detail(state, drawing)}`.trimEnd();
  });
  const room = Math.max(1, rows - 1);
  if (lines.length <= room) return [head, ...lines];
  const hidden = lines.length - (room - 1);
  return [head, dim(`  ${hidden} states before`), ...lines.slice(hidden)];
}

function mark(status: StateStatus, { style, tick }: Drawing): string {
  const { accent, bad, symbols } = style;
  const size = symbols.done.length;
  const marks: Record<StateStatus, string> = {
    Running: accent(pad(symbols.spinner[tick % symbols.spinner.length]!, size)),
    Succeeded: accent(pad(symbols.done, size)),
    Caught: pad(symbols.change, size),
    Failed: bad(pad(symbols.failed, size)),
    Aborted: pad(symbols.stopped, size),
  };
  return marks[status];
}

function detail(state: StateView, { style, now, notes }: Drawing): string {
  const parts = [stateTook(state, now), stateWords(state), notes.get(state.name) ?? ''].filter((part) => part !== '');
  const text = style.dim(parts.join(` ${style.symbols.dot} `));
  return state.status === 'Failed' ? `${style.bad('failed')} ${text}` : text;
}

const INSTANT = /^(Choice|Pass|Succeed|Fail)$/;

/** How long its last visit took; nothing for what takes no time. */
export function stateTook({ type, startedAt, endedAt }: StateView, now: number): string {
  return INSTANT.test(type) ? '' : formatDuration((endedAt ?? now) - startedAt);
}

/** What became of a state beyond its status. */
export function stateWords({ visits, retries, items, status, error, began }: StateView): string {
  const words: string[] = [];
  if (items) words.push(itemWords(items));
  if (visits > 1) words.push(`entered ${visits} times`);
  if (retries > 0) words.push(retries === 1 ? 'retried once' : `retried ${retries} times`);
  if (status === 'Caught') words.push(`caught ${error ?? 'an error'}`);
  if (status === 'Aborted') words.push('aborted');
  const newest = began.at(-1);
  if (newest) words.push(beganWords(newest));
  return words.join(', ');
}

/** @example '3 of 10 items, 1 failed' */
export function itemWords({ total, succeeded, failed, aborted }: Items): string {
  const more = [failed > 0 ? `${failed} failed` : '', aborted > 0 ? `${aborted} aborted` : ''].filter(Boolean);
  return [`${succeeded} of ${total} ${total === 1 ? 'item' : 'items'}`, ...more].join(', ');
}

/** @example 'pipeline execution abc', 'training job pipelines-1' */
export function beganWords(arn: string): string {
  const kind = /:(?:pipeline\/[^/]+\/)?([a-z-]+)[:/][^:/]+(?::[^:/]+)?$/.exec(arn)?.[1] ?? 'job';
  const id = kind === 'execution' && !arn.includes('/') ? lastName(arn) : lastPart(arn);
  const noun =
    kind === 'execution' ? (arn.includes(':states:') ? 'execution' : 'pipeline execution') : kind.replace('-', ' ');
  return `${noun} ${id}`;
}

/** An execution's status, coloured. */
export function machineStatusText(status: MachineStatus, { accent, bad, bold }: Style): string {
  if (status === 'FAILED' || status === 'TIMED_OUT') return bad(status);
  return status === 'SUCCEEDED' ? accent(status) : bold(status);
}
