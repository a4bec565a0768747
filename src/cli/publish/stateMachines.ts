/**
 * Publishing state machines and the log groups that they log into. A machine is updated only where it differs, so that it gets a
 * new revision only then.
 *
 * M1. With `--prune`, machines that bear the project's tag and that the project no longer names are deleted; those of others
 *     never are.
 */
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { DescribeStateMachineOutput, SFN } from '@aws-sdk/client-sfn';
import { parsedDefinition, statesOf } from '../../definition/asl/states.ts';
import { canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { StateMachineDocuments } from '../../sdk/index.ts';
import { everyPage, unlessMissing } from '../aws.ts';
import { failure } from '../errors.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

const KIND = 'state machine';
/** Of ListStateMachines. */
const PAGE = 1000;

/** @throws TypeChanged: AWS updates a machine, but never its type */
export async function stateMachineChange(sfn: SFN, machine: StateMachineDocuments, project: string): Promise<Change> {
  const { name, arn, type, definition, roleArn, loggingConfiguration = { level: 'OFF' as const } } = machine;
  const there = await unlessMissing(sfn.describeStateMachine({ stateMachineArn: arn }));
  if (!there) {
    const tags = projectTags(project).map(({ Key, Value }) => ({ key: Key, value: Value }));
    return {
      kind: KIND,
      name,
      action: 'create',
      details: [`${type.toLowerCase()}, states ${[...statesOf(definition).keys()].join(', ')}`],
      apply: async () =>
        void (await sfn.createStateMachine({ name, type, definition, roleArn, loggingConfiguration, tags })),
    };
  }
  if (there.type !== type) {
    throw failure(
      'TypeChanged',
      `State machine '${name}' is ${there.type} on the server, and the project says ${type}: a machine's type cannot change. Give it another name, or delete it there first (aws stepfunctions delete-state-machine --state-machine-arn ${arn}). Nothing was published.`,
    );
  }
  const details = machineDifferences(there, machine);
  if (details.length === 0) return { kind: KIND, name, action: 'same', details };
  return {
    kind: KIND,
    name,
    action: 'change',
    details,
    apply: async () =>
      void (await sfn.updateStateMachine({ stateMachineArn: arn, definition, roleArn, loggingConfiguration })),
  };
}

/** What differs, in words. */
export function machineDifferences(
  there: Pick<DescribeStateMachineOutput, 'definition' | 'roleArn' | 'loggingConfiguration'>,
  wanted: StateMachineDocuments,
): string[] {
  const words = definitionDifferences(there.definition ?? '{}', wanted.definition);
  if (there.roleArn !== wanted.roleArn) words.push(`role: ${there.roleArn} becomes ${wanted.roleArn}`);
  const [before, after] = [loggingWords(there.loggingConfiguration), loggingWords(wanted.loggingConfiguration)];
  if (before !== after) words.push(`logging: ${before} becomes ${after}`);
  return words;
}

function definitionDifferences(before: string, after: string): string[] {
  if (canonicalJson(parsedDefinition(before)) === canonicalJson(parsedDefinition(after))) return [];
  const text = (definition: string) =>
    new Map([...statesOf(definition)].map(([name, { state }]) => [name, canonicalJson(withoutStates(state))]));
  const [old, fresh] = [text(before), text(after)];
  const words: string[] = [];
  for (const [name, state] of fresh) {
    if (!old.has(name)) words.push(`state ${name}: new`);
    else if (old.get(name) !== state) words.push(`state ${name}: changed`);
  }
  for (const name of old.keys()) if (!fresh.has(name)) words.push(`state ${name}: removed`);
  return words.length > 0 ? words : ['definition: changed'];
}

/** A state without those inside of it, which are compared by themselves. */
function withoutStates(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutStates);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => name !== 'States');
  return Object.fromEntries(members.map(([name, member]) => [name, withoutStates(member)]));
}

function loggingWords(logging: DescribeStateMachineOutput['loggingConfiguration']): string {
  const { level = 'OFF', includeExecutionData = false, destinations = [] } = logging ?? {};
  if (level === 'OFF') return 'off';
  const groups = destinations.map(({ cloudWatchLogsLogGroup: to }) => groupName(to?.logGroupArn ?? ''));
  return `${level} into ${groups.join(', ')}${includeExecutionData ? ' with data' : ''}`;
}

/** @example groupName('arn:aws:logs:eu-west-1:123456789012:log-group:/states/titanic:*') // '/states/titanic' */
export function groupName(arn: string): string {
  return arn.replace(/^.*?:log-group:/, '').replace(/:\*$/, '');
}

/** The log groups that machines log into, each once. */
export function logGroupsOf(machines: readonly StateMachineDocuments[]): string[] {
  const arns = machines.flatMap(({ loggingConfiguration }) =>
    (loggingConfiguration?.destinations ?? []).map(({ cloudWatchLogsLogGroup }) => cloudWatchLogsLogGroup.logGroupArn),
  );
  return [...new Set(arns.map(groupName))];
}

export async function logGroupChange(logs: CloudWatchLogs, name: string, project: string): Promise<Change> {
  const groups = await everyPage(async (nextToken) => {
    const page = await logs.describeLogGroups({ logGroupNamePrefix: name, nextToken });
    return { items: page.logGroups, next: page.nextToken };
  });
  if (groups.some(({ logGroupName }) => logGroupName === name)) {
    return { kind: 'log group', name, action: 'same', details: [] };
  }
  const tags = Object.fromEntries(projectTags(project).map(({ Key, Value }) => [Key, Value]));
  return {
    kind: 'log group',
    name,
    action: 'create',
    details: [],
    apply: async () => void (await logs.createLogGroup({ logGroupName: name, tags })),
  };
}

/** The project's machines that it no longer names, to be deleted. */
export async function prunedMachines(
  sfn: SFN,
  machines: readonly StateMachineDocuments[],
  project: string,
): Promise<Change[]> {
  const named = new Set(machines.map(({ name }) => name));
  const there = await everyPage(async (nextToken) => {
    const page = await sfn.listStateMachines({ maxResults: PAGE, nextToken });
    return { items: page.stateMachines, next: page.nextToken };
  });
  const others = there.filter(({ name = '' }) => !named.has(name));
  const mine = await Promise.all(
    others.map(async ({ stateMachineArn: resourceArn }) => {
      const { tags = [] } = await sfn.listTagsForResource({ resourceArn });
      return projectTags(project).every(({ Key, Value }) =>
        tags.some(({ key, value }) => key === Key && value === Value),
      );
    }),
  );
  return others
    .filter((_, index) => mine[index])
    .map(({ name = '', stateMachineArn }) => ({
      kind: KIND,
      name,
      action: 'delete',
      details: ['the project no longer has it; executions under way are stopped'],
      apply: async () => void (await sfn.deleteStateMachine({ stateMachineArn })),
    }));
}
