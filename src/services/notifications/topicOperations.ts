/** The operations on topics, their permissions and tags, and on what is published in them. */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { topicArn } from './names.ts';
import { addPermission, removePermission } from './permissions.ts';
import { publish, publishBatch, publishTarget } from './publish.ts';
import { addTags, requireTagged, tagging, tagKeys } from './tags.ts';
import { setTopicAttribute, topicAttributes } from './topicAttributes.ts';
import { createTopic, deleteTopic, listTopics, requireTopic } from './topics.ts';

type TopicNames =
  | 'CreateTopic'
  | 'DeleteTopic'
  | 'ListTopics'
  | 'GetTopicAttributes'
  | 'SetTopicAttributes'
  | 'AddPermission'
  | 'RemovePermission';
type PublishNames = 'Publish' | 'PublishBatch';
type TagNames = 'TagResource' | 'UntagResource' | 'ListTagsForResource';

const on =
  (action: string) =>
  ({ TopicArn: resource }: { TopicArn?: string | undefined }): Access[] => [
    { action: `SNS:${action}`, resource: resource! },
  ];

export function topicOperations(parts: Parts): Operations<Sdk, TopicNames> {
  return {
    CreateTopic: writes(
      ({ Name, Tags }, call) => {
        const resource = topicArn(call, Name!);
        return [{ action: 'SNS:CreateTopic', resource, keys: () => tagKeys(Tags) }, ...tagging(resource, Tags)];
      },
      (input, call) => createTopic(parts, input, call),
    ),
    DeleteTopic: writes(on('DeleteTopic'), ({ TopicArn }, call) => {
      deleteTopic(parts, TopicArn!, call);
      return {};
    }),
    ListTopics: reads(
      () => [{ action: 'SNS:ListTopics', resource: '*' }],
      (input, call) => listTopics(parts, input, call),
    ),
    GetTopicAttributes: reads(on('GetTopicAttributes'), ({ TopicArn }, call) =>
      topicAttributes(parts, requireTopic(parts, TopicArn!, call), call),
    ),
    SetTopicAttributes: writes(on('SetTopicAttributes'), ({ TopicArn, AttributeName, AttributeValue = '' }, call) => {
      setTopicAttribute(parts, requireTopic(parts, TopicArn!, call), AttributeName!, AttributeValue);
      return {};
    }),
    AddPermission: writes(on('AddPermission'), ({ TopicArn, Label, AWSAccountId, ActionName }, call) => {
      const topic = requireTopic(parts, TopicArn!, call);
      addPermission(parts, topic, { label: Label!, accounts: AWSAccountId!, actions: ActionName! }, call);
      return {};
    }),
    RemovePermission: writes(on('RemovePermission'), ({ TopicArn, Label }, call) => {
      removePermission(parts, requireTopic(parts, TopicArn!, call), Label!, call);
      return {};
    }),
  };
}

export function publishOperations(parts: Parts): Operations<Sdk, PublishNames> {
  return {
    Publish: writes(
      (input) => [{ action: 'SNS:Publish', resource: publishTarget(input) }],
      (input, call) => publish(parts, input, call),
      'data',
    ),
    PublishBatch: writes(on('Publish'), (input, call) => publishBatch(parts, input, call), 'data'),
  };
}

export function tagOperations(parts: Parts): Operations<Sdk, TagNames> {
  return {
    TagResource: writes(
      ({ ResourceArn, Tags }) => [{ action: 'SNS:TagResource', resource: ResourceArn!, keys: () => tagKeys(Tags) }],
      ({ ResourceArn, Tags }, call) => {
        addTags(parts, requireTagged(parts, ResourceArn!, call), Tags!);
        return {};
      },
    ),
    UntagResource: writes(
      ({ ResourceArn, TagKeys: keys }) => [
        { action: 'SNS:UntagResource', resource: ResourceArn!, keys: () => ({ 'aws:TagKeys': keys }) },
      ],
      ({ ResourceArn, TagKeys: keys }, call) => {
        parts.ports.removeTagsOfKeys(requireTagged(parts, ResourceArn!, call), keys!);
        return {};
      },
    ),
    ListTagsForResource: reads(
      ({ ResourceArn }) => [{ action: 'SNS:ListTagsForResource', resource: ResourceArn! }],
      ({ ResourceArn }, call) => ({ Tags: parts.ports.tagsOf(requireTagged(parts, ResourceArn!, call)) }),
    ),
  };
}
