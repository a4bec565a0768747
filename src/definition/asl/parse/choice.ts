/** Choice: its rules in both languages. */
import { compileChoiceTest } from '../paths/index.ts';
import type { Evaluate, JsonObject } from '../scope.ts';
import type { ChoiceRule, ChoiceState } from '../types.ts';
import { words } from './diagnostics.ts';
import { readAssign, readTemplate } from './expressions.ts';
import { checkFields, OBJECT_FIELDS } from './fields.ts';
import { readFlow } from './flow.ts';
import { isJsonataText, readTypedJsonata } from './jsonata.ts';
import { below, has, isObject, member, readObjects, readTarget, requireFields, type Site } from './site.ts';
import { takeAt } from './take.ts';
import { warnOfPath } from './warnings.ts';

/** What stands beside the comparison in a rule of the JSONPath language, and is not part of it. */
const BESIDE = new Set(['Next', 'Assign', 'Comment']);

/** One of these makes a rule, in AWS's order. */
const KINDS = ['And', 'Or', 'Not', 'Variable', 'Condition'];

export function readChoice(site: Site, name: string): ChoiceState {
  requireFields(site, ['Choices']);
  const rules = readObjects(site, 'Choices');
  const listed = member(site, 'Choices');
  if (Array.isArray(listed) && listed.length === 0) site.report.error(words.empty, below(site, 'Choices'));
  const choices = (rules ?? []).map(readRule);
  const fallback = readTarget(site, 'Default');
  return {
    type: 'Choice',
    name,
    flow: readFlow(site),
    choices,
    ...(fallback !== undefined && { default: fallback }),
  };
}

function readRule(site: Site): ChoiceRule {
  requireFields(site, ['Next']);
  const test = site.language === 'JSONPath' ? readPathTest(site) : readCondition(site);
  const assign = readAssign(site);
  const output = site.language === 'JSONata' ? readTemplate(site, 'Output') : undefined;
  return {
    test: test ?? (() => false),
    next: readTarget(site, 'Next') ?? '',
    ...(assign && { assign }),
    ...(output && { output }),
  };
}

function readPathTest(site: Site): Evaluate<boolean> | undefined {
  const jsonata = ['Condition', 'Output'].filter((name) => has(site, name));
  for (const name of jsonata) site.report.error(words.otherLanguage('JSONPath', name, 'JSONata'), site.at);
  if (jsonata.length > 0) return undefined;
  checkNested(site, site.fields, site.at);
  const kinds = KINDS.filter((name) => has(site, name));
  if (kinds.length !== 1) {
    site.report.error(`The object must have only one of the following fields, [${KINDS.join(', ')}]`, site.at);
    return undefined;
  }
  const comparison = Object.fromEntries(Object.entries(site.fields).filter(([name]) => !BESIDE.has(name)));
  for (const [name, value] of Object.entries(comparison)) {
    if (name !== 'Variable' && !name.endsWith('Path')) warnOfPath(value, name, below(site, name), site.report);
  }
  return takeAt(site, site.at, compileChoiceTest(comparison));
}

/** A rule inside And, Or or Not leads nowhere of its own. */
function checkNested(site: Site, rule: JsonObject, at: string): void {
  const inner: [JsonObject, string][] = [];
  for (const name of ['And', 'Or', 'Not']) {
    const part = Object.hasOwn(rule, name) ? rule[name] : undefined;
    if (isObject(part)) inner.push([part, `${at}/${name}`]);
    if (!Array.isArray(part)) continue;
    for (const [index, each] of part.entries()) if (isObject(each)) inner.push([each, `${at}/${name}[${index}]`]);
  }
  for (const [part, place] of inner) {
    if (Object.hasOwn(part, 'Next')) site.report.error(words.notSupported('Next'), place);
    checkNested(site, part, place);
  }
}

/** A truth value, or JSONata that gives one. */
function readCondition(site: Site): Evaluate<boolean> | undefined {
  if (has(site, 'Variable')) site.report.error(words.otherLanguage('JSONata', 'Variable', 'JSONPath'), site.at);
  else {
    checkFields(site, OBJECT_FIELDS.jsonataRule);
    requireFields(site, ['Condition']);
  }
  const condition = member(site, 'Condition');
  if (typeof condition === 'boolean') return () => condition;
  if (condition === undefined) return undefined;
  if (!isJsonataText(condition)) {
    site.report.error(words.type('Boolean'), below(site, 'Condition'));
    return undefined;
  }
  return readTypedJsonata<boolean>(site, 'Condition', 'boolean');
}
