/** What publishing would do to one resource, and how that is shown. */
import type { Style } from '../render/style.ts';
import { pad } from '../render/text.ts';

export type Action = 'create' | 'change' | 'same' | 'delete';

export type Change = {
  kind:
    | 'bucket'
    | 'role'
    | 'model package group'
    | 'data'
    | 'code bundle'
    | 'pipeline'
    | 'log group'
    | 'state machine'
    | 'function'
    | 'retries'
    | 'permission'
    | 'glue file'
    | 'glue job'
    | 'queue'
    | 'topic'
    | 'subscription'
    | 'schedule group'
    | 'schedule'
    | 'rule';
  name: string;
  action: Action;
  /** What differs, in words; empty for `same`. */
  details: string[];
  /** Carries it out. Absent for `same`. */
  apply?: () => Promise<void>;
};

/** A change as --json shows it. */
export function changeRecord({ kind, name, action, details }: Change) {
  return { kind, name, action, details };
}

const WORDS: Record<Action, string> = { create: '', change: 'changed', same: '', delete: 'deleted' };
const KIND_WIDTH = 'model package group'.length;

/** The difference, a line for each resource that changes and one for all that do not. */
export function describeChanges(changes: readonly Change[], { accent, dim, symbols }: Style): string[] {
  const marks: Record<Action, string> = {
    create: symbols.add,
    change: symbols.change,
    same: symbols.same,
    delete: symbols.remove,
  };
  const differing = changes.filter(({ action }) => action !== 'same');
  const same = changes.length - differing.length;
  const lines = differing.flatMap(({ kind, name, action, details }) => [
    `  ${accent(marks[action])} ${dim(pad(kind, KIND_WIDTH))}  ${name}${WORDS[action] && dim(`  ${WORDS[action]}`)}`,
    ...details.map((detail) => dim(`    ${pad('', KIND_WIDTH)}  ${detail}`)),
  ]);
  if (same > 0) lines.push(dim(`  ${marks.same} ${same} ${same === 1 ? 'resource' : 'resources'} unchanged`));
  return lines;
}
