/** The operations on activities, and on the tags of machines and activities. */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import { createActivity, deleteActivity, describeActivity, listActivities, requireActivity } from './activities.ts';
import type { Parts, Sdk } from './context.ts';
import { activityArn } from './names.ts';
import { addTags, requireTagged, tagging, tagKeys, tagsOf } from './tags.ts';

type ActivityNames = 'CreateActivity' | 'DescribeActivity' | 'ListActivities' | 'DeleteActivity';
type TagNames = 'TagResource' | 'UntagResource' | 'ListTagsForResource';

export function activityOperations(parts: Parts): Operations<Sdk, ActivityNames> {
  const on =
    (action: string) =>
    (input: { activityArn?: string | undefined }): Access[] => [
      { action: `states:${action}`, resource: input.activityArn! },
    ];
  return {
    CreateActivity: writes(
      ({ name, tags }, call) => {
        const resource = activityArn(call, name!);
        return [{ action: 'states:CreateActivity', resource, keys: () => tagKeys(tags) }, ...tagging(resource, tags)];
      },
      (input, call) => createActivity(parts, input, call),
    ),
    DescribeActivity: reads(on('DescribeActivity'), (input, call) =>
      describeActivity(requireActivity(parts, input.activityArn!, call), call),
    ),
    ListActivities: reads(
      () => [{ action: 'states:ListActivities', resource: '*' }],
      (input, call) => listActivities(parts, input, call),
    ),
    DeleteActivity: writes(on('DeleteActivity'), (input, call) => {
      deleteActivity(parts, input.activityArn!, call);
      return {};
    }),
  };
}

export function tagOperations(parts: Parts): Operations<Sdk, TagNames> {
  return {
    TagResource: writes(
      ({ resourceArn, tags }) => [{ action: 'states:TagResource', resource: resourceArn!, keys: () => tagKeys(tags) }],
      ({ resourceArn, tags }, call) => {
        addTags(parts, requireTagged(parts, resourceArn!, call), tags!);
        return {};
      },
    ),
    UntagResource: writes(
      ({ resourceArn, tagKeys: keys }) => [
        { action: 'states:UntagResource', resource: resourceArn!, keys: () => ({ 'aws:TagKeys': keys }) },
      ],
      ({ resourceArn, tagKeys: keys }, call) => {
        parts.ports.removeTagsOfKeys(requireTagged(parts, resourceArn!, call), keys!);
        return {};
      },
    ),
    ListTagsForResource: reads(
      ({ resourceArn }) => [{ action: 'states:ListTagsForResource', resource: resourceArn! }],
      ({ resourceArn }, call) => ({ tags: tagsOf(parts, requireTagged(parts, resourceArn!, call)) }),
    ),
  };
}
