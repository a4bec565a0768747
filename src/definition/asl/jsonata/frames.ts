/** Variables at run time: those that the expression binds, in frames; and those around it, the same for the whole evaluation. */
import { builtIn } from './functions/index.ts';
import { spend } from './limits.ts';
import { type Dict, type Frame, freshDict, fromJson, type Run, type Value } from './values.ts';

const NONE: readonly never[] = [];

/** A frame of a block, or of a whole evaluation: nothing is bound in it yet. */
export const emptyFrame = (run: Run, parent: Frame | undefined): Frame => ({ run, parent, names: NONE, values: NONE });

/** The names of a function's frame are those of its parameters, shared by all its calls: they are not added to in place. */
export function bind(frame: Frame, name: string, value: Value): void {
  spend(frame.run, 1 + frame.names.length);
  const values = frame.names.map((_name, index) => frame.values[index]);
  const at = frame.names.lastIndexOf(name);
  if (at < 0) frame.names = [...frame.names, name];
  values[at < 0 ? values.length : at] = value;
  frame.values = values;
}

/** The innermost variable of that name, or what is around the expression. */
export function lookUp(frame: Frame, name: string, around?: (run: Run) => Value): Value {
  for (let at: Frame | undefined = frame; at; at = at.parent) {
    const index = at.names.lastIndexOf(name);
    if (index >= 0) return at.values[index];
  }
  return around?.(frame.run);
}

/** A frame that has what a tuple binds. What is bound in it further on is not bound in the tuple. */
export const tupleFrame = (frame: Frame, tuple: Dict): Frame => ({
  run: frame.run,
  parent: frame,
  names: Object.keys(tuple),
  values: Object.values(tuple),
});

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
