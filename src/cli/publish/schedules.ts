/**
 * Publishing schedules: each is compared with the one of its name in the project's groups. Whether it is enabled is left as it is
 * on the server, unless the project says it: `telar run` publishes, and must not switch on what somebody has switched off.
 */
import type { CreateScheduleInput, GetScheduleOutput, Scheduler } from '@aws-sdk/client-scheduler';
import { MISSED_TAG } from '../../definition/schedules/missed.ts';
import type { ProjectDocuments, ScheduleDocuments, ScheduleGroupDocuments } from '../../sdk/index.ts';
import { everyPage, unlessMissing } from '../aws.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

type Project = Pick<ProjectDocuments, 'name' | 'account' | 'region' | 'schedules' | 'scheduleGroups'>;

/** Where a project's schedules may be: in the group of its name, or in that of those which are skipped when missed. */
const groupsOf = ({ name }: Pick<Project, 'name'>): string[] => [name, `${name}-skip`];

export async function scheduleGroupChange(
  scheduler: Scheduler,
  { name, missed }: ScheduleGroupDocuments,
  { name: project }: Project,
): Promise<Change> {
  const there = await unlessMissing(scheduler.getScheduleGroup({ Name: name }));
  const Tags = [...projectTags(project), { Key: MISSED_TAG, Value: missed }];
  const about = { kind: 'schedule group', name } as const;
  if (!there) {
    const apply = async () => void (await scheduler.createScheduleGroup({ Name: name, Tags }));
    return { ...about, action: 'create', details: [`missed schedules: ${missed}`], apply };
  }
  const ResourceArn = there.Arn!;
  const { Tags: tags = [] } = await scheduler.listTagsForResource({ ResourceArn });
  const said = tags.find(({ Key }) => Key === MISSED_TAG)?.Value;
  const tagged = Tags.every(({ Key, Value }) => tags.some((one) => one.Key === Key && one.Value === Value));
  if (tagged) return { ...about, action: 'same', details: [] };
  const details = said === missed ? ['tags'] : [`missed schedules: ${said ?? 'as the server says'} becomes ${missed}`];
  const apply = async () => void (await scheduler.tagResource({ ResourceArn, Tags }));
  return { ...about, action: 'change', details, apply };
}

/** @param codeBundleUri undefined for a project without code, whose inputs do not ask for one */
export async function scheduleChange(
  scheduler: Scheduler,
  schedule: ScheduleDocuments,
  project: Project,
  codeBundleUri: `s3://${string}` = 's3://none/none',
): Promise<Change> {
  const { name: Name, group } = schedule;
  const found = await Promise.all(
    groupsOf(project).map((GroupName) => unlessMissing(scheduler.getSchedule({ GroupName, Name }))),
  );
  const there = found.find((one) => one?.GroupName === group);
  const elsewhere = found.find((one) => one !== undefined && one.GroupName !== group);
  const wanted = requestOf(schedule, codeBundleUri, there ?? elsewhere);
  const leave = async () =>
    void (elsewhere && (await scheduler.deleteSchedule({ GroupName: elsewhere.GroupName, Name })));
  const about = { kind: 'schedule', name: Name } as const;
  if (!there) {
    const apply = async () => {
      await scheduler.createSchedule(wanted);
      await leave();
    };
    if (elsewhere) {
      const details = [
        `moves from group ${elsewhere.GroupName} to ${group}`,
        ...scheduleDifferences(elsewhere, wanted),
      ];
      return { ...about, action: 'change', details, apply };
    }
    return { ...about, action: 'create', details: [whenWords(wanted)], apply };
  }
  const details = scheduleDifferences(there, wanted);
  if (elsewhere) details.push(`a copy in group ${elsewhere.GroupName} goes`);
  if (details.length === 0) return { ...about, action: 'same', details };
  const apply = async () => {
    await scheduler.updateSchedule(wanted);
    await leave();
  };
  return { ...about, action: 'change', details, apply };
}

function requestOf(
  schedule: ScheduleDocuments,
  uri: `s3://${string}`,
  there: Configured | undefined,
): CreateScheduleInput {
  const { name, group, description, expression, timeZone, start, end, flexibleMinutes, enabled } = schedule;
  const parameters = schedule.parameters && Object.entries(schedule.parameters(uri));
  return {
    ...{ Name: name, GroupName: group, Description: description },
    ...{ ScheduleExpression: expression, ScheduleExpressionTimezone: timeZone },
    StartDate: startOf(start, there),
    EndDate: end === undefined ? undefined : new Date(end),
    State: enabled === undefined ? (there?.State ?? 'ENABLED') : enabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow:
      flexibleMinutes === undefined ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: flexibleMinutes },
    Target: {
      Arn: schedule.targetArn,
      RoleArn: schedule.roleArn,
      Input: schedule.input?.(uri),
      SageMakerPipelineParameters: parameters && {
        PipelineParameterList: parameters.map(([Name, Value]) => ({ Name, Value })),
      },
    },
  };
}

/** A start that is long past says nothing any more, and nobody takes it anew. */
function startOf(start: string | undefined, there: Configured | undefined): Date | undefined {
  if (start === undefined) return undefined;
  const date = new Date(start);
  const known = there?.StartDate?.getTime() === date.getTime();
  return known || date.getTime() > Date.now() ? date : undefined;
}

type Configured = Omit<GetScheduleOutput, '$metadata'> | CreateScheduleInput;

/** What differs, in words. */
function scheduleDifferences(there: Configured, wanted: Configured): string[] {
  const words: string[] = [];
  const compare = (noun: string, of: (one: Configured) => string) => {
    const [before, after] = [of(there), of(wanted)];
    if (before !== after) words.push(`${noun}: ${before} becomes ${after}`);
  };
  compare('when', whenWords);
  compare('state', ({ State }) => (State === 'DISABLED' ? 'disabled' : 'enabled'));
  compare('target', ({ Target }) => Target?.Arn ?? '');
  compare('role', ({ Target }) => Target?.RoleArn ?? '');
  compare('description', ({ Description }) => (Description ? `'${Description}'` : 'none'));
  if (inputWords(there) !== inputWords(wanted)) words.push('input: changed');
  return words;
}

function whenWords(one: Configured): string {
  const { ScheduleExpression = '', ScheduleExpressionTimezone: zone = 'UTC', StartDate, EndDate } = one;
  const minutes = one.FlexibleTimeWindow?.MaximumWindowInMinutes;
  return [
    `${ScheduleExpression} ${zone}`,
    ...(StartDate ? [`from ${StartDate.toISOString()}`] : []),
    ...(EndDate ? [`to ${EndDate.toISOString()}`] : []),
    ...(minutes === undefined ? [] : [`within ${minutes} min`]),
  ].join(', ');
}

const inputWords = ({ Target }: Configured): string =>
  JSON.stringify([Target?.Input, Target?.SageMakerPipelineParameters?.PipelineParameterList ?? []]);

/** Schedules in the project's groups that it no longer names, to be deleted. */
export async function prunedSchedules(scheduler: Scheduler, project: Project): Promise<Change[]> {
  const named = new Set(project.schedules.map(({ name }) => name));
  const groups = await Promise.all(groupsOf(project).map((group) => unnamedIn(scheduler, project, group, named)));
  return groups.flat();
}

async function unnamedIn(
  scheduler: Scheduler,
  project: Project,
  GroupName: string,
  named: ReadonlySet<string>,
): Promise<Change[]> {
  const group = await unlessMissing(scheduler.getScheduleGroup({ Name: GroupName }));
  if (!group) return [];
  const { Tags: tags = [] } = await scheduler.listTagsForResource({ ResourceArn: group.Arn });
  const mine = projectTags(project.name).every(({ Key, Value }) =>
    tags.some((one) => one.Key === Key && one.Value === Value),
  );
  if (!mine) return [];
  const there = await everyPage(async (NextToken) => {
    const page = await scheduler.listSchedules({ GroupName, NextToken, MaxResults: 100 });
    return { items: page.Schedules, next: page.NextToken };
  });
  return there
    .filter(({ Name = '' }) => !named.has(Name))
    .map(({ Name = '' }) => ({
      ...{ kind: 'schedule', name: Name, action: 'delete', details: ['the project no longer has it'] },
      apply: async () => void (await scheduler.deleteSchedule({ GroupName, Name })),
    }));
}
