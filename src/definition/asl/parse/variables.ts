/**
 * The names that are assigned, and where.
 *
 * V1. A variable belongs to the graph whose states assign it. What an outer graph assigns, no state inside may assign as well; a
 *     distributed map's items are executions of their own and see nothing of it.
 */
import type { Report } from './diagnostics.ts';

export type VariableScope = {
  /** By name, with the places that assign it. */
  readonly assigned: Map<string, string[]>;
  /** By state: what it refers to, with the place of the first mention. */
  readonly referred: ReadonlyMap<string, string>[];
  readonly inner: VariableScope[];
};

export const openScope = (): VariableScope => ({ assigned: new Map(), referred: [], inner: [] });

/** The scope of a graph inside this one. */
export function openInner(outer: VariableScope): VariableScope {
  const inner = openScope();
  outer.inner.push(inner);
  return inner;
}

const NAME_LIMIT = 80;
/** Unicode's identifiers, as the language's specification has them. */
const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;

/** @param at of the member that assigns it */
export function assign(scope: VariableScope, name: string, at: string, report: Report): void {
  const places = scope.assigned.get(name);
  if (places) places.push(at);
  else scope.assigned.set(name, [at]);
  if (name === 'states') {
    report.error("Cannot assign to reserved variable '$states'.", at, 'RESERVED_VARIABLE_NAME');
  } else if (!NAME.test(name)) {
    refuse(report, name, at, 'the variable name contains invalid characters.');
  } else if (name.length > NAME_LIMIT) {
    refuse(report, name, at, `the variable name exceeds ${NAME_LIMIT} characters.`);
  }
}

const refuse = (report: Report, name: string, at: string, why: string): void =>
  report.error(`Invalid variable name '${name}': ${why}`, at, 'INVALID_VARIABLE_NAME');

/** V1, once all is read: an outer graph may assign after the inner one. */
export function checkScopes(scope: VariableScope, report: Report, outer: ReadonlySet<string> = new Set()): void {
  for (const [name, places] of scope.assigned) {
    if (!outer.has(name)) continue;
    for (const at of places) refuse(report, name, at, 'the variable is assigned in an outer scope.');
  }
  if (scope.inner.length === 0) return;
  const around = new Set([...outer, ...scope.assigned.keys()]);
  for (const inner of scope.inner) checkScopes(inner, report, around);
}

/** What nothing assigns that could be seen from there. A warning: JSONata may ask whether a variable exists. */
export function warnOfUndefined(scope: VariableScope, report: Report, outer: ReadonlySet<string> = new Set()): void {
  const seen = new Set([...outer, ...scope.assigned.keys()]);
  for (const references of scope.referred) {
    for (const [name, at] of references) {
      if (!seen.has(name)) {
        report.warn('POSSIBLY_UNDEFINED_VARIABLE', `Variable '${name}' is possibly not defined.`, at);
      }
    }
  }
  for (const inner of scope.inner) warnOfUndefined(inner, report, seen);
}
