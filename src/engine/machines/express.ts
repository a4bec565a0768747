/**
 * Express executions: the same language, run in memory. Nothing of them is in the store but what their tasks do there.
 *
 * E1. What ends with the process is gone, as an Express execution's state may be on AWS: it is never half of something durable.
 * E2. An execution ends after five minutes at the latest.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
 */
import type { Cancel } from '../../base/clock.ts';
import type { World } from '../../base/world.ts';
import type { Effect, Executor, KernelEvent, Language, TaskName } from '../language.ts';
import type { MachineEvent } from './events.ts';
import { EXECUTION_TIMEOUT } from './events.ts';
import type { MachineInput, MachineState } from './state.ts';

/** In milliseconds. */
const LONGEST = 5 * 60 * 1000;

/** What one turn has led to, and when. */
export type ExpressOutcome = { at: number; outcome: string };

export type ExpressEnd = { state: MachineState; outcomes: readonly ExpressOutcome[] };

export type Express = {
  /** Resolves with the execution's end. It never rejects: what goes wrong is the execution's failure. */
  run(input: MachineInput, seed: string): Promise<ExpressEnd>;
  /** Asks an execution under way to end as ABORTED, if it is still under way. */
  stop(executionArn: string): void;
  /** Executions under way. */
  count(): number;
};

export type ExpressParts = {
  language: Language<MachineState, MachineEvent>;
  executor: Pick<Executor<MachineState, MachineEvent>, 'start' | 'failed'>;
  /** The store's: what a task does to it commits at once. */
  transact<T>(work: () => T): Promise<T>;
  world: Pick<World, 'clock'>;
  /** Whether the outcomes of an execution are wanted: for its log. */
  keeps(input: MachineInput): boolean;
  /** Is told of every end, before `run` resolves. */
  ended(end: ExpressEnd): void;
};

export function createExpress(parts: ExpressParts): Express {
  const running = new Map<string, () => void>();
  return {
    count: () => running.size,
    stop: (executionArn) => running.get(executionArn)?.(),
    run(input, seed) {
      return new Promise((resolve) => {
        const { executionArn } = input;
        const stop = runOne(parts, input, seed, (end) => {
          running.delete(executionArn);
          parts.ended(end);
          resolve(end);
        });
        if (stop) running.set(executionArn, stop);
      });
    },
  };
}

/** @returns what stops it; undefined when it has ended already */
function runOne(
  parts: ExpressParts,
  input: MachineInput,
  seed: string,
  end: (end: ExpressEnd) => void,
): (() => void) | undefined {
  const { language, executor, world } = parts;
  const { clock } = world;
  const state = language.begin(input);
  const keeps = parts.keeps(input);
  const outcomes: ExpressOutcome[] = [];
  const timers = new Map<string, Cancel>();
  const tasks = new Set<TaskName>();
  let over = false;

  setTimer(EXECUTION_TIMEOUT, clock.now() + LONGEST);
  take({ kind: 'started', seed });
  return over ? undefined : () => take({ kind: 'stop-requested' });

  function take(event: MachineEvent | KernelEvent): void {
    if (over) return;
    const at = clock.now();
    const effects = language.apply(state, event, at);
    const outcome = language.outcome?.(state);
    if (keeps && outcome !== undefined) outcomes.push({ at, outcome });
    for (const effect of effects) carryOut(effect);
  }

  function carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'task':
        tasks.add(effect.task);
        void startTask(effect.task, effect.body);
        return;
      case 'abandon':
      case 'cancel':
        tasks.delete(effect.task);
        return;
      case 'again':
        clock.soon(() => take({ kind: 'again' }));
        return;
      case 'timer':
        // The machine's own limit holds where it is the shorter one.
        if (effect.timer === EXECUTION_TIMEOUT && effect.at > clock.now() + LONGEST) return;
        setTimer(effect.timer, effect.at);
        return;
      case 'clearTimer':
        timers.get(effect.timer)?.();
        timers.delete(effect.timer);
        return;
      case 'close':
        over = true;
        for (const cancel of timers.values()) cancel();
        end({ state, outcomes });
        return;
      case 'reopen':
        return;
    }
  }

  function setTimer(timer: string, at: number): void {
    timers.get(timer)?.();
    timers.set(
      timer,
      clock.at(at, () => {
        timers.delete(timer);
        take({ kind: 'timer', timer });
      }),
    );
  }

  async function startTask(task: TaskName, body: unknown): Promise<void> {
    const run = { key: input.executionArn, state };
    // Not before this turn is at its end.
    await undefined;
    if (!tasks.delete(task) || over) return;
    const event = await ended().catch((error: unknown) => executor.failed(run, task, body, error));
    if (event) take(event);

    async function ended(): Promise<MachineEvent | undefined> {
      const started = await parts.transact(() => executor.start(run, task, body));
      return started.kind === 'outside' ? started.work() : started.event;
    }
  }
}
