/**
 * Publishing rules and their targets. A rule of the project has the targets that the project says, and no others.
 *
 * R1. With `--prune`, rules that bear the project's tag and that the project no longer names are deleted with their targets; those of
 *     others never are.
 */
import type { DescribeRuleResponse, EventBridge, PutTargetsResponse, Target } from '@aws-sdk/client-eventbridge';
import { canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { RuleDocuments, RuleTargetDocument } from '../../sdk/index.ts';
import { everyPage, unlessMissing } from '../aws.ts';
import { failure } from '../errors.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

const KIND = 'rule';

/**
 * Whether a rule is enabled is left as it is on the server, unless the project says it: `telar run` publishes, and must not switch on
 * what somebody has switched off.
 *
 * @param codeBundleUri undefined for a project without code, whose inputs do not ask for one
 */
export async function ruleChange(
  events: EventBridge,
  wanted: RuleDocuments,
  project: string,
  codeBundleUri: `s3://${string}` = 's3://none/none',
): Promise<Change> {
  const { name, arn, rule } = wanted;
  const targets = wanted.targets(codeBundleUri);
  const there = await unlessMissing(events.describeRule({ Name: name }));
  const putTargets = async () => requireTaken(name, await events.putTargets({ Rule: name, Targets: targets }));
  if (!there) {
    return {
      ...{
        kind: KIND,
        name,
        action: 'create',
        details: [occasion(rule), ...targets.map(({ Arn }) => `starts ${Arn}`)],
      },
      async apply() {
        await events.putRule({ ...rule, Tags: [...projectTags(project), ...wanted.tags] });
        await putTargets();
      },
    };
  }
  const [before, { Tags = [] }] = await Promise.all([
    targetsOf(events, name),
    events.listTagsForResource({ ResourceARN: arn }),
  ]);
  const details = [
    ...ruleDifferences(there, rule),
    ...targetDifferences(before, targets),
    ...tagDifferences(Tags, wanted.tags),
  ];
  if (details.length === 0) return { kind: KIND, name, action: 'same', details };
  const gone = before.map(({ Id = '' }) => Id).filter((id) => !targets.some(({ Id }) => Id === id));
  return {
    ...{ kind: KIND, name, action: 'change', details },
    async apply() {
      // Without a state, PutRule enables.
      await events.putRule({ State: there.State, ...rule });
      if (gone.length > 0) await events.removeTargets({ Rule: name, Ids: gone });
      await putTargets();
      if (wanted.tags.length > 0) await events.tagResource({ ResourceARN: arn, Tags: wanted.tags });
      else await events.untagResource({ ResourceARN: arn, TagKeys: [MISSED] });
    },
  };
}

const MISSED = 'telar:missed';

/** PutTargets answers what it does not take. @throws TargetRefused */
function requireTaken(rule: string, { FailedEntries: [refused] = [] }: PutTargetsResponse): void {
  if (refused)
    throw failure('TargetRefused', `Target '${refused.TargetId}' of rule '${rule}': ${refused.ErrorMessage}`);
}

const occasion = ({ EventPattern, ScheduleExpression }: RuleDocuments['rule']): string =>
  [ScheduleExpression, EventPattern].filter((one) => one !== undefined).join(' and ');

function ruleDifferences(there: DescribeRuleResponse, wanted: RuleDocuments['rule']): string[] {
  const words: string[] = [];
  const compare = (what: string, before: string | undefined, after: string | undefined) => {
    if (normal(before) !== normal(after)) words.push(`${what}: ${before ?? 'none'} becomes ${after ?? 'none'}`);
  };
  compare('description', there.Description, wanted.Description);
  compare('pattern', there.EventPattern, wanted.EventPattern);
  compare('schedule', there.ScheduleExpression, wanted.ScheduleExpression);
  if (wanted.State !== undefined) compare('state', there.State, wanted.State);
  return words;
}

/** JSON without its blanks and in one order; other texts as they are. */
function normal(text: string | undefined): string | undefined {
  try {
    return text && canonicalJson(JSON.parse(text) as Json);
  } catch {
    return text;
  }
}

function targetDifferences(before: readonly Target[], wanted: readonly RuleTargetDocument[]): string[] {
  const old = new Map(before.map((target) => [target.Id, canonicalJson(JSON.parse(JSON.stringify(target)) as Json)]));
  const changed = wanted.flatMap((target) => {
    if (!old.has(target.Id)) return [`target ${target.Id}: new, ${target.Arn}`];
    return old.get(target.Id) === canonicalJson(target as unknown as Json) ? [] : [`target ${target.Id}: changed`];
  });
  const removed = before.filter(({ Id }) => !wanted.some((target) => target.Id === Id));
  return [...changed, ...removed.map(({ Id }) => `target ${Id}: removed`)];
}

type Tag = { Key?: string | undefined; Value?: string | undefined };

function tagDifferences(there: readonly Tag[], wanted: readonly Tag[]): string[] {
  const of = (tags: readonly Tag[]) => tags.find(({ Key }) => Key === MISSED)?.Value;
  const [before, after] = [of(there), of(wanted)];
  return before === after ? [] : [`missed schedules: ${before ?? 'run-once'} becomes ${after ?? 'run-once'}`];
}

const targetsOf = (events: EventBridge, Rule: string): Promise<Target[]> =>
  everyPage(async (NextToken) => {
    const page = await events.listTargetsByRule({ Rule, NextToken });
    return { items: page.Targets, next: page.NextToken };
  });

/** The project's rules that it no longer names, to be deleted. */
export async function prunedRules(
  events: EventBridge,
  rules: readonly RuleDocuments[],
  project: string,
): Promise<Change[]> {
  const named = new Set(rules.map(({ name }) => name));
  const there = await everyPage(async (NextToken) => {
    const page = await events.listRules({ NextToken });
    return { items: page.Rules, next: page.NextToken };
  });
  const others = there.filter(({ Name = '' }) => !named.has(Name));
  const mine = await Promise.all(
    others.map(async ({ Arn }) => {
      const { Tags = [] } = await events.listTagsForResource({ ResourceARN: Arn });
      return projectTags(project).every((tag) => Tags.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value));
    }),
  );
  return others
    .filter((_, index) => mine[index])
    .map(({ Name = '' }) => ({
      ...{ kind: KIND, name: Name, action: 'delete', details: ['the project no longer has it'] },
      async apply() {
        const Ids = (await targetsOf(events, Name)).map(({ Id = '' }) => Id);
        if (Ids.length > 0) await events.removeTargets({ Rule: Name, Ids });
        await events.deleteRule({ Name });
      },
    }));
}
