/** Rules about what steps refer to and wait for: one function each, each independent of the others. */
import { describeMembers, formatSegments, itemName, type Segment } from '../jsonPath.ts';
import { membersOf } from '../members.ts';
import { memberOf, type Place, quoteList, type Report } from '../problems.ts';
import type { StepReference } from '../reference.ts';
import { didYouMean } from '../suggest.ts';
import type { StepNode, Survey } from '../survey.ts';
import { type Json, STEP_TYPES } from '../types.ts';

/** A step names another, in DependsOn or in an expression. */
type Link = { from: StepNode; to: string; place: Place; reference?: StepReference };

function* links(survey: Survey): Generator<Link> {
  for (const from of survey.steps) {
    for (const { name, place } of from.dependsOn) yield { from, to: name, place };
    for (const { reference, place } of from.references) {
      if ('step' in reference) yield { from, to: reference.step, place, reference };
    }
  }
}

/** The references whose step is known, with that step. */
function* reaching(survey: Survey): Generator<{ target: StepNode; place: Place; reference: StepReference }> {
  for (const { to, place, reference } of links(survey)) {
    const target = survey.stepByName.get(to);
    if (target && reference) yield { target, place, reference };
  }
}

export function knownSteps(survey: Survey, report: Report): void {
  for (const { from, to, place } of links(survey)) {
    if (survey.stepByName.has(to)) continue;
    report(place, 'unknown-step', () => {
      const hint = didYouMean(to, survey.stepByName.keys());
      return `Step '${from.name}' names the step '${to.slice(0, 80)}', which the pipeline does not have.${hint}`;
    });
  }
}

/** A Fail step ends the execution: nothing comes after it. */
export function nothingFollowsFail(survey: Survey, report: Report): void {
  for (const { from, to, place } of links(survey)) {
    if (survey.stepByName.get(to)?.type !== 'Fail') continue;
    const message = `Step '${from.name}' waits for '${to}', a Fail step. It ends the execution: nothing can follow it.`;
    report(place, 'follows-fail', message);
  }
}

/** Of a condition's branches only one runs: a step of one cannot wait for a step of the other. */
export function branchesStayApart(survey: Survey, report: Report): void {
  for (const { from, to, place } of links(survey)) {
    const other = survey.stepByName.get(to)?.branch;
    if (!from.branch || !other || other.condition !== from.branch.condition || other.side === from.branch.side)
      continue;
    const message = () =>
      `Step '${from.name}' waits for '${to}', which is in the other branch of '${other.condition.name}': ` +
      'only one of the two branches runs.';
    report(place, 'other-branch', message);
  }
}

export function outcomesAreOfConditions(survey: Survey, report: Report): void {
  for (const { target, place, reference } of reaching(survey)) {
    if (target.type === 'Fail' || (reference.kind === 'outcome') === (target.type === 'Condition')) continue;
    const message =
      target.type === 'Condition'
        ? `Of '${target.name}', a Condition step, only Steps.${target.name}.Outcome can be referred to.`
        : `Only a Condition step has an Outcome, and '${target.name}' is a ${target.type} step.`;
    report(place, 'unknown-property', message);
  }
}

const GIVES_OUTPUTS = new Set(['Lambda', 'Callback']);

export function outputParametersAreDeclared(survey: Survey, report: Report): void {
  const declared = namesOf('OutputParameters', 'OutputName');
  for (const { target, place, reference } of reaching(survey)) {
    if (reference.kind !== 'output') continue;
    const names = declared(target);
    if (names.has(reference.name)) continue;
    report(place, 'unknown-output', () => {
      const has = GIVES_OUTPUTS.has(target.type)
        ? `its OutputParameters are ${quoteList([...names])}`
        : `only Lambda and Callback steps have any, and it is a ${target.type} step`;
      return `Step '${target.name}' has no output parameter '${reference.name.slice(0, 80)}': ${has}.`;
    });
  }
}

export function propertyFilesAreDeclared(survey: Survey, report: Report): void {
  const declared = namesOf('PropertyFiles', 'PropertyFileName');
  for (const { target, place, reference } of reaching(survey)) {
    if (reference.kind !== 'file') continue;
    const names = declared(target);
    if (names.has(reference.name)) continue;
    report(place, 'unknown-property-file', () => {
      const has = `its PropertyFiles are ${quoteList([...names])}`;
      return `Step '${target.name}' has no property file '${reference.name.slice(0, 80)}': ${has}.`;
    });
  }
}

/** A reference begins with a member of what the step's Describe operation answers. */
export function propertiesExist(survey: Survey, report: Report): void {
  for (const { target, place, reference } of reaching(survey)) {
    if (reference.kind !== 'property') continue;
    const first = reference.path[0]!;
    const type = STEP_TYPES.find((name) => name === target.type);
    const known = type && membersOf(type)?.response;
    if (GIVES_OUTPUTS.has(target.type)) {
      const message = `Of '${target.name}', a ${target.type} step, only OutputParameters['name'] can be referred to.`;
      report(place, 'unknown-property', message);
    } else if (known && !known.has(String(first))) {
      const message = () =>
        `A ${target.type} step such as '${target.name}' has no property '${formatSegments([first]).slice(0, 80)}'.` +
        didYouMean(String(first), known);
      report(place, 'unknown-property', message);
    }
  }
}

/** `Outputs['train']` where the step declares no such output: what Describe answers mirrors what the job was given. */
export function namedItemsExist(survey: Survey, report: Report): void {
  const named = itemNames();
  for (const { target, place, reference } of reaching(survey)) {
    if (reference.kind !== 'property') continue;
    const missing = missingItem(memberOf(target.raw, 'Arguments'), reference.path, named);
    if (!missing) continue;
    report(place, 'unknown-output', () => {
      const { list, path, name } = missing;
      const has = list.length === 0 ? 'none' : describeMembers(list);
      return `Step '${target.name}' has no '${name.slice(0, 80)}' in its ${formatSegments(path)}: it has ${has}.`;
    });
  }
}

type Missing = { list: Json[]; path: Segment[]; name: string };

/** The list in the Arguments that a path asks for an item that it does not have; undefined if none, or not known yet. */
function missingItem(
  given: Json | undefined,
  path: readonly Segment[],
  named: (list: Json[]) => ReadonlyMap<string, Json> | undefined,
): Missing | undefined {
  let at = given;
  for (const [depth, segment] of path.entries()) {
    if (Array.isArray(at)) {
      const list: Json[] = at;
      const names = typeof segment === 'string' ? named(list) : undefined;
      if (names && !names.has(String(segment))) return { list, path: path.slice(0, depth), name: String(segment) };
      at = names ? names.get(String(segment)) : list[Number(segment)];
    } else at = memberOf(at, String(segment));
    if (at === undefined) return undefined;
  }
  return undefined;
}

/** A list's items by name, computed once a list; undefined when some of them are only named when the pipeline runs. */
function itemNames(): (list: Json[]) => ReadonlyMap<string, Json> | undefined {
  const cache = new Map<Json[], ReadonlyMap<string, Json> | undefined>();
  return (list) => {
    if (cache.has(list)) return cache.get(list);
    const entries = list.map((item) => [itemName(item), item] as const);
    const all = entries.every((entry): entry is [string, Json] => entry[0] !== undefined);
    const names = all ? new Map(entries) : undefined;
    cache.set(list, names);
    return names;
  };
}

/** The names in a list of a step, computed once a step. */
function namesOf(key: string, naming: string): (step: StepNode) => ReadonlySet<string> {
  const cache = new Map<StepNode, ReadonlySet<string>>();
  return (step) => {
    const cached = cache.get(step);
    if (cached) return cached;
    const list = memberOf(step.raw, key);
    const names = (Array.isArray(list) ? list : []).map((item) => memberOf(item, naming));
    const found = new Set(names.filter((name) => typeof name === 'string'));
    cache.set(step, found);
    return found;
  };
}
