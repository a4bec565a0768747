/** AddPermission and RemovePermission: statements of a queue's policy, by their labels. */
import type { Call, InputOf } from '../../protocol/service.ts';
import { type Attributes, withAttributes } from './attributes.ts';
import type { Parts, Sdk } from './context.ts';
import { withoutPermission, withPermission } from './policies.ts';
import { type Queue, requireQueue, writeAttributes } from './queues.ts';

export function addPermission(parts: Parts, input: InputOf<Sdk, 'AddPermission'>, call: Call): void {
  const { QueueUrl = '', Label: label = '', AWSAccountIds: accounts = [], Actions: actions = [] } = input;
  const queue = requireQueue(parts, QueueUrl, call);
  setPolicy(parts, queue, withPermission(queue.settings.policy, queue.arn, { label, accounts, actions }), call.now);
}

export function removePermission(parts: Parts, input: InputOf<Sdk, 'RemovePermission'>, call: Call): void {
  const queue = requireQueue(parts, input.QueueUrl ?? '', call);
  setPolicy(parts, queue, withoutPermission(queue.settings.policy, input.Label ?? ''), call.now);
}

function setPolicy(parts: Parts, queue: Queue, policy: string | undefined, now: number): void {
  const before: Attributes = JSON.parse(queue.attributes);
  writeAttributes(parts, queue, withAttributes(before, { Policy: policy ?? '' }), now);
}
