/** Variables at run time: those that the expression binds, in frames; and those around it, the same for the whole evaluation. */
import { builtIn } from './functions/index.ts';
import { type Dict, type Frame, freshDict, fromJson, type Run, type Value } from './values.ts';

export function bind(frame: Frame, name: string, value: Value): void {
  frame.vars ??= freshDict();
  frame.vars[name] = value;
}

/** The innermost variable of that name, or what is around the expression. */
export function lookUp(frame: Frame, name: string, around?: (run: Run) => Value): Value {
  for (let at: Frame | undefined = frame; at; at = at.parent)
    if (at.vars !== undefined && name in at.vars) return at.vars[name];
  return around?.(frame.run);
}

/** A frame that has what a tuple binds. What is bound in it further on is not bound in the tuple. */
export function tupleFrame(frame: Frame, tuple: Dict): Frame {
  return { run: frame.run, parent: { run: frame.run, parent: frame, vars: tuple }, vars: undefined };
}

const STATES_FIELDS: Readonly<Record<string, (run: Run) => Value>> = {
  input: ({ scope }) => fromJson(scope.input),
  context: ({ scope }) => fromJson(scope.context()),
  result: ({ scope }) => fromJson(scope.result),
  errorOutput: ({ scope }) => fromJson(scope.errorOutput),
};

/** `$states.input` and its like, without an object of them all. */
export const statesField = (name: string): ((run: Run) => Value) | undefined =>
  Object.hasOwn(STATES_FIELDS, name) ? STATES_FIELDS[name] : undefined;

function states(run: Run): Dict {
  const all = freshDict();
  for (const [name, field] of Object.entries(STATES_FIELDS)) {
    const value = field(run);
    if (value !== undefined) all[name] = value;
  }
  return all;
}

/** What a name means that nothing in the expression binds: `$states`, a variable of the machine, else a function. */
export function globalVariable(name: string): (run: Run) => Value {
  if (name === 'states') return states;
  if (name === '$') return ({ root }) => root;
  const callable = builtIn(name);
  return ({ scope }) => fromJson(scope.variables.get(name)) ?? callable;
}
