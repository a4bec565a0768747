/** Paths of names and indices alone, which nearly all are: walked without making anything. */
import type { Json } from '../../scope.ts';
import type { Path, Step } from './syntax.ts';
import { itemOf, memberOf } from './values.ts';

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
  const [first, second, ...others] = steps;
  if (first === undefined) return (document) => document;
  const one = oneStep(first);
  if (second === undefined) return one;
  const two = oneStep(second);
  if (others.length === 0) return (document) => two(one(document));
  const rest = directWalk(others);
  return (document) => rest(two(one(document)));
}

function oneStep(step: string | number): Walk {
  return typeof step === 'string' ? (value) => memberOf(value, step) : (value) => itemOf(value, step);
}
