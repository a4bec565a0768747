/**
 * Calling a function, whatever made it.
 *
 * F1. A call in tail position of a lambda is answered to whoever called the lambda, who makes it: recursion in tail position
 *     needs no stack. Only `apply` calls a function, and it makes such calls until there is a value.
 */
import { asFailure, failure } from './failure.ts';
import { spend } from './limits.ts';
import { type Callable, freshList, isCallable, isList, type Run, type Signature, type Value } from './values.ts';

/** What a lambda answers for a call that is still to be made: it stands in `run.tail`. */
export const TAIL: Callable = Object.assign((): Value => undefined, { arity: 0 });

/** F1. */
export function apply(callee: Value, args: readonly Value[], context: Value, run: Run): Value {
  let value = invoke(callee, args, context, run, undefined);
  while (value === TAIL) {
    const { tail } = run;
    if (!tail) throw new Error('A call in tail position is missing');
    spend(run, 1);
    value = invoke(tail.callee, tail.args, context, run, tail.token);
  }
  return value;
}

function invoke(callee: Value, args: readonly Value[], context: Value, run: Run, token: string | undefined): Value {
  try {
    if (!isCallable(callee)) throw failure('T1006');
    return callee(callee.signature ? checked(callee.signature, args, context) : args, context, run);
  } catch (thrown) {
    const error = asFailure(thrown);
    error.detail.token ??= token;
    throw error;
  }
}

/** A signature may put a single value in a list, where a list is asked for: the list is made here, and says so (U1). */
function checked(signature: Signature, args: readonly Value[], context: Value): readonly Value[] {
  const given = signature.validate(args, context);
  if (given !== args)
    for (const arg of given) if (isList(arg) && arg !== context && !args.includes(arg)) freshList(arg);
  return given;
}
