/** What a delivery is of: its subscription, its topic and its message, as they are now. */
import type { Parts } from '../context.ts';
import type { Message } from '../messages.ts';
import { topicArn } from '../names.ts';
import type { SubscriptionRow, TopicRow } from '../store.ts';
import type { SubscriptionAttributes } from '../subscriptionAttributes.ts';
import { setOf, subscriptionArn } from '../subscriptions.ts';
import { attributesOf } from '../topics.ts';
import type { Origin } from './formats.ts';

export type Receiver = {
  row: SubscriptionRow;
  topic: TopicRow;
  origin: Origin;
  set: SubscriptionAttributes;
  topicDeliveryPolicy: string | undefined;
};

/** Undefined once the subscription or its topic is gone. */
export function receiverOf({ db, account }: Pick<Parts, 'db' | 'account'>, id: number): Receiver | undefined {
  const row = db.subscriptionOfId({ id });
  const topic = row && db.topicOfId({ id: row.topic });
  if (!row || !topic) return undefined;
  const arn = topicArn({ region: topic.region, account }, topic.name);
  const { SignatureVersion, DeliveryPolicy } = attributesOf(topic);
  return {
    ...{ row, topic, set: setOf(row), topicDeliveryPolicy: DeliveryPolicy },
    origin: {
      ...{ topicArn: arn, subscriptionArn: subscriptionArn(arn, row), region: topic.region },
      signatureVersion: SignatureVersion === '2' ? '2' : '1',
    },
  };
}

export function messageOf({ db }: Pick<Parts, 'db'>, id: number): Message | undefined {
  const row = db.message({ id });
  return row && (JSON.parse(row.message) as Message);
}
