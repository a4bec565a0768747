/** How an execution ended, in what must not depend on crashes. */
import { createHash } from 'node:crypto';
import type { ExecutionStatus, MachineState } from '../../../src/engine/machines/state.ts';
import type { System } from '../../../src/server/system.ts';

export type Outcome = {
  status: ExecutionStatus;
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** What is compared of its events. */
  events: string[];
  /** Something was given up because something else failed, or a full disk was told of: how far it had come depends on time. */
  racy: boolean;
};

type Written = [type: string, previous: number, details?: unknown];

/** What is drawn, and instants: they differ from run to run. */
export function withoutChance(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replaceAll(/[A-Za-z0-9+/]{100,}=*/g, 'TOKEN')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'INSTANT')
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT/g, 'INSTANT')
    .replaceAll(/\b17[67]\d{7,10}(\.\d+)?\b/g, 'INSTANT')
    .replaceAll(/"Content-Length":(\[?)"\d+"/g, '"Content-Length":$1"N"')
    .replaceAll(/-[0-9a-f]{32}\b/g, '-HASH')
    .replaceAll(/event id #\d+/g, 'event');
}

/** What follows whichever of several came last. */
const AFTER_ANY: ReadonlySet<string> = new Set([
  'ParallelStateSucceeded',
  'MapStateSucceeded',
  'ParallelStateExited',
  'MapStateExited',
  'MapIterationStarted',
  'ExecutionRedriven',
]);
const GIVEN_UP = /"(\w+Aborted|ParallelStateFailed|MapStateFailed|MapIterationFailed)"|disk is full/;

export function outcomeOf({ engine }: System, arn: string): Outcome {
  const state = engine.state<MachineState>(arn)!;
  const written: Written[] = [];
  let text = '';
  for (const { outcome } of engine.outcomes(arn)) {
    text += outcome;
    written.push(...(JSON.parse(outcome.slice(outcome.indexOf('['))) as Written[]));
  }
  const concurrent = /"(Parallel|Map)StateStarted"/.test(text);
  const clean = (value: string | undefined) => value && withoutChance(value);
  return {
    ...{
      status: state.status,
      output: clean(state.output),
      error: state.failure.error,
      cause: clean(state.failure.cause),
    },
    events: concurrent
      ? paths(written)
      : written.map((event, index) => `${index + 1} ${withoutChance(JSON.stringify(event))}`),
    racy: GIVEN_UP.test(text),
  };
}

/** Of threads side by side the order is not told; but what each event followed is, up to the first. */
function paths(written: readonly Written[]): string[] {
  const found: string[] = [];
  const hashes = ['-'];
  for (const [type, previous, details] of written) {
    const before = AFTER_ANY.has(type) ? '*' : hashes[previous]!;
    const path = `${before} ${withoutChance(JSON.stringify([type, details]))}`;
    hashes.push(createHash('md5').update(path).digest('hex').slice(0, 8));
    found.push(path);
  }
  return found.sort();
}

/** How an outcome differs from that of the uninterrupted twin; undefined when it does not. */
export function difference(found: Outcome, twin: Outcome): string | undefined {
  for (const part of ['status', 'error', 'cause', 'output'] as const)
    if (found[part] !== twin[part]) return `its ${part} is ${found[part]}, its twin's ${twin[part]}`;
  const more = without(found.events, twin.events);
  const fewer = without(twin.events, found.events);
  if (more.length + fewer.length === 0) return undefined;
  return `its history has\n    ${more.slice(0, 3).join('\n    ')}\n  and its twin's\n    ${fewer.slice(0, 3).join('\n    ')}`;
}

/** Those of `all` that are not among `others`, each as often as it is there once more. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const one of others) left.set(one, (left.get(one) ?? 0) + 1);
  return all.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}
