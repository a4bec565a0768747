/**
 * The paths by which targets pick parts of an event: EventBridge's part of JSONPath, which is names behind dots or in brackets,
 * indices, and `*` for all of a list or object. More than one step with `*` gives one list.
 */

type Step = { kind: 'name'; name: string } | { kind: 'index'; index: number } | { kind: 'all' };
/** Undefined where the event has nothing there. */
export type EventPath = (event: unknown) => unknown;

const STEP = /\.([\w/-]+)|\.(\*)|\[(\d{1,9})\]|\[(\*)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** Undefined when it is no such path. @example compileEventPath("$.detail['object'].key") */
export function compileEventPath(text: string): EventPath | undefined {
  if (!text.startsWith('$')) return undefined;
  const steps: Step[] = [];
  for (let at = 1; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    if (!found) return undefined;
    const [, dotted, dottedAll, index, all, single, double] = found;
    const name = dotted ?? single ?? double;
    if (name !== undefined) steps.push({ kind: 'name', name });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if ((dottedAll ?? all) !== undefined) steps.push({ kind: 'all' });
  }
  return (event) => walk(event, steps);
}

function walk(event: unknown, steps: readonly Step[]): unknown {
  let found: unknown[] = [event];
  for (const step of steps) found = found.flatMap((value) => taken(value, step));
  return steps.some(({ kind }) => kind === 'all') ? found : found[0];
}

function taken(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step.kind === 'all') return Object.values(value);
  if (step.kind === 'index') return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  return !Array.isArray(value) && Object.hasOwn(value, step.name)
    ? [(value as Record<string, unknown>)[step.name]]
    : [];
}
