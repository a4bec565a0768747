/** The exhaustive table of Amazon EventBridge Scheduler. */
import { passRole, requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import type { CreateInput, Parts, Sdk } from './context.ts';
import { createGroup, deleteGroup, describeGroup, listGroups, requireGroup, requireTagged, tag } from './groups.ts';
import { groupArn, scheduleArn } from './names.ts';
import type { GivenTag } from './ports.ts';
import { removeSchedule } from './removal.ts';
import {
  arnOf,
  createSchedule,
  describeSchedule,
  listSchedules,
  type Named,
  requireSchedule,
  updateSchedule,
} from './schedules.ts';
import { once } from './tokens.ts';

type Names =
  | `${'Create' | 'Get' | 'Update' | 'Delete'}Schedule`
  | `${'Create' | 'Get' | 'Delete'}ScheduleGroup`
  | 'ListSchedules'
  | 'ListScheduleGroups'
  | 'TagResource'
  | 'UntagResource'
  | 'ListTagsForResource';

const on =
  (action: string) =>
  (input: Named, call: Call): Access[] => [{ action: `scheduler:${action}`, resource: arnOf(call, input) }];

/** Handing a role to a schedule needs iam:PassRole on it. */
const handing =
  (action: string) =>
  (input: CreateInput, call: Call): Access[] => [
    ...on(action)(input, call),
    passRole(input.Target!.RoleArn!, 'scheduler.amazonaws.com'),
  ];

const onGroup =
  (action: string) =>
  (input: Named, call: Call): Access[] => [{ action: `scheduler:${action}`, resource: groupArn(call, input.Name!) }];

const onTags =
  (action: string) =>
  (input: {
    ResourceArn?: string | undefined;
    Tags?: readonly GivenTag[] | undefined;
    TagKeys?: readonly string[] | undefined;
  }): Access[] => [
    {
      action: `scheduler:${action}`,
      resource: input.ResourceArn!,
      keys: () => ({ 'aws:TagKeys': input.TagKeys, ...requestTagKeys(input.Tags) }),
    },
  ];

/** @param groupDeleting takes up a group that was just marked */
export function schedulerOperations(parts: Parts, groupDeleting: () => void): Operations<Sdk, Names> {
  return {
    CreateSchedule: writes(handing('CreateSchedule'), (input, call) =>
      once(parts, 'CreateSchedule', input, call, () => createSchedule(parts, input, call)),
    ),
    GetSchedule: reads(on('GetSchedule'), (input, call) => describeSchedule(requireSchedule(parts, input, call), call)),
    UpdateSchedule: writes(handing('UpdateSchedule'), (input, call) =>
      once(parts, 'UpdateSchedule', input, call, () => updateSchedule(parts, input, call)),
    ),
    DeleteSchedule: writes(on('DeleteSchedule'), (input, call) =>
      once(parts, 'DeleteSchedule', input, call, () => {
        removeSchedule(parts, requireSchedule(parts, input, call));
        return {};
      }),
    ),
    ListSchedules: reads(
      ({ GroupName = '*' }, call) => [
        { action: 'scheduler:ListSchedules', resource: scheduleArn(call, GroupName, '*') },
      ],
      (input, call) => listSchedules(parts, input, call),
    ),
    ...groupOperations(parts, groupDeleting),
    ...tagOperations(parts),
  };
}

function groupOperations(
  parts: Parts,
  groupDeleting: () => void,
): Pick<Operations<Sdk, Names>, `${'Create' | 'Get' | 'Delete'}ScheduleGroup` | 'ListScheduleGroups'> {
  return {
    CreateScheduleGroup: writes(
      (input, call) => {
        const keys = () => requestTagKeys(input.Tags);
        const [create] = onGroup('CreateScheduleGroup')(input, call);
        const tagging = { action: 'scheduler:TagResource', resource: create!.resource, keys };
        return [{ ...create!, keys }, ...(input.Tags?.length ? [tagging] : [])];
      },
      (input, call) => once(parts, 'CreateScheduleGroup', input, call, () => createGroup(parts, input, call)),
    ),
    GetScheduleGroup: reads(onGroup('GetScheduleGroup'), ({ Name }, call) =>
      describeGroup(call, requireGroup(parts, call, Name!)),
    ),
    DeleteScheduleGroup: writes(onGroup('DeleteScheduleGroup'), (input, call) =>
      once(parts, 'DeleteScheduleGroup', input, call, () => {
        deleteGroup(parts, input.Name!, call);
        groupDeleting();
        return {};
      }),
    ),
    ListScheduleGroups: reads(
      (_input, call) => [{ action: 'scheduler:ListScheduleGroups', resource: groupArn(call, '*') }],
      (input, call) => listGroups(parts, input, call),
    ),
  };
}

function tagOperations(
  parts: Parts,
): Pick<Operations<Sdk, Names>, 'TagResource' | 'UntagResource' | 'ListTagsForResource'> {
  const { db, ports } = parts;
  const touched = (arn: string, call: Call): string => {
    const name = requireTagged(parts, arn, call);
    db.touchGroup({ region: call.region, name, modified_at: call.now });
    return arn;
  };
  return {
    TagResource: writes(onTags('TagResource'), ({ ResourceArn, Tags }, call) => {
      tag(parts, touched(ResourceArn!, call), Tags!);
      return {};
    }),
    UntagResource: writes(onTags('UntagResource'), ({ ResourceArn, TagKeys }, call) => {
      ports.removeTagsOfKeys(touched(ResourceArn!, call), TagKeys!);
      return {};
    }),
    ListTagsForResource: reads(onTags('ListTagsForResource'), ({ ResourceArn }, call) => {
      requireTagged(parts, ResourceArn!, call);
      return { Tags: ports.tagsOf(ResourceArn!) };
    }),
  };
}
