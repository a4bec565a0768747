/** Paths of names and indices alone, which nearly all are: walked without making anything. */
import type { Json, JsonObject } from '../../scope.ts';
import type { Path, Step } from './syntax.ts';
import { isPlainName, itemOf, memberOf } from './values.ts';

/** Undefined where the path leads nowhere. */
export type Walk = (document: Json | undefined) => Json | undefined;

/** The names and indices of a path that has nothing else; undefined for any other. */
export function directSteps(path: Path): (string | number)[] | undefined {
  if (path.call) return undefined;
  const steps = path.steps.map(directStep);
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

function directStep(step: Step): string | number | undefined {
  if (step.kind === 'member') return step.name;
  return step.kind === 'index' ? step.index : undefined;
}

export function directWalk(steps: readonly (string | number)[]): Walk {
  const walks = steps.map(oneStep);
  const [one, two] = walks;
  if (!one) return (document) => document;
  if (!two) return one;
  if (walks.length === 2) return (document) => two(one(document));
  return (document) => {
    let here = document;
    for (const walk of walks) here = walk(here);
    return here;
  };
}

function oneStep(step: string | number): Walk {
  if (typeof step === 'number') return (value) => itemOf(value, step);
  if (!isPlainName(step)) return (value) => memberOf(value, step);
  return (value) => (typeof value === 'object' && value !== null ? (value as JsonObject)[step] : undefined);
}
