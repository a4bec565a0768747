/** Watching a machine's execution until it ends: its states drawn in place on a terminal, lines elsewhere, events with --json. */
import { formatDuration } from '../../base/duration.ts';
import type { Happening } from '../../definition/asl/history/fold.ts';
import type { Clients } from '../aws.ts';
import { type LogTail, logTail } from '../execution/logs.ts';
import { FRAME_MS, watching } from '../execution/watching.ts';
import type { Output } from '../output.ts';
import { cut, harmless } from '../render/text.ts';
import { isJob } from './jobs.ts';
import { hasEnded, lastName, type MachineExecution, type MachineReader } from './read.ts';
import { beganWords, drawMachine, itemWords } from './tree.ts';

type Seen = { view: MachineExecution; news: Happening[] };

/** @param reader what it has read already is history, and not told */
export async function watchMachine(
  clients: Clients,
  out: Output,
  arn: string,
  reader: MachineReader,
): Promise<{ view: MachineExecution; interrupted: boolean }> {
  const asLines = out.live() === undefined;
  const notes = new Map<string, string>();
  const follow = jobFollower(clients);
  const { view, interrupted } = await watching<Seen>(out, {
    id: lastName(arn),
    async look() {
      const seen = await reader.read();
      await follow(seen.view, (state, line) => {
        notes.set(state, line.trim());
        out.event({ event: 'log', state, line });
      });
      return seen;
    },
    tell(seen, before) {
      for (const happening of seen.news) {
        out.event(happening);
        const line = asLines ? lineOf(happening) : undefined;
        if (line !== undefined) out.line(cut(`  ${harmless(line)}`, out.width(), out.style.symbols.ellipsis));
      }
      const { status } = seen.view;
      if (before?.view.status !== status) out.event({ event: 'execution', status });
    },
    draw({ view: now }, rows) {
      const at = Date.now();
      return drawMachine(now, { style: out.style, now: at, notes, tick: Math.floor(at / FRAME_MS) }, rows);
    },
    ended: ({ view: now }) => hasEnded(now.status),
  });
  return { view: view?.view ?? (await reader.read()).view, interrupted };
}

/** What is worth a line: not that a state which takes no time has been entered, nor each turn of a loop of such. */
function lineOf(happening: Happening): string | undefined {
  const { state } = happening;
  if (happening.event === 'items') return `${state}: ${itemWords(happening)}`;
  if (happening.event === 'task') {
    if (happening.arns?.length) return `${state}: began ${happening.arns.map(beganWords).join(', ')}`;
    if (!/failed$|timedOut$/i.test(happening.status)) return undefined;
    return `${state}: ${[happening.error ?? happening.status, happening.cause].filter(Boolean).join(': ')}`;
  }
  const { status, type, visit, seconds, error } = happening;
  const takesTime = /^(Task|Wait|Map|Parallel)$/.test(type);
  if (!takesTime && (visit > 1 || status === 'Running')) return undefined;
  const again = visit > 1 ? ` (visit ${visit})` : '';
  if (status === 'Running') return visit > 1 ? undefined : `${state}: entered`;
  const took = takesTime && seconds !== undefined ? ` in ${formatDuration(seconds * 1000)}` : '';
  const words = {
    Succeeded: `left${took}`,
    Caught: `caught ${error ?? 'an error'}`,
    Failed: 'failed',
    Aborted: 'aborted',
  };
  return `${state}: ${words[status]}${again}`;
}

/** New lines of the logs of jobs that the tasks have begun, each told once; of jobs that begin while it is watched. */
function jobFollower(clients: Clients) {
  const tails = new Map<string, LogTail>();
  let before: ReadonlySet<string> | undefined;
  return async ({ states }: MachineExecution, tell: (state: string, line: string) => void): Promise<void> => {
    const jobs = states.flatMap(({ name, began, status }) => began.filter(isJob).map((arn) => ({ name, arn, status })));
    // What had ended when watching began is history, not news.
    before ??= new Set(jobs.filter(({ status }) => status !== 'Running').map(({ arn }) => arn));
    for (const { name, arn } of jobs) {
      if (before.has(arn)) continue;
      const tail = tails.get(arn) ?? logTail(clients, arn);
      tails.set(arn, tail);
      if (tail.ended()) continue;
      for await (const lines of tail.poll()) {
        for (const line of lines.map(harmless)) if (line.trim() !== '') tell(name, line);
      }
    }
  };
}
