/**
 * One walk over a definition that may still be wrong: which parameters and steps it has, and what every step refers to.
 * The rules and the plan work on this, so that a mistake in one place hides no mistake in another.
 *
 * I1. Total on any JSON whose depth is bounded; linear in its size.
 */
import { parseJsonPath } from './jsonPath.ts';
import { DOCUMENT, inside, isObject, kindOf, memberOf, type Place, type Report } from './problems.ts';
import { isMalformed, parseReference, type Reference } from './reference.ts';
import type { Json } from './types.ts';

export type ReferenceAt = { reference: Reference; text: string; place: Place };
export type ParameterNode = { name: string; place: Place; raw: { [key: string]: Json } };
export type ConditionNode = { raw: Json; place: Place };
export type StepNode = {
  /** In document order, a condition before the steps of its branches. */
  index: number;
  /** Empty when the step has none. */
  name: string;
  /** Empty when the step has none. */
  type: string;
  place: Place;
  raw: { [key: string]: Json };
  branch: { condition: StepNode; side: 'if' | 'else' } | undefined;
  dependsOn: { name: string; place: Place }[];
  references: ReferenceAt[];
  /** Of a Condition step: every condition, those inside Not and Or too. */
  conditions: ConditionNode[];
};

export type Survey = {
  parameters: ParameterNode[];
  /** The first of each name. */
  parameterByName: Map<string, ParameterNode>;
  steps: StepNode[];
  /** The first of each name. */
  stepByName: Map<string, StepNode>;
  /** References that stand outside all steps. */
  outside: ReferenceAt[];
};

/** What a definition holds. Malformed expressions are reported on the way. */
export function surveyDefinition(document: Json, report: Report): Survey {
  const survey: Survey = {
    parameters: [],
    parameterByName: new Map(),
    steps: [],
    stepByName: new Map(),
    outside: [],
  };
  const parameters = inside(DOCUMENT, 'Parameters');
  for (const [index, raw] of items(memberOf(document, 'Parameters'))) {
    addParameter(survey, raw, inside(parameters, index));
  }
  addSteps(survey, memberOf(document, 'Steps'), inside(DOCUMENT, 'Steps'), undefined, report);
  for (const key of ['PipelineExperimentConfig', 'MlflowConfig']) {
    collect(memberOf(document, key), inside(DOCUMENT, key), survey.outside, report);
  }
  return survey;
}

function addParameter(survey: Survey, raw: Json, place: Place): void {
  const name = memberOf(raw, 'Name');
  if (!isObject(raw) || typeof name !== 'string') return;
  const node: ParameterNode = { name, place, raw };
  survey.parameters.push(node);
  if (!survey.parameterByName.has(name)) survey.parameterByName.set(name, node);
}

function addSteps(
  survey: Survey,
  steps: Json | undefined,
  place: Place,
  branch: StepNode['branch'],
  report: Report,
): void {
  for (const [index, raw] of items(steps)) {
    if (isObject(raw)) addStep(survey, raw, inside(place, index), branch, report);
  }
}

function addStep(
  survey: Survey,
  raw: { [key: string]: Json },
  place: Place,
  branch: StepNode['branch'],
  report: Report,
): void {
  const node: StepNode = {
    index: survey.steps.length,
    name: stringOf(memberOf(raw, 'Name')),
    type: stringOf(memberOf(raw, 'Type')),
    place,
    raw,
    branch,
    dependsOn: dependencies(memberOf(raw, 'DependsOn'), inside(place, 'DependsOn')),
    references: [],
    conditions: [],
  };
  survey.steps.push(node);
  if (node.name !== '' && !survey.stepByName.has(node.name)) survey.stepByName.set(node.name, node);
  for (const key of Object.keys(raw)) {
    if (PLAIN_MEMBERS.has(key) || (node.type === 'Condition' && key === 'Arguments')) continue;
    collect(raw[key], inside(place, key), node.references, report);
  }
  if (node.type === 'Condition') addCondition(survey, node, report);
}

/** Members of a step in which a Get is no expression. */
const PLAIN_MEMBERS = new Set([
  'Name',
  'Type',
  'DisplayName',
  'Description',
  'DependsOn',
  'CacheConfig',
  'RetryPolicies',
  'PropertyFiles',
  'OutputParameters',
]);

function addCondition(survey: Survey, node: StepNode, report: Report): void {
  const given = memberOf(node.raw, 'Arguments');
  const place = inside(node.place, 'Arguments');
  collect(memberOf(given, 'Conditions'), inside(place, 'Conditions'), node.references, report);
  collectConditions(memberOf(given, 'Conditions'), inside(place, 'Conditions'), node.conditions);
  for (const [key, side] of [
    ['IfSteps', 'if'],
    ['ElseSteps', 'else'],
  ] as const) {
    addSteps(survey, memberOf(given, key), inside(place, key), { condition: node, side }, report);
  }
}

function collectConditions(list: Json | undefined, place: Place, into: ConditionNode[]): void {
  for (const [index, raw] of items(list)) collectCondition(raw, inside(place, index), into);
}

function collectCondition(raw: Json, place: Place, into: ConditionNode[]): void {
  into.push({ raw, place });
  const negated = memberOf(raw, 'Condition');
  if (negated !== undefined) collectCondition(negated, inside(place, 'Condition'), into);
  collectConditions(memberOf(raw, 'Conditions'), inside(place, 'Conditions'), into);
}

// ---- expressions ---------------------------------------------------------------------------------------------------

/** Gathers the references inside a value, and reports expressions that are not well formed. */
function collect(value: Json | undefined, place: Place, into: ReferenceAt[], report: Report): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item, inside(place, index), into, report);
    return;
  }
  if (!isObject(value)) return;
  const keys = Object.keys(value);
  const functionKey = keys.find((key) => key.startsWith('Std:'));
  if (functionKey !== undefined) collectFunction(functionKey, value, place, into, report);
  else if (keys.length === 1 && keys[0] === 'Get') collectGet(value['Get']!, inside(place, 'Get'), false, into, report);
  else for (const key of keys) collect(value[key], inside(place, key), into, report);
}

function collectFunction(
  key: string,
  value: { [key: string]: Json },
  place: Place,
  into: ReferenceAt[],
  report: Report,
): void {
  const at = inside(place, key);
  if (Object.keys(value).length > 1) {
    report(at, 'malformed-expression', `${key.slice(0, 80)} must be the only member of its object.`);
  }
  if (key === 'Std:Join') collectJoin(value[key]!, at, into, report);
  else if (key === 'Std:JsonGet') collectJsonGet(value[key]!, at, into, report);
  else {
    const known = 'The functions are Std:Join and Std:JsonGet.';
    report(at, 'unknown-function', `There is no function '${key.slice(0, 80)}'. ${known}`);
  }
}

function collectJoin(join: Json, place: Place, into: ReferenceAt[], report: Report): void {
  const on = memberOf(join, 'On');
  const values = memberOf(join, 'Values');
  if (on !== undefined && typeof on !== 'string') {
    report(
      inside(place, 'On'),
      'malformed-expression',
      () => `On of a Std:Join must be a string, and is ${kindOf(on)}.`,
    );
  }
  if (!Array.isArray(values)) {
    report(place, 'malformed-expression', 'A Std:Join needs Values, a list of what is to be joined.');
  }
  rejectOthers(join, ['On', 'Values'], 'a Std:Join', place, report);
  for (const [index, value] of items(values)) {
    const at = inside(inside(place, 'Values'), index);
    if (value === null || Array.isArray(value) || (isObject(value) && !isExpression(value))) {
      report(
        at,
        'malformed-expression',
        () => `Only texts, numbers, booleans and expressions join, not ${kindOf(value)}.`,
      );
    }
    collect(value, at, into, report);
  }
}

function collectJsonGet(jsonGet: Json, place: Place, into: ReferenceAt[], report: Report): void {
  const file = memberOf(jsonGet, 'PropertyFile');
  const uri = memberOf(jsonGet, 'S3Uri');
  const path = memberOf(jsonGet, 'Path');
  if ((file === undefined) === (uri === undefined)) {
    report(place, 'malformed-expression', 'A Std:JsonGet needs either PropertyFile or S3Uri: one of them, not both.');
  }
  if (typeof path !== 'string') {
    const found = path === undefined ? 'missing' : kindOf(path);
    const message = `Path of a Std:JsonGet must be a string that is written out (no expression), and is ${found}.`;
    report(path === undefined ? place : inside(place, 'Path'), 'json-path', message);
  } else if (!parseJsonPath(path)) {
    const how = "Write names with dots between them, and [0] or ['name'] for items: metrics.accuracy, runs[0].score.";
    report(inside(place, 'Path'), 'json-path', () => `Path cannot be read: ${kindOf(path)}. ${how}`);
  }
  rejectOthers(jsonGet, ['PropertyFile', 'S3Uri', 'Path'], 'a Std:JsonGet', place, report);
  if (file !== undefined) collectPropertyFile(file, inside(place, 'PropertyFile'), into, report);
  if (uri !== undefined && typeof uri !== 'string') {
    const at = inside(place, 'S3Uri');
    if (!isExpression(uri)) {
      report(at, 'malformed-expression', () => `S3Uri must be a string, a Std:Join or a Get, and is ${kindOf(uri)}.`);
    }
    collect(uri, at, into, report);
  }
}

function collectPropertyFile(file: Json, place: Place, into: ReferenceAt[], report: Report): void {
  const get = memberOf(file, 'Get');
  if (get !== undefined && isObject(file) && Object.keys(file).length === 1) {
    collectGet(get, inside(place, 'Get'), true, into, report);
    return;
  }
  const message = 'PropertyFile of a Std:JsonGet must be {"Get": "Steps.<step>.PropertyFiles.<name>"}.';
  report(place, 'malformed-expression', message);
}

function collectGet(get: Json, place: Place, asFile: boolean, into: ReferenceAt[], report: Report): void {
  if (typeof get !== 'string') {
    report(place, 'malformed-reference', () => `Get must be a string, and is ${kindOf(get)}.`);
    return;
  }
  const reference = parseReference(get);
  if (isMalformed(reference)) {
    report(place, 'malformed-reference', () => `Get cannot be read: ${kindOf(get)}: ${reference.malformed}.`);
  } else if (asFile !== (reference.kind === 'file')) {
    const message = asFile
      ? `'${get}' is not a property file. Write Steps.<step>.PropertyFiles.<name>.`
      : `'${get}' is a property file: read a value of it with Std:JsonGet.`;
    report(place, 'malformed-reference', message);
  } else into.push({ reference, text: get, place });
}

/** Is the value a Get or a function, and no plain structure? */
export function isExpression(value: Json): boolean {
  return isObject(value) && Object.keys(value).some((key) => key === 'Get' || key.startsWith('Std:'));
}

function rejectOthers(value: Json, known: readonly string[], what: string, place: Place, report: Report): void {
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const message = () => `Unknown property '${key.slice(0, 80)}' in ${what}. Allowed here: ${known.join(', ')}.`;
    report(inside(place, key), 'unknown-key', message);
  }
}

// ---- small things --------------------------------------------------------------------------------------------------

function dependencies(list: Json | undefined, place: Place): StepNode['dependsOn'] {
  return [...items(list)].flatMap(([index, name]) =>
    typeof name === 'string' ? [{ name, place: inside(place, index) }] : [],
  );
}

function items(value: Json | undefined): Iterable<[number, Json]> {
  return Array.isArray(value) ? value.entries() : [];
}

function stringOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
