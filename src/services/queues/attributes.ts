/**
 * The attributes of queues: which there are, what they may be, and what a queue has that sets none.
 *
 * A1. What is kept is what was set, as it was set; a queue without an attribute has AWS's default.
 */
import { memo } from '../../base/memo.ts';
import { queueErrors } from './errors.ts';
import { checkPolicy } from './policies.ts';
import { checkRedriveAllowPolicy, checkRedrivePolicy } from './redrive.ts';

/** By name. */
export type Attributes = Readonly<Record<string, string>>;

/** Of numbers: from, to, and what they are by default. */
const NUMBERS: ReadonlyMap<string, readonly [least: number, most: number, usual: number]> = new Map(
  Object.entries({
    VisibilityTimeout: [0, 43_200, 30],
    MaximumMessageSize: [1024, 1_048_576, 1_048_576],
    MessageRetentionPeriod: [60, 1_209_600, 345_600],
    DelaySeconds: [0, 900, 0],
    ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  }),
);

const TRUTH = ['true', 'false'];

/** Of FIFO queues: what they may be, the default first. */
const FIFO: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    ContentBasedDeduplication: ['false', 'true'],
    DeduplicationScope: ['queue', 'messageGroup'],
    FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  }),
);

/** Documents: to set them to nothing takes them away. */
const DOCUMENTS: ReadonlyMap<string, (text: string) => void> = new Map(
  Object.entries({
    Policy: checkPolicy,
    RedrivePolicy: checkRedrivePolicy,
    RedriveAllowPolicy: checkRedriveAllowPolicy,
  }),
);

/** A queue's attributes, as its operations use them: times in seconds, sizes in bytes. */
export type Settings = {
  visibilityTimeout: number;
  longestMessage: number;
  retention: number;
  delay: number;
  wait: number;
  fifo: boolean;
  contentBased: boolean;
  /** Whether messages are told apart by group and deduplication id. */
  byGroup: boolean;
  policy: string | undefined;
  redrive: { deadLetterTargetArn: string; maxReceiveCount: number } | undefined;
  redriveAllow: string | undefined;
};

/** Parsed once for each text. */
export const settingsOf = memo(1000, (text): Settings => {
  const all: Attributes = JSON.parse(text);
  const number = (name: string) => Number(all[name] ?? NUMBERS.get(name)![2]);
  return {
    visibilityTimeout: number('VisibilityTimeout'),
    longestMessage: number('MaximumMessageSize'),
    retention: number('MessageRetentionPeriod'),
    delay: number('DelaySeconds'),
    wait: number('ReceiveMessageWaitTimeSeconds'),
    fifo: all['FifoQueue'] === 'true',
    contentBased: all['ContentBasedDeduplication'] === 'true',
    byGroup: all['DeduplicationScope'] === 'messageGroup',
    policy: all['Policy'],
    redrive: all['RedrivePolicy'] === undefined ? undefined : checkRedrivePolicy(all['RedrivePolicy']),
    redriveAllow: all['RedriveAllowPolicy'],
  };
});

/** What is set and what is not, by name. */
export function described(all: Attributes): Attributes {
  const numbers = [...NUMBERS].map(([name, [, , usual]]) => [name, String(usual)]);
  const fifo = all['FifoQueue'] === 'true' ? [...FIFO].map(([name, [usual]]) => [name, usual as string]) : [];
  return { ...Object.fromEntries([...numbers, ...fifo]), SqsManagedSseEnabled: 'false', ...all };
}

/**
 * A queue's attributes once some have been set.
 *
 * @throws InvalidAttributeName, InvalidAttributeValue, UnsupportedOperation for encryption
 */
export function withAttributes(before: Attributes, asked: Readonly<Record<string, string | undefined>>): Attributes {
  const all: Record<string, string> = { ...before };
  for (const [name, value = ''] of Object.entries(asked)) {
    const kept = keptOf(name, value, all['FifoQueue'] === 'true');
    if (kept === undefined) delete all[name];
    else all[name] = kept;
  }
  if (all['FifoThroughputLimit'] === 'perMessageGroupId' && all['DeduplicationScope'] !== 'messageGroup') {
    throw queueErrors.attributeValue(
      'FifoThroughputLimit',
      'perMessageGroupId needs the DeduplicationScope messageGroup.',
    );
  }
  return all;
}

/** What is kept of a value. Undefined takes the attribute away. */
function keptOf(name: string, value: string, fifo: boolean): string | undefined {
  const number = NUMBERS.get(name);
  if (number) return takenNumber(name, value, number);
  const check = DOCUMENTS.get(name);
  if (check) {
    if (value === '') return undefined;
    check(value);
    return value;
  }
  const choices = FIFO.get(name);
  if (choices) {
    if (!fifo) throw queueErrors.attributeName(name);
    if (!choices.includes(value)) throw queueErrors.attributeValue(name);
    return value;
  }
  if (name === 'KmsMasterKeyId' || name === 'KmsDataKeyReusePeriodSeconds') throw queueErrors.encryption(name);
  if (name === 'SqsManagedSseEnabled') {
    if (!TRUTH.includes(value)) throw queueErrors.attributeValue(name);
    if (value === 'true') throw queueErrors.encryption(name);
    return undefined;
  }
  throw queueErrors.attributeName(name);
}

function takenNumber(name: string, value: string, [least, most]: readonly number[]): string {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least! && number <= most!)) throw queueErrors.attributeValue(name);
  return String(number);
}

/** Which kind a new queue is to be. @throws InvalidAttributeValue, InvalidParameterValue when its name says otherwise */
export function kindOf(name: string, { FifoQueue: asked }: Readonly<Record<string, string | undefined>>): Attributes {
  const fifo = name.endsWith('.fifo');
  if (asked !== undefined && !TRUTH.includes(asked)) throw queueErrors.attributeValue('FifoQueue');
  if (asked === 'true' && !fifo) throw queueErrors.fifoName();
  // AWS has no FifoQueue=false; a name with the suffix needs the attribute.
  if (asked === 'false') throw queueErrors.attributeName('FifoQueue');
  if (fifo && asked === undefined) throw queueErrors.name();
  return fifo ? { FifoQueue: 'true' } : {};
}
