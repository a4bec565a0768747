/** Names and ARNs of topics and their subscriptions. */
import { arn, parseArn } from '../../base/arn.ts';
import type { Call } from '../../protocol/service.ts';
import { notificationErrors } from './errors.ts';

const NAME = /^[A-Za-z0-9_-]{1,256}$/;
const FIFO = '.fifo';

export const isFifo = (name: string): boolean => name.endsWith(FIFO);

/** @throws InvalidParameter */
export function requireTopicName(name: string, fifo: boolean): void {
  if (fifo) {
    if (!isFifo(name) || !NAME.test(name.slice(0, -FIFO.length)) || name.length > 256)
      throw notificationErrors.fifoName();
  } else if (!NAME.test(name)) throw notificationErrors.topicName();
}

export const topicArn = ({ region, account }: { region: string; account: string }, name: string): string =>
  arn('sns', region, account, name);

export type SnsName = { account: string; region: string; topic: string; subscription?: string };

/** What an ARN of SNS names: a topic, or a subscription of it. */
export function snsName(text: string): SnsName | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'sns' || parsed.partition !== 'aws') return undefined;
  const { account, region, resource } = parsed;
  const [topic = '', subscription, ...more] = resource.split(':');
  if (more.length > 0 || topic === '') return undefined;
  return { account, region, topic, ...(subscription === undefined ? {} : { subscription }) };
}

/**
 * @param parameter whose value the ARN is
 * @throws InvalidParameter for what is no ARN, NotFound for one of elsewhere
 */
export function requireTopicArn(text: string, call: Call, parameter = 'TopicArn'): SnsName {
  if (text.split(':').length < 6) throw notificationErrors.arn(parameter, text);
  const named = snsName(text);
  if (!named || named.subscription !== undefined) throw notificationErrors.arnOf(parameter);
  if (named.region !== call.region) throw notificationErrors.arnOf(parameter);
  if (named.account !== call.account) throw notificationErrors.noTopic();
  return named;
}

/** Of any region: links that are followed name none but the ARN's. @throws InvalidParameter */
export function requireSubscriptionArn(text: string): Required<SnsName> {
  if (text.split(':').length < 6) throw notificationErrors.arn('SubscriptionArn', text);
  const named = snsName(text);
  if (!named) throw notificationErrors.arnOf('SubscriptionArn');
  const { subscription } = named;
  if (subscription === undefined) throw notificationErrors.subscriptionId();
  return { ...named, subscription };
}
