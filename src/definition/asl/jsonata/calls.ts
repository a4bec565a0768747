/**
 * Functions: calls, lambdas with what they close over, calls in tail position, partial application, `~>`.
 *
 * F1 is in apply.ts.
 * F2. A function that is given as an argument is called without a context item, as in the reference implementation.
 */
import { apply, TAIL } from './apply.ts';
import { compileBlock, compileCondition } from './blocks.ts';
import type { Compilation } from './compilation.ts';
import { asFailure, failure } from './failure.ts';
import { bind, emptyFrame, globalVariable, lookUp } from './frames.ts';
import { enter } from './limits.ts';
import type { ApplyNode, CallNode, LambdaNode, Node, OpenNode, PartialNode } from './syntax.ts';
import { type Callable, type Code, type Frame, isCallable, OPEN, type Run, type Value } from './values.ts';

/** F2. */
function detached(value: Value): Value {
  if (!isCallable(value)) return value;
  const callee = value;
  const { arity, pattern, partial } = callee;
  return Object.assign((args: readonly Value[], _context: Value, run: Run) => apply(callee, args, null, run), {
    arity,
    pattern,
    partial,
  });
}

const tokenOf = (procedure: Node): string | undefined => {
  if (procedure.type === 'variable') return procedure.value;
  const first = procedure.type === 'path' ? procedure.steps[0] : undefined;
  return first?.type === 'name' ? first.value : undefined;
};

/** Whether a variable has the name that was written without its `$`. */
function meant(procedure: Node): (frame: Frame) => boolean {
  const name = procedure.type === 'path' ? tokenOf(procedure) : undefined;
  if (name === undefined) return () => false;
  const global = globalVariable(name);
  return (frame) => Boolean(lookUp(frame, name, global));
}

export function compileCall(node: CallNode, compilation: Compilation): Code {
  return compileCallOn(node, compilation, undefined);
}

/** `subject` is what stands before `~>`: the first argument. */
function compileCallOn(node: CallNode, { code }: Compilation, subject: Code | undefined): Code {
  const procedure = code(node.procedure);
  const args = node.arguments.map(code);
  const [token, isMeant] = [tokenOf(node.procedure), meant(node.procedure)];
  return (input, frame) => {
    const given: Value[] = subject ? [subject(input, frame)] : [];
    const callee = procedure(input, frame);
    if (callee === undefined && isMeant(frame)) throw failure('T1005', { token });
    for (const arg of args) given.push(detached(arg(input, frame)));
    try {
      return apply(callee, given, input, frame.run);
    } catch (thrown) {
      const error = asFailure(thrown);
      error.detail.token ??= token;
      throw error;
    }
  };
}

export function compileLambda(node: LambdaNode, compilation: Compilation): Code {
  if (node.thunk) return compileThunk(node.body, compilation);
  const body = compilation.tail(node.body);
  const names = node.arguments.map((parameter) => parameter.value);
  const { signature } = node;
  return (input, frame) => lambda(names, body, input, frame, signature);
}

function lambda(
  names: readonly string[],
  body: Code,
  input: Value,
  around: Frame,
  signature: Callable['signature'],
): Callable {
  const call = (args: readonly Value[], _context: Value, run: Run): Value =>
    body(input, { run, parent: around, names, values: args });
  const partial = (args: readonly (Value | typeof OPEN)[]): Callable => {
    const given = names.map((name, index) => ({ name, value: args[index] }));
    const open = given.filter(({ value }) => value === OPEN).map(({ name }) => name);
    const inner = emptyFrame(around.run, around);
    for (const { name, value } of given) if (value !== OPEN) bind(inner, name, value as Value);
    return lambda(open, body, input, inner, undefined);
  };
  return Object.assign(call, { arity: names.length, signature, partial });
}

/** The body of a function. F1: calls, and what conditions and blocks end with, are answered. */
export function compileTail(node: Node, compilation: Compilation): Code {
  switch (node.type) {
    case 'lambda':
      return node.thunk ? compileThunk(node.body, compilation) : compilation.code(node);
    case 'condition':
      if (node.predicate || node.group) return compilation.code(node);
      return entered(
        compileCondition(node, compilation.tail(node.then), node.else && compilation.tail(node.else), compilation),
      );
    case 'block':
      if (node.predicate || node.group) return compilation.code(node);
      return entered(compileBlock(node, compilation.tail, compilation));
    default:
      return compilation.code(node);
  }
}

function entered(code: Code): Code {
  return (input, frame) => {
    enter(frame.run);
    const value = code(input, frame);
    frame.run.depth -= 1;
    return value;
  };
}

function compileThunk(node: Node, { code }: Compilation): Code {
  if (node.type !== 'function') throw new Error('A call in tail position is no call');
  const procedure = code(node.procedure);
  const args = node.arguments.map(code);
  const token = tokenOf(node.procedure);
  return (input, frame) => {
    const callee = procedure(input, frame);
    frame.run.tail = { callee, args: args.map((arg) => arg(input, frame)), token };
    return TAIL;
  };
}

export function compilePartial(node: PartialNode, { code }: Compilation): Code {
  const procedure = code(node.procedure);
  const args = node.arguments.map((arg) => (isOpen(arg) ? undefined : code(arg)));
  const [token, isMeant] = [tokenOf(node.procedure), meant(node.procedure)];
  return (input, frame) => {
    const given = args.map((arg) => (arg ? arg(input, frame) : OPEN));
    const callee = procedure(input, frame);
    if (callee === undefined && isMeant(frame)) throw failure('T1007', { token });
    if (!isCallable(callee)) throw failure('T1008', { token });
    return callee.partial ? callee.partial(given) : partialOf(callee, given);
  };
}

const isOpen = (arg: Node | OpenNode): arg is OpenNode => arg.type === 'operator';

/** Of a function that is no lambda: its arguments are checked when all of them are there. */
function partialOf(callee: Callable, given: readonly (Value | typeof OPEN)[]): Callable {
  const call = (args: readonly Value[], context: Value, run: Run): Value => {
    let next = 0;
    const all = given.map((arg) => (arg === OPEN ? args[next++] : arg));
    return apply(callee, all, context, run);
  };
  return Object.assign(call, { arity: given.filter((arg) => arg === OPEN).length });
}

/** `a ~> $f`: `$f(a)`; of two functions, the function that applies one after the other. */
export function compilePipe(node: ApplyNode, compilation: Compilation): Code {
  const subject = compilation.code(node.lhs);
  if (node.rhs.type === 'function') return compileCallOn(node.rhs, compilation, subject);
  const procedure = compilation.code(node.rhs);
  return (input, frame) => {
    const first = subject(input, frame);
    const second = procedure(input, frame);
    if (!isCallable(second)) throw failure('T2006', { value: second });
    return isCallable(first) ? chained(first, second) : apply(second, [first], null, frame.run);
  };
}

const chained = (first: Callable, second: Callable): Callable =>
  Object.assign(
    (args: readonly Value[], context: Value, run: Run) =>
      apply(second, [apply(first, args.slice(0, 1), context, run)], context, run),
    { arity: 1 },
  );
