/**
 * What the environment was before `telar env` or `telar shell` changed it, kept in one variable of it.
 *
 * B1. A variable that somebody has changed since is theirs: it is neither restored nor replaced by what it was before.
 * B2. Doing it twice is doing it once: the second time starts from what was before the first.
 */
import { hash } from 'node:crypto';
import type { Environment } from '../../server/proxy/variables.ts';

/** Variables and their values; undefined takes one out. */
export type Changes = Readonly<Record<string, string | undefined>>;

export const BEFORE = 'TELAR_BEFORE';

/** By variable: what it was made, as a hash, and what it had been; null is none. */
type Kept = Record<string, [made: string | null, had: string | null]>;

/** The changes, and with them the variable that says how to take them back. @param before as `outside` answers it */
export function recorded(changes: Changes, before: Environment): Changes {
  const kept: Kept = {};
  for (const [name, value] of Object.entries(changes)) {
    if (value !== before[name]) kept[name] = [mark(value), before[name] ?? null];
  }
  return { ...changes, [BEFORE]: JSON.stringify(kept) };
}

/** What takes all changes back that still stand. */
export function reversed(environment: Environment): Changes {
  const back: Record<string, string | undefined> = { [BEFORE]: undefined };
  for (const [name, [made, had]] of Object.entries(keptIn(environment))) {
    if (mark(environment[name]) === made) back[name] = had ?? undefined;
  }
  return back;
}

/** The environment without the changes. */
export function outside(environment: Environment): Environment {
  return applied(environment, reversed(environment));
}

/** Takes the changes back in the environment itself. */
export function leave(environment: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(reversed(environment))) {
    if (value === undefined) delete environment[name];
    else environment[name] = value;
  }
}

export function applied(environment: Environment, changes: Changes): Record<string, string> {
  const all = Object.entries({ ...environment, ...changes });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const mark = (value: string | undefined) => (value === undefined ? null : hash('sha256', value, 'hex').slice(0, 16));

function keptIn(environment: Environment): Kept {
  try {
    const kept: unknown = JSON.parse(environment[BEFORE] ?? '{}');
    const entries = Object.entries(kept as object).filter(([, entry]) => Array.isArray(entry));
    return Object.fromEntries(entries) as Kept;
  } catch {
    return {};
  }
}
