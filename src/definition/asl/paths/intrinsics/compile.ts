/**
 * Calls of intrinsic functions, compiled to functions of a scope.
 *
 * N1. Evaluating throws StatesErrors alone, whatever the scope holds.
 * N2. The name of every error is States.Runtime: that is what AWS gives, though the States Language has States.IntrinsicFailure
 *     for it. The cause names the whole expression as it was written, not the inner call that failed.
 */
import type { Compiled } from '../../compiled.ts';
import { statesError } from '../../failure.ts';
import type { Evaluate, Json } from '../../scope.ts';
import type { Query } from '../jsonPath/query.ts';
import { jsonOf } from '../jsonPath/values.ts';
import { format, parseTemplate } from './format.ts';
import { FUNCTIONS } from './functions.ts';
import { type Expression, parseIntrinsic } from './parse.ts';

type Call = Expression & { kind: 'call' };

/** @throws always: a StatesError that says so of the whole expression */
type Fail = (reason: string) => never;

/** Whether a text means a call rather than a path. */
export function isIntrinsic(text: string): boolean {
  return text.trimStart().startsWith('States.');
}

/** @example compileIntrinsic("States.Format('{}', $.a)") */
export function compileIntrinsic(text: string): Compiled {
  const parsed = parseIntrinsic(text);
  const problem = parsed.ok ? unknownFunction(parsed.value) : parsed.reason;
  if (!parsed.ok || problem !== undefined) return { ok: false, problems: [{ at: '', message: problem ?? '' }] };
  const fail: Fail = (reason) => {
    throw statesError('States.Runtime', `The function '${text}' had the following error: ${reason}`);
  };
  const variables = [...new Set(variablesOf(parsed.value))].sort();
  return { ok: true, evaluate: compileCall(parsed.value, fail), variables };
}

function unknownFunction({ name, args }: Call): string | undefined {
  const known = name === 'States.Format' || Object.hasOwn(FUNCTIONS, name.slice('States.'.length));
  if (!known) return `There is no intrinsic function ${name}`;
  return args.map((arg) => (arg.kind === 'call' ? unknownFunction(arg) : undefined)).find((problem) => problem);
}

function variablesOf(expression: Expression): readonly string[] {
  if (expression.kind === 'call') return expression.args.flatMap(variablesOf);
  return expression.kind === 'query' ? expression.query.variables : [];
}

function compileExpression(expression: Expression, fail: Fail): Evaluate {
  if (expression.kind === 'call') return compileCall(expression, fail);
  if (expression.kind === 'query') return compileArgument(expression.query, fail);
  const { value } = expression;
  return () => value;
}

/** An argument at which there is nothing is named without the `$` of `$$`, and the state's input is shown for either. */
function compileArgument(query: Query, fail: Fail): Evaluate {
  const { find } = query;
  const path = query.text.startsWith('$$') ? query.text.slice(1) : query.text;
  return (scope) => {
    const found = find(scope);
    if (found !== undefined) return found;
    return fail(
      `The JsonPath argument for the field '${path}' could not be found in the input '${jsonOf(scope.input)}'`,
    );
  };
}

function compileCall({ name, args }: Call, fail: Fail): Evaluate {
  const evaluates = args.map((arg) => compileExpression(arg, fail));
  if (name === 'States.Format') return compileFormat(args, evaluates, fail);
  const called = FUNCTIONS[name.slice('States.'.length)];
  const invalid = () => fail(`Invalid arguments in ${name}`);
  if (!called || args.length < called.arity.least || args.length > called.arity.most) return invalid;
  const { call } = called;
  return (scope) => {
    const given: Json[] = [];
    for (const evaluate of evaluates) given.push(evaluate(scope));
    return call(given, invalid, scope);
  };
}

function compileFormat(args: readonly Expression[], evaluates: readonly Evaluate[], fail: Fail): Evaluate {
  const [first] = args;
  const [evaluateTemplate, ...others] = evaluates;
  if (!first || !evaluateTemplate) return () => fail('Invalid arguments in States.Format');
  const literal = first.kind === 'literal' && first.written !== undefined ? parseTemplate(first.written) : undefined;
  return (scope) => {
    const template = literal ?? templateOf(evaluateTemplate(scope), fail);
    const given: Json[] = [];
    for (const evaluate of others) given.push(evaluate(scope));
    return format(template, given, fail);
  };
}

function templateOf(value: Json, fail: Fail): ReturnType<typeof parseTemplate> {
  return typeof value === 'string' ? parseTemplate(value) : fail('Invalid arguments in States.Format');
}
