/** How a function is written here: of checked arguments, and of what it is called in. */
import type { Run, Value } from '../values.ts';

export type CallContext = { readonly run: Run; readonly context: Value };
export type Implementation = (args: readonly Value[], call: CallContext) => Value;
