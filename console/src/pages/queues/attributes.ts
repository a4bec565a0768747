/** What a queue's attributes say, which are texts: its counts, and where its dead letters go. */
export type Attributes = Readonly<Record<string, string>>;

export const countsOf = (attributes: Attributes) => ({
  visible: Number(attributes['ApproximateNumberOfMessages'] ?? 0),
  inFlight: Number(attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
  delayed: Number(attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
});

export type Redrive = { arn: string; after: number };

/** Undefined where a queue has no dead-letter queue. */
export function redriveOf(attributes: Attributes): Redrive | undefined {
  const text = attributes['RedrivePolicy'];
  if (!text) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as {
    deadLetterTargetArn?: string;
    maxReceiveCount?: number | string;
  };
  return deadLetterTargetArn === undefined ? undefined : { arn: deadLetterTargetArn, after: Number(maxReceiveCount) };
}

/** @example queueName('http://127.0.0.1:4566/000000000000/work') // 'work' */
export const queueName = (url: string): string => url.split('/').at(-1) ?? url;
