/**
 * The history of an execution, followed: each event is asked for once, and what comes is folded.
 *
 * H1. Of an execution that goes on, only new events are asked for: ids have no gaps, so the newest one tells how many there are.
 * H2. Nothing is waited for that need not be: the history is asked for before it is known whether the execution goes on, and a page
 *     while the one before it is folded and shown.
 * H3. What comes fast is shown a few times a second: each time costs as much as all that was there before.
 */
import { useEffect, useRef, useState } from 'react';
import { type Fold, historyFold } from '../../../../src/definition/asl/history/fold.ts';
import { call } from '../../data/call.ts';
import type { Refusal } from '../../data/session.ts';
import type { Input, Output } from '../../data/types.ts';
import { type Execution, isRunning } from './data.ts';

type Asked = Input<'states', 'GetExecutionHistory'>;
type Answer = Output<'states', 'GetExecutionHistory'>;
export type HistoryEvent = NonNullable<Answer['events']>[number];
type Ask = (input: Omit<Asked, 'executionArn'>) => Promise<Answer>;

/** AWS's greatest. */
const PAGE = 1000;
const EVERY_MS = 800;
const AGAIN_MS = 3000;
const SHOW_MS = 200;

/** Pages of events after the one with this id, in their order; none where nothing is new. */
export async function* eventsSince(ask: Ask, last: number): AsyncGenerator<HistoryEvent[]> {
  if (last > 0) return yield* newestBackTo(ask, last);
  for (let asked: Promise<Answer> | undefined = ask({ maxResults: PAGE }); asked; ) {
    const { events, nextToken }: Answer = await asked;
    asked = nextToken === undefined ? undefined : ask({ maxResults: PAGE, nextToken });
    // Its failure is told when its turn has come; until then it is nobody's.
    asked?.catch(() => {});
    yield events ?? [];
  }
}

async function* newestBackTo(ask: Ask, last: number): AsyncGenerator<HistoryEvent[]> {
  const newest = await ask({ maxResults: 1, reverseOrder: true });
  const found = (newest.events ?? []).filter(({ id = 0 }) => id > last);
  let { nextToken } = newest;
  for (;;) {
    const missing = (found.at(-1)?.id ?? 0) - last - 1;
    if (missing <= 0 || nextToken === undefined) break;
    const page = await ask({ maxResults: Math.min(PAGE, missing), reverseOrder: true, nextToken });
    found.push(...(page.events ?? []).filter(({ id = 0 }) => id > last));
    nextToken = page.nextToken;
  }
  if (found.length > 0) yield found.reverse();
}

export type Followed = {
  events: readonly HistoryEvent[];
  fold: Fold;
  /** Differs whenever something has come: the fold itself is changed in place. */
  version: number;
  /** All of it has come at least once. */
  whole: boolean;
  error: Refusal | undefined;
  retry(): void;
};

type Kept = { arn: string; fold: Fold; events: readonly HistoryEvent[]; version: number; whole: boolean };
const begin = (arn: string): Kept => ({ arn, fold: historyFold(), events: [], version: 0, whole: false });

/** What is known of the execution, anew whenever that changes; and whom to tell of it. */
type News = { now: { running: boolean | undefined }; changed: () => void };

type Following = {
  ask: Ask;
  news: News;
  signal: AbortSignal;
  came(): void;
  /** Undefined once it goes on after an error. */
  failed(error: Refusal | undefined): void;
};

/** Reads what is missing, and on while the execution goes on. A server that is away for a while is asked again. */
async function follow(history: Kept, { ask, news, signal, came, failed }: Following): Promise<void> {
  while (!signal.aborted) {
    const { now } = news;
    const error = await catchUp(history, ask, signal, came).then(() => undefined, asRefusal);
    if (signal.aborted) return;
    failed(error);
    if (error && !mayPass(error)) return;
    if (news.now !== now) continue;
    const rest = error ? AGAIN_MS : now.running ? EVERY_MS : undefined;
    await new Promise<void>((resolve) => {
      news.changed = resolve;
      if (rest !== undefined) setTimeout(resolve, rest);
    });
  }
}

async function catchUp(history: Kept, ask: Ask, signal: AbortSignal, came: () => void): Promise<void> {
  let shown = Number.NEGATIVE_INFINITY;
  let untold = false;
  for await (const events of eventsSince(ask, history.fold.last())) {
    if (signal.aborted) return;
    take(history, events);
    untold = performance.now() - shown < SHOW_MS;
    if (untold) continue;
    shown = performance.now();
    came();
  }
  untold ||= !history.whole;
  history.whole = true;
  if (untold) came();
}

const asRefusal = (thrown: unknown): Refusal => thrown as Refusal;
const mayPass = ({ status = 0 }: Partial<Refusal>): boolean => status === 0 || status >= 500;

function take(history: Kept, events: readonly HistoryEvent[]): void {
  history.fold.take(events);
  history.events = [...history.events, ...events];
  history.version += 1;
}

/** @param execution undefined while it is not known. It is followed while the execution runs */
export function useHistory(arn: string, execution: Execution | undefined): Followed {
  const { status, redriveCount } = execution ?? {};
  const running = execution && isRunning(status);
  const kept = useRef<Kept>(undefined);
  if (kept.current?.arn !== arn) kept.current = begin(arn);
  const news = useRef<News>({ now: { running }, changed: () => {} });
  const [, render] = useState(0);
  const [error, setError] = useState<Refusal>();
  const [tries, setTries] = useState(0);

  // One that was redriven and ended between two looks at it has new events all the same.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `redriveCount` is more to read
  useEffect(() => {
    news.current.now = { running };
    news.current.changed();
  }, [running, redriveCount]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` is another attempt
  useEffect(() => {
    const ending = new AbortController();
    const { signal } = ending;
    const ask: Ask = (input) => call('states', 'GetExecutionHistory', { executionArn: arn, ...input }, signal);
    const came = () => render((count) => count + 1);
    const { current } = news;
    void follow(kept.current!, { ask, news: current, signal, came, failed: setError });
    return () => {
      ending.abort();
      current.changed();
    };
  }, [arn, tries]);

  const { fold, events, version, whole } = kept.current;
  return { fold, events, version, whole, error, retry: () => setTries((count) => count + 1) };
}
