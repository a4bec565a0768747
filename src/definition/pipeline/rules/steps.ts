/** Rules about single steps and how they are laid out: one function each, each independent of the others. */
import { parseDuration } from '../../../base/duration.ts';
import { itemName } from '../jsonPath.ts';
import { membersOf } from '../members.ts';
import { inside, isObject, kindOf, memberOf, type Place, quoteList, type Report } from '../problems.ts';
import { didYouMean } from '../suggest.ts';
import { isExpression, type StepNode, type Survey } from '../survey.ts';
import { type Json, STEP_TYPES } from '../types.ts';

/** Names are unique over the whole pipeline, branches included. */
export function uniqueStepNames(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    const first = survey.stepByName.get(step.name);
    if (!first || first === step) continue;
    const bothSides = first.branch && step.branch && first.branch.condition === step.branch.condition;
    const message =
      bothSides && first.branch?.side !== step.branch?.side
        ? `Step '${step.name}' is in both branches of '${step.branch?.condition.name}'. Put it into one, or make two steps.`
        : `There is more than one step '${step.name}'. Give each its own name, those inside branches too.`;
    report(inside(step.place, 'Name'), 'duplicate-step', message);
  }
}

export function noNestedConditions(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    if (step.type !== 'Condition' || !step.branch) continue;
    const message =
      `Condition step '${step.name}' stands inside a branch of '${step.branch.condition.name}': conditions do not ` +
      `nest. Put it at the top level and let it compare Steps.${step.branch.condition.name}.Outcome.`;
    report(step.place, 'nested-condition', message);
  }
}

/** Arguments have no member that the step's operation does not know: AWS's servers would drop it in silence. */
export function knownArguments(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    const type = STEP_TYPES.find((name) => name === step.type);
    const members = type && membersOf(type);
    const given = memberOf(step.raw, 'Arguments');
    if (!members || !isObject(given)) continue;
    for (const key of Object.keys(given)) {
      if (members.request.has(key)) continue;
      report(inside(inside(step.place, 'Arguments'), key), 'unknown-argument', () => {
        const where = `${members.operation}, which step '${step.name}' calls`;
        return `Unknown Argument member '${key.slice(0, 80)}': it is not in ${where}.${didYouMean(key, members.request)}`;
      });
    }
  }
}

/** What a Fail step says is a text, or an expression that gives one. */
export function failMessagesAreTexts(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    const message = step.type === 'Fail' ? memberOf(memberOf(step.raw, 'Arguments'), 'ErrorMessage') : undefined;
    if (message === undefined || typeof message === 'string' || isExpression(message)) continue;
    const place = inside(inside(step.place, 'Arguments'), 'ErrorMessage');
    report(place, 'wrong-type', () => `ErrorMessage must be a string or an expression, and is ${kindOf(message)}.`);
  }
}

export function cacheExpires(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    const config = memberOf(step.raw, 'CacheConfig');
    const expiry = memberOf(config, 'ExpireAfter');
    const place = inside(step.place, 'CacheConfig');
    if (memberOf(config, 'Enabled') === true && expiry === undefined) {
      const message = `CacheConfig of step '${step.name}' is enabled and needs ExpireAfter: a duration such as P30D.`;
      report(place, 'cache-expiry', message);
    } else if (typeof expiry === 'string' && (expiry.length > 64 || parseDuration(expiry) === undefined)) {
      const message = () => `ExpireAfter must be an ISO 8601 duration such as P30D or PT12H, and is ${kindOf(expiry)}.`;
      report(inside(place, 'ExpireAfter'), 'cache-expiry', message);
    }
  }
}

export function retriesEndOneWay(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    for (const [place, policy] of listed(step, 'RetryPolicies')) {
      if (memberOf(policy, 'MaxAttempts') === undefined || memberOf(policy, 'ExpireAfterMin') === undefined) continue;
      const message = `A retry policy of step '${step.name}' has both MaxAttempts and ExpireAfterMin. Keep one of them.`;
      report(place, 'retry-policy', message);
    }
  }
}

export function uniquePropertyFiles(survey: Survey, report: Report): void {
  for (const step of survey.steps) reportRepeats(step, 'PropertyFiles', 'PropertyFileName', 'property file', report);
}

export function uniqueOutputParameters(survey: Survey, report: Report): void {
  for (const step of survey.steps) reportRepeats(step, 'OutputParameters', 'OutputName', 'output parameter', report);
}

function reportRepeats(step: StepNode, key: string, naming: string, what: string, report: Report): void {
  const seen = new Set<string>();
  for (const [place, item] of listed(step, key)) {
    const name = memberOf(item, naming);
    if (typeof name !== 'string') continue;
    if (seen.has(name)) {
      const message = () => `Step '${step.name}' has more than one ${what} '${name.slice(0, 80)}'.`;
      report(inside(place, naming), 'duplicate-name', message);
    }
    seen.add(name);
  }
}

export function propertyFilesHaveTheirOutput(survey: Survey, report: Report): void {
  for (const step of survey.steps) {
    const files = [...listed(step, 'PropertyFiles')];
    if (files.length === 0) continue;
    const outputs = outputNames(step);
    for (const [place, file] of files) {
      const output = memberOf(file, 'OutputName');
      if (typeof output !== 'string' || !outputs || outputs.includes(output)) continue;
      report(inside(place, 'OutputName'), 'unknown-output', () => {
        const has = outputs.length === 0 ? 'it has none' : `it has ${quoteList(outputs)}`;
        return `Step '${step.name}' has no output '${output.slice(0, 80)}' to hold this property file: ${has}.`;
      });
    }
  }
}

/** Names of a Processing step's outputs; undefined when some are only known when the pipeline runs. */
function outputNames(step: StepNode): string[] | undefined {
  const config = memberOf(memberOf(step.raw, 'Arguments'), 'ProcessingOutputConfig');
  const outputs = memberOf(config, 'Outputs');
  if (outputs === undefined) return config === undefined ? [] : undefined;
  if (!Array.isArray(outputs)) return undefined;
  const names = outputs.map(itemName);
  return names.every((name) => name !== undefined) ? names : undefined;
}

function* listed(step: StepNode, key: string): Generator<[Place, Json]> {
  const list = memberOf(step.raw, key);
  if (!Array.isArray(list)) return;
  const place = inside(step.place, key);
  for (const [index, item] of list.entries()) yield [inside(place, index), item];
}
