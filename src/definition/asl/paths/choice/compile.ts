/**
 * Choice rules of the JSONPath language. https://states-language.net/spec.html#choice-state
 *
 * C1. What is not there is an error, except for IsPresent; what is of another type makes a comparison false.
 * C2. And and Or stop at the first rule that decides.
 */
import type { Compiled, Problem } from '../../compiled.ts';
import type { Evaluate, Json, JsonObject, Scope } from '../../scope.ts';
import { CONDITION } from '../fields.ts';
import { compileQuery, type Query } from '../jsonPath/query.ts';
import { isObject } from '../jsonPath/values.ts';
import { IS_PRESENT, OPERATORS, type Operator } from './operators.ts';

type Test = Evaluate<boolean>;
type Findings = { readonly problems: Problem[]; readonly variables: Set<string> };

const DEEPEST_RULE = 100;
const COMBINATORS = ['And', 'Or', 'Not'] as const;
/** Members of a rule that are no comparison. */
const OTHERS: ReadonlySet<string> = new Set(['Variable', 'Next', 'Comment', 'Assign']);

const never: Test = () => false;

/** One entry of Choices; Next, Comment and Assign are not looked at. */
export function compileChoiceTest(rule: JsonObject): Compiled<boolean> {
  const findings: Findings = { problems: [], variables: new Set() };
  const evaluate = compileRule(rule, '', findings, 0);
  return findings.problems.length > 0
    ? { ok: false, problems: findings.problems }
    : { ok: true, evaluate, variables: [...findings.variables].sort() };
}

function compileRule(rule: Json, at: string, findings: Findings, depth: number): Test {
  const refuse = (message: string): Test => {
    findings.problems.push({ at, message });
    return never;
  };
  if (!isObject(rule)) return refuse('A choice rule must be an object');
  if (depth > DEEPEST_RULE) return refuse(`Choice rules may be nested ${DEEPEST_RULE} deep`);
  const combinator = COMBINATORS.find((name) => Object.hasOwn(rule, name));
  if (combinator === 'Not') {
    const inner = compileRule(rule['Not'] ?? null, `${at}/Not`, findings, depth + 1);
    return (scope) => !inner(scope);
  }
  if (combinator) {
    const rules = rule[combinator];
    if (!Array.isArray(rules) || rules.length === 0)
      return refuse(`The field '${combinator}' must be a non-empty array`);
    const tests = rules.map((inner, place) => compileRule(inner, `${at}/${combinator}/${place}`, findings, depth + 1));
    return combinator === 'And'
      ? (scope) => tests.every((test) => test(scope))
      : (scope) => tests.some((test) => test(scope));
  }
  return compileComparison(rule, at, findings);
}

function compileComparison(rule: JsonObject, at: string, findings: Findings): Test {
  const operators = Object.keys(rule).filter((name) => !OTHERS.has(name));
  const [name] = operators;
  if (name === undefined || operators.length > 1) {
    findings.problems.push({ at, message: 'A choice rule must have exactly one comparison operator' });
    return never;
  }
  const variable = compileCondition(rule['Variable'], `${at}/Variable`, findings);
  const wanted = rule[name] ?? null;
  if (!variable) return never;
  if (name === IS_PRESENT) return compilePresence(variable, wanted, `${at}/${name}`, findings);
  const operator = OPERATORS.get(name);
  if (operator) return compileConstant(variable, operator, wanted, `${at}/${name}`, findings);
  const ofPath = name.endsWith('Path') ? OPERATORS.get(name.slice(0, -'Path'.length)) : undefined;
  if (ofPath?.path) return compileVariable(variable, ofPath, wanted, `${at}/${name}`, findings);
  findings.problems.push({ at: `${at}/${name}`, message: `There is no comparison operator '${name}'` });
  return never;
}

function compilePresence(variable: Query, wanted: Json, at: string, findings: Findings): Test {
  if (typeof wanted !== 'boolean') findings.problems.push({ at, message: expected('BOOLEAN') });
  return (scope) => (variable.find(scope) !== undefined) === wanted;
}

function compileConstant(variable: Query, operator: Operator, wanted: Json, at: string, findings: Findings): Test {
  const holds = operator.against(wanted);
  if (!holds) {
    findings.problems.push({ at, message: expected(operator.takes) });
    return never;
  }
  return (scope) => holds(valueAt(variable, scope));
}

function compileVariable(variable: Query, operator: Operator, wanted: Json, at: string, findings: Findings): Test {
  const other = compileCondition(wanted, at, findings);
  if (!other) return never;
  return (scope) => {
    const value = valueAt(variable, scope);
    return operator.against(valueAt(other, scope))?.(value) ?? false;
  };
}

function compileCondition(path: Json | undefined, at: string, findings: Findings): Query | undefined {
  const refuse = (message: string) => {
    findings.problems.push({ at, message });
    return undefined;
  };
  if (typeof path !== 'string') return refuse('Value must be a valid JSONPath.');
  if (!path.startsWith('$')) return refuse("Value is not a Reference Path: Reference path didn't start with '$'");
  const compiled = compileQuery(path);
  if (!compiled.ok) return refuse(CONDITION.invalid('Variable'));
  for (const variable of compiled.query.variables) findings.variables.add(variable);
  return compiled.query;
}

function valueAt(query: Query, scope: Scope): Json {
  const value = query.find(scope);
  if (value === undefined) throw CONDITION.missing('Variable', query, scope);
  return value;
}

function expected(takes: Operator['takes']): string {
  return takes === 'TIMESTAMP' ? 'String does not match RFC3339 timestamp' : `Expected value of type ${takes}`;
}
