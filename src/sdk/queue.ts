/**
 * Queues of SQS: `telar publish` makes them.
 *
 * Mirrors https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
 */
import { arn } from '../base/arn.ts';
import { describeProblems, parsePolicy } from '../definition/policy/parse.ts';
import { mistake, must } from './mistake.ts';
import { type Context, type Draft, type Late, settle } from './scope.ts';

type OneOrMore<T> = T | readonly T[];

/** Who else may do something with a queue: a statement of its policy, whose resource is the queue. */
export type QueueStatement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal: '*' | { readonly [kind in 'AWS' | 'Service']?: OneOrMore<string | Late<string>> };
  Action: OneOrMore<`sqs:${string}`>;
  Condition?: { readonly [operator: string]: { readonly [key: string]: OneOrMore<string | Late<string>> } };
};

/** Times in seconds, sizes in bytes. */
export type QueueOptions = {
  /** Of a FIFO queue it ends in `.fifo`. */
  name: string;
  /** How long a received message is hidden from others. @default 30 */
  visibilityTimeout?: number;
  /** How long messages are kept. @default 345600, four days */
  retention?: number;
  /** How long messages are hidden at first. @default 0 */
  delay?: number;
  /** How long a receive waits for a message. @default 0 */
  receiveWait?: number;
  /** @default 1048576 */
  maximumMessageSize?: number;
  /** Of FIFO queues: messages of one text within five minutes are one. @default false */
  contentBasedDeduplication?: boolean;
  /** Where messages go that were received so often. Of the same kind, and listed in the project before it is used. */
  deadLetters?: { queue: Pick<Queue, 'name'>; maxReceiveCount: number };
  /** Services and accounts that may send. Users and roles are allowed by their own policies. @default none */
  policy?: readonly QueueStatement[];
};

export type Queue = QueueOptions & { readonly kind: 'queue' };

/** A queue as CreateQueue is asked for it. */
export type QueueDocuments = { name: string; arn: string; attributes: Record<string, string> };

const FIFO = '.fifo';

/** What each option is called, from and to which value it may be. */
const NUMBERS = {
  visibilityTimeout: ['VisibilityTimeout', 0, 43_200],
  retention: ['MessageRetentionPeriod', 60, 1_209_600],
  delay: ['DelaySeconds', 0, 900],
  receiveWait: ['ReceiveMessageWaitTimeSeconds', 0, 20],
  maximumMessageSize: ['MaximumMessageSize', 1024, 1_048_576],
} as const;
const NUMBER_NAMES = Object.keys(NUMBERS) as (keyof typeof NUMBERS)[];
const MOST_RECEIVES = 1000;

/**
 * A queue.
 *
 * @throws when its name is none of SQS's, or a number is out of its range
 * @example
 * const dead = defineQueue({ name: 'orders-dead', retention: 1_209_600 });
 * const orders = defineQueue({ name: 'orders', deadLetters: { queue: dead, maxReceiveCount: 3 } });
 */
export function defineQueue(options: QueueOptions): Queue {
  const { name, contentBasedDeduplication, deadLetters } = options;
  const subject = `queue '${name}'`;
  const fifo = name.endsWith(FIFO);
  must(
    /^[\w-]+$/.test(fifo ? name.slice(0, -FIFO.length) : name) && name.length <= 80,
    subject,
    'the name may hold letters, digits, hyphens and underscores only, at most 80, and end in .fifo',
  );
  must(fifo || contentBasedDeduplication === undefined, subject, 'contentBasedDeduplication is for FIFO queues');
  for (const option of NUMBER_NAMES) {
    const value = options[option];
    const [, least, most] = NUMBERS[option];
    const fits = value === undefined || (Number.isInteger(value) && value >= least && value <= most);
    must(fits, subject, `${option} is ${value}: give a whole number from ${least} to ${most}`);
  }
  if (deadLetters) checkDeadLetters(subject, name, deadLetters);
  return { kind: 'queue', ...options };
}

function checkDeadLetters(subject: string, name: string, letters: NonNullable<QueueOptions['deadLetters']>): void {
  const { queue, maxReceiveCount: count } = letters;
  must(queue.name !== name, subject, 'it cannot be its own dead-letter queue');
  must(
    queue.name.endsWith(FIFO) === name.endsWith(FIFO),
    subject,
    `its dead-letter queue '${queue.name}' is of the other kind: both are FIFO, or neither is`,
  );
  const fits = Number.isInteger(count) && count >= 1 && count <= MOST_RECEIVES;
  must(fits, subject, `maxReceiveCount is ${count}: give a whole number from 1 to ${MOST_RECEIVES}`);
}

/** @example { protocol: 'sqs', endpoint: queueArn(orders) } */
export const queueArn =
  ({ name }: Pick<Queue, 'name'>): Late<string> =>
  ({ region, account }) =>
    arn('sqs', region, account, name);

/**
 * A queue's address on AWS. Telar looks at its path alone, so that one definition does in both places.
 *
 * @example sqs.sendMessage({ QueueUrl: queueUrl(orders), MessageBody: … })
 */
export const queueUrl =
  ({ name }: Pick<Queue, 'name'>): Late<string> =>
  ({ region, account }) =>
    `https://sqs.${region}.amazonaws.com/${account}/${name}`;

/** @throws when the policy is one that SQS would refuse */
export function queueDocuments(queue: Queue, context: Context): QueueDocuments {
  const { name, contentBasedDeduplication, deadLetters, policy } = queue;
  const numbers = NUMBER_NAMES.flatMap((option): [string, string][] =>
    queue[option] === undefined ? [] : [[NUMBERS[option][0], String(queue[option])]],
  );
  return {
    name,
    arn: queueArn(queue)(context),
    attributes: {
      ...(name.endsWith(FIFO) && { FifoQueue: 'true' }),
      ...Object.fromEntries(numbers),
      ...(contentBasedDeduplication !== undefined && { ContentBasedDeduplication: String(contentBasedDeduplication) }),
      ...(deadLetters && {
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: queueArn(deadLetters.queue)(context),
          maxReceiveCount: deadLetters.maxReceiveCount,
        }),
      }),
      ...(policy && { Policy: policyText(queue, policy, context) }),
    },
  };
}

function policyText(queue: Queue, statements: readonly QueueStatement[], context: Context): string {
  const whole = statements.map((one) => ({ ...one, Resource: queueArn(queue) }));
  const text = JSON.stringify(settle({ Version: '2012-10-17', Statement: whole } as Draft, context));
  const parsed = parsePolicy(text, 'resource');
  if ('problems' in parsed) throw mistake(`policy of queue '${queue.name}'`, describeProblems(parsed.problems));
  return text;
}

/** Dead-letter queues before those that need them. @throws when they need each other in a circle */
export function inOrderOfNeed(queues: readonly Queue[]): Queue[] {
  const ordered: Queue[] = [];
  const under = new Set<string>();
  const place = (queue: Queue): void => {
    if (ordered.includes(queue)) return;
    must(!under.has(queue.name), `queue '${queue.name}'`, 'its dead letters come back to itself');
    under.add(queue.name);
    const target = queues.find(({ name }) => name === queue.deadLetters?.queue.name);
    if (target) place(target);
    ordered.push(queue);
  };
  for (const queue of queues) place(queue);
  return ordered;
}
