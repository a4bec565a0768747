/** Rules about a pipeline's parameters: one function each, each independent of the others. */
import { MAX_PARAMETER_VALUE } from '../limits.ts';
import { inside, kindOf, memberOf, quoteList, type Report } from '../problems.ts';
import type { Survey } from '../survey.ts';
import type { Json } from '../types.ts';

export function uniqueParameterNames(survey: Survey, report: Report): void {
  for (const parameter of survey.parameters) {
    if (survey.parameterByName.get(parameter.name) === parameter) continue;
    const message = `There is more than one parameter '${parameter.name}'. Give each its own name.`;
    report(inside(parameter.place, 'Name'), 'duplicate-parameter', message);
  }
}

/** A default is written as JSON of the parameter's own type; a Float takes whole numbers too. */
export function defaultsHaveTheirType(survey: Survey, report: Report): void {
  for (const { name, raw, place } of survey.parameters) {
    const value = memberOf(raw, 'DefaultValue');
    const type = memberOf(raw, 'Type');
    if (value === undefined || typeof type !== 'string' || fitsType(value, type)) continue;
    const message = () => `The default of the ${type} parameter '${name}' cannot be ${kindOf(value)}.`;
    report(inside(place, 'DefaultValue'), 'default-type', message);
  }
}

function fitsType(value: Json, type: string): boolean {
  if (type === 'String') return typeof value === 'string';
  if (type === 'Integer') return Number.isSafeInteger(value);
  if (type === 'Float') return typeof value === 'number' && Number.isFinite(value);
  if (type === 'Boolean') return typeof value === 'boolean';
  return true;
}

export function defaultsAreNotTooLong(survey: Survey, report: Report): void {
  for (const { name, raw, place } of survey.parameters) {
    const value = memberOf(raw, 'DefaultValue');
    if (typeof value !== 'string' || value.length <= MAX_PARAMETER_VALUE) continue;
    const message = `The default of '${name}' has ${value.length} characters; at most ${MAX_PARAMETER_VALUE} are allowed.`;
    report(inside(place, 'DefaultValue'), 'too-long', message);
  }
}

export function enumValuesBelongToStrings(survey: Survey, report: Report): void {
  for (const { name, raw, place } of survey.parameters) {
    const type = memberOf(raw, 'Type');
    if (memberOf(raw, 'EnumValues') === undefined || type === 'String' || typeof type !== 'string') continue;
    const message = () => `Only String parameters have EnumValues, and '${name}' is of type ${type.slice(0, 80)}.`;
    report(inside(place, 'EnumValues'), 'enum-values', message);
  }
}

export function defaultsAreAmongEnumValues(survey: Survey, report: Report): void {
  for (const { name, raw, place } of survey.parameters) {
    const value = memberOf(raw, 'DefaultValue');
    const allowed = memberOf(raw, 'EnumValues');
    if (typeof value !== 'string' || !Array.isArray(allowed) || allowed.includes(value)) continue;
    const names = allowed.filter((item) => typeof item === 'string');
    const message = () => `The default of '${name}' must be one of its EnumValues ${quoteList(names)}.`;
    report(inside(place, 'DefaultValue'), 'enum-values', message);
  }
}

/** The experiment's name is settled before any step has run. */
export function noStepsOutsideSteps(survey: Survey, report: Report): void {
  for (const { reference, text, place } of survey.outside) {
    if (!('step' in reference)) continue;
    const message = `'${text}' names a step, and no step has run yet when this value is needed. Use a parameter.`;
    report(place, 'reference-outside-steps', message);
  }
}

export function knownParameters(survey: Survey, report: Report): void {
  const known = () => (survey.parameters.length === 0 ? 'It has none.' : `It has ${quoteList(names(survey))}.`);
  const all = [survey.outside, ...survey.steps.map((step) => step.references)];
  for (const { reference, place } of all.flat()) {
    if (reference.kind !== 'parameter' || survey.parameterByName.has(reference.name)) continue;
    const message = () => `The pipeline has no parameter '${reference.name.slice(0, 80)}'. ${known()}`;
    report(place, 'unknown-parameter', message);
  }
}

function names(survey: Survey): string[] {
  return survey.parameters.map(({ name }) => name);
}
