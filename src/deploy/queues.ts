/**
 * Queues. Who may send, and where dead letters go, are resources of their own: an argument that is left out again would stay as it
 * was, and `telar publish` takes both away.
 */
import type { QueueDocument } from './documents.ts';
import type { Block } from './hcl.ts';
import { attribute, resource } from './resources.ts';
import { REGION, TAGS, type Writing } from './writing.ts';

/** The provider's default is a quarter of what SQS's has become. */
const MAXIMUM_MESSAGE_SIZE = 1_048_576;

export function queueBlocks(writing: Writing): Block[] {
  return (writing.documents.queues ?? []).flatMap((queue) => blocksOf(writing, queue));
}

function blocksOf({ names, json, waitsFor }: Writing, { name, attributes }: QueueDocument): Block[] {
  const { RedrivePolicy, Policy } = attributes;
  const identifier = names.queues(name);
  const queue_url = attribute('aws_sqs_queue', identifier, 'url');
  const number = (key: string) => (attributes[key] === undefined ? undefined : Number(attributes[key]));
  const flag = (key: string) => (attributes[key] === undefined ? undefined : attributes[key] === 'true');
  return [
    resource('aws_sqs_queue', identifier, {
      name,
      region: REGION,
      fifo_queue: flag('FifoQueue'),
      content_based_deduplication: flag('ContentBasedDeduplication'),
      visibility_timeout_seconds: number('VisibilityTimeout'),
      message_retention_seconds: number('MessageRetentionPeriod'),
      delay_seconds: number('DelaySeconds'),
      receive_wait_time_seconds: number('ReceiveMessageWaitTimeSeconds'),
      max_message_size: number('MaximumMessageSize') ?? MAXIMUM_MESSAGE_SIZE,
      tags: TAGS,
    }),
    ...(RedrivePolicy === undefined
      ? []
      : [
          resource(
            'aws_sqs_queue_redrive_policy',
            identifier,
            { queue_url, region: REGION, redrive_policy: json(RedrivePolicy) },
            { dependsOn: waitsFor(deadLetterQueueIn(RedrivePolicy)) },
          ),
        ]),
    ...(Policy === undefined
      ? []
      : [
          resource(
            'aws_sqs_queue_policy',
            identifier,
            { queue_url, region: REGION, policy: json(Policy) },
            { dependsOn: waitsFor(Policy) },
          ),
        ]),
  ];
}

/** The ARN that a redrive policy names. */
export function deadLetterQueueIn(redrivePolicy: string | undefined): string | undefined {
  if (redrivePolicy === undefined) return undefined;
  return (JSON.parse(redrivePolicy) as { deadLetterTargetArn?: string }).deadLetterTargetArn;
}
