/**
 * Names, ARNs and URLs of queues.
 *
 * N1. A queue's URL says its account and name; its region is the request's. The host of a URL that comes back is not looked at:
 *     servers move.
 */
import { arn, parseArn } from '../../base/arn.ts';
import type { Call } from '../../protocol/service.ts';
import { queueErrors } from './errors.ts';

/** Where a request acts. */
export type Place = Pick<Call, 'account' | 'region'>;

const NAME = /^[\w-]{1,80}$/;
const FIFO_NAME = /^[\w-]{1,75}\.fifo$/;
const LONGEST_URL = 2048;

const isFifoName = (name: string): boolean => name.endsWith('.fifo');

/** @throws InvalidParameterValue */
export function requireName(name: string): void {
  if (isFifoName(name) ? FIFO_NAME.test(name) : NAME.test(name)) return;
  throw isFifoName(name) ? queueErrors.fifoName() : queueErrors.name();
}

export const queueArn = ({ account, region }: Place, name: string): string => arn('sqs', region, account, name);

export const queueUrl = (endpoint: string, account: string, name: string): string =>
  `${endpoint.replace(/\/$/, '')}/${account}/${name}`;

export type QueueName = { account: string; name: string };

/** @throws InvalidAddress */
export function namedByUrl(url: string): QueueName {
  const path = url.length <= LONGEST_URL && URL.canParse(url) ? new URL(url).pathname : url;
  const [, account, name] = /^\/?(\d{12})\/([\w-]+(?:\.fifo)?)$/.exec(path) ?? [];
  if (account === undefined || name === undefined) throw queueErrors.address(url);
  return { account, name };
}

/** The ARN of the queue that a URL names. @throws InvalidAddress */
export function arnByUrl(url: string, { region }: Place): string {
  const { account, name } = namedByUrl(url);
  return queueArn({ account, region }, name);
}

/** What a queue's ARN names; undefined when it is that of something else. */
export function namedByArn(text: string): (QueueName & { region: string }) | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'sqs' || parsed.partition !== 'aws' || !/^[\w-]+(?:\.fifo)?$/.test(parsed.resource))
    return undefined;
  return { account: parsed.account, region: parsed.region, name: parsed.resource };
}
