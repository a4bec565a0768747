/**
 * The one table of this service: every operation of SQS. As on AWS a batch needs the permission of its single operation.
 */
import { type Access, type Call, type Operations, reads, streams, writes } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { queueErrors } from './errors.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './inFlight.ts';
import { type Moves, sourceOfHandle } from './moves.ts';
import { arnByUrl, namedByArn, queueArn } from './names.ts';
import { addPermission, removePermission } from './permissions.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  purgeQueue,
  requireQueue,
  setQueueAttributes,
} from './queues.ts';
import { receiveMessage } from './receive.ts';
import { sendMessage, sendMessageBatch } from './send.ts';
import { addTags, tagKeys, tagsOf } from './tags.ts';

/** By the names of the SDK's commands: an operation that is new in the SDK is a type error here. */
type All = Exclude<{ [K in keyof Sdk]: K extends `${infer Name}Command` ? Name : never }[keyof Sdk], '$'>;
type MessageNames = Extract<All, `${string}Message` | `${string}MessageBatch` | `ChangeMessage${string}`>;
type MoveNames = Extract<All, `${string}MessageMoveTask${string}`>;

export function queuesOperations(parts: Parts, moves: Moves): Operations<Sdk, All> {
  return {
    ...queueOperations(parts),
    ...settingOperations(parts),
    ...messageOperations(parts),
    ...moveOperations(moves),
  };
}

const on =
  (action: string) =>
  ({ QueueUrl: url = '' }: { QueueUrl?: string | undefined }, call: Call): Access[] => [
    { action: `sqs:${action}`, resource: arnByUrl(url, call) },
  ];

type QueueNames =
  | 'CreateQueue'
  | 'GetQueueUrl'
  | 'ListQueues'
  | 'DeleteQueue'
  | 'PurgeQueue'
  | 'ListDeadLetterSourceQueues';

function queueOperations(parts: Parts): Operations<Sdk, QueueNames> {
  return {
    CreateQueue: writes(
      ({ QueueName: name = '', tags }, call) => {
        const resource = queueArn(call, name);
        const keys = () => tagKeys(tags);
        const tagging = tags && Object.keys(tags).length > 0 ? [{ action: 'sqs:TagQueue', resource, keys }] : [];
        return [{ action: 'sqs:CreateQueue', resource, keys }, ...tagging];
      },
      (input, call) => createQueue(parts, input, call),
    ),
    GetQueueUrl: reads(
      ({ QueueName: name = '', QueueOwnerAWSAccountId: account }, call) => [
        { action: 'sqs:GetQueueUrl', resource: queueArn({ ...call, account: account ?? call.account }, name) },
      ],
      (input, call) => getQueueUrl(parts, input, call),
    ),
    ListQueues: reads(
      (_, call) => [{ action: 'sqs:ListQueues', resource: queueArn(call, '*') }],
      (input, call) => listQueues(parts, input, call),
    ),
    DeleteQueue: writes(on('DeleteQueue'), ({ QueueUrl: url = '' }, call) => {
      deleteQueue(parts, url, call);
      return {};
    }),
    PurgeQueue: writes(on('PurgeQueue'), ({ QueueUrl: url = '' }, call) => {
      purgeQueue(parts, url, call);
      return {};
    }),
    ListDeadLetterSourceQueues: reads(on('ListDeadLetterSourceQueues'), (input, call) =>
      listDeadLetterSourceQueues(parts, input, call),
    ),
  };
}

type SettingNames = 'GetQueueAttributes' | 'SetQueueAttributes' | 'AddPermission' | 'RemovePermission';
type TagNames = 'TagQueue' | 'UntagQueue' | 'ListQueueTags';

function settingOperations(parts: Parts): Operations<Sdk, SettingNames | TagNames> {
  return {
    GetQueueAttributes: reads(on('GetQueueAttributes'), (input, call) => getQueueAttributes(parts, input, call)),
    SetQueueAttributes: writes(on('SetQueueAttributes'), (input, call) => {
      setQueueAttributes(parts, input, call);
      return {};
    }),
    AddPermission: writes(on('AddPermission'), (input, call) => {
      addPermission(parts, input, call);
      return {};
    }),
    RemovePermission: writes(on('RemovePermission'), (input, call) => {
      removePermission(parts, input, call);
      return {};
    }),
    TagQueue: writes(
      (input, call) => on('TagQueue')(input, call).map((one) => ({ ...one, keys: () => tagKeys(input.Tags) })),
      ({ QueueUrl: url = '', Tags: tags = {} }, call) => {
        addTags(parts, requireQueue(parts, url, call).arn, tags);
        return {};
      },
    ),
    UntagQueue: writes(
      (input, call) =>
        on('UntagQueue')(input, call).map((one) => ({ ...one, keys: () => ({ 'aws:TagKeys': input.TagKeys }) })),
      ({ QueueUrl: url = '', TagKeys: keys = [] }, call) => {
        parts.ports.removeTagsOfKeys(requireQueue(parts, url, call).arn, keys);
        return {};
      },
    ),
    ListQueueTags: reads(on('ListQueueTags'), ({ QueueUrl: url = '' }, call) => {
      const tags = tagsOf(parts, requireQueue(parts, url, call).arn);
      return Object.keys(tags).length > 0 ? { Tags: tags } : {};
    }),
  };
}

function messageOperations(parts: Parts): Operations<Sdk, MessageNames> {
  return {
    SendMessage: writes(on('SendMessage'), (input, call) => sendMessage(parts, input, call), 'data'),
    SendMessageBatch: writes(on('SendMessage'), (input, call) => sendMessageBatch(parts, input, call), 'data'),
    ReceiveMessage: streams(on('ReceiveMessage'), (input, call) => receiveMessage(parts, input, call), {
      audit: 'data',
      readOnly: false,
    }),
    DeleteMessage: writes(
      on('DeleteMessage'),
      (input, call) => {
        deleteMessage(parts, input, call);
        return {};
      },
      'data',
    ),
    DeleteMessageBatch: writes(on('DeleteMessage'), (input, call) => deleteMessageBatch(parts, input, call), 'data'),
    ChangeMessageVisibility: writes(
      on('ChangeMessageVisibility'),
      (input, call) => {
        changeMessageVisibility(parts, input, call);
        return {};
      },
      'data',
    ),
    ChangeMessageVisibilityBatch: writes(
      on('ChangeMessageVisibility'),
      (input, call) => changeMessageVisibilityBatch(parts, input, call),
      'data',
    ),
  };
}

/** @throws InvalidParameterValue when it is no queue's ARN */
function onArn(action: string, arn: string): Access {
  if (!namedByArn(arn)) throw queueErrors.arn(arn);
  return { action: `sqs:${action}`, resource: arn };
}

/** What moving takes: to read the one queue, and to send to the other. */
const MOVING = ['StartMessageMoveTask', 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'];

function moveOperations(moves: Moves): Operations<Sdk, MoveNames> {
  return {
    StartMessageMoveTask: writes(
      ({ SourceArn: source = '', DestinationArn: destination }) => [
        ...MOVING.map((action) => onArn(action, source)),
        ...(destination === undefined ? [] : [onArn('SendMessage', destination)]),
      ],
      (input, call) => moves.start(input, call),
    ),
    CancelMessageMoveTask: writes(
      ({ TaskHandle: handle = '' }) => {
        const source = sourceOfHandle(handle);
        if (source === undefined) throw queueErrors.noMove();
        return [onArn('CancelMessageMoveTask', source)];
      },
      ({ TaskHandle: handle = '' }, call) => moves.cancel(handle, call),
    ),
    ListMessageMoveTasks: reads(
      ({ SourceArn: source = '' }) => [onArn('ListMessageMoveTasks', source)],
      (input, call) => moves.list(input, call),
    ),
  };
}
