/**
 * What the queues service refuses, in AWS's words where they are on record. Codes are those of the Query protocol, which clients
 * still match on (`x-amzn-query-error`); the model's names are made of them on the wire.
 */
import { type AwsError, awsError, type Violation } from '../../protocol/errors.ts';

const simple = (name: string, message: string) => awsError(`AWS.SimpleQueueService.${name}`, message);
const parameter = (message: string) => awsError('InvalidParameterValue', message);
const value = (given: unknown, name: string, reason: string) =>
  parameter(`Value ${quoted(given)} for parameter ${name} is invalid. Reason: ${reason}`);
const attributeValue = (message: string) => awsError('InvalidAttributeValue', message);
const unsupported = (message: string) => simple('UnsupportedOperation', message);

/** Longest value that a message repeats. */
const LONGEST_QUOTE = 200;
const quoted = (given: unknown) => String(given).slice(0, LONGEST_QUOTE);

export const queueErrors = {
  missing: (name: string) => awsError('MissingParameter', `The request must contain the parameter ${name}.`),
  value,
  parameter,
  noQueue: () =>
    simple(
      'NonExistentQueue',
      'The specified queue does not exist: there is none of this name in this account and region.',
    ),
  address: (url: string) =>
    Object.assign(awsError('InvalidAddress', `The address ${quoted(url)} is not valid for this endpoint.`, 404)),
  arn: (arn: string) => parameter(`Invalid ARN: '${quoted(arn)}' is not the ARN of a queue.`),
  exists: (attribute: string) =>
    awsError(
      'QueueAlreadyExists',
      `A queue already exists with the same name and a different value for attribute ${attribute}`,
    ),
  name: () => parameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length'),
  fifoName: () =>
    parameter(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    ),
  attributeName: (name: string) => awsError('InvalidAttributeName', `Unknown Attribute ${quoted(name)}.`),
  attributeValue: (name: string, reason?: string) =>
    attributeValue(`Invalid value for the parameter ${name}.${reason === undefined ? '' : ` Reason: ${reason}`}`),
  encryption: (name: string) =>
    unsupported(
      `Telar does not encrypt messages at rest: ${name} is not supported. Leave it out, and encrypt the disk of the data folder.`,
    ),
  token: () => parameter('Invalid or expired next token.'),
  deadLetters: (policy: string, reason: string) => value(policy, 'RedrivePolicy', reason),

  receipt: (handle: string) =>
    awsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${quoted(handle)}" is not a valid receipt handle.`,
      404,
    ),
  expiredReceipt: (handle: string) => value(handle, 'ReceiptHandle', 'The receipt handle has expired.'),
  notInFlight: (handle: string) =>
    value(handle, 'ReceiptHandle', 'Message does not exist or is not available for visibility timeout change.'),
  visibilityTooLong: (handle: string, left: number) =>
    value(
      handle,
      'ReceiptHandle',
      `Total VisibilityTimeout for the message is beyond the limit [43200 seconds]; ${left} seconds are left.`,
    ),

  messageTooLong: (most: number) =>
    parameter(`One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`),
  contents: (character: string) =>
    awsError(
      'InvalidMessageContents',
      `Invalid binary character '${character}' was found in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF`,
    ),
  notForKind: (given: unknown, name: string) =>
    value(given, name, 'The request includes a parameter that is not valid for this queue type.'),
  noDeduplication: () =>
    parameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    ),
  fifoId: (given: string, name: string) =>
    value(given, name, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`),
  attributes: (message: string) => parameter(message),

  emptyBatch: (entry: string) => simple('EmptyBatchRequest', `There should be at least one ${entry} in the request.`),
  tooManyEntries: (most: number, sent: number) =>
    simple('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${most}. You have sent ${sent}.`),
  entryTwice: (id: string) => simple('BatchEntryIdsNotDistinct', `Id ${id} repeated.`),
  entryId: () =>
    simple(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    ),
  batchTooLong: (most: number, sent: number) =>
    simple('BatchRequestTooLong', `Batch requests cannot be longer than ${most} bytes. You have sent ${sent} bytes.`),

  label: (label: string) =>
    value(label, 'Label', 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.'),
  labelTaken: (label: string) => value(label, 'Label', 'Already exists.'),
  noLabel: (label: string) => value(label, 'Label', "can't find label on existing policy."),
  action: (action: string) =>
    value(
      `SQS:${action}`,
      'ActionName',
      'Only the queue owner is allowed to invoke this action, or there is none of this name.',
    ),
  account: (account: string) => value(account, 'PrincipalId', 'Unable to verify: an account id has twelve digits.'),
  tags: (message: string) => parameter(message),

  noSource: () =>
    awsError(
      'ResourceNotFoundException',
      "The resource that you specified for the SourceArn parameter doesn't exist.",
      404,
    ),
  noDestination: () =>
    awsError(
      'ResourceNotFoundException',
      "The resource that you specified for the DestinationArn parameter doesn't exist.",
      404,
    ),
  notDeadLetters: () => parameter('Source queue must be configured as a Dead Letter Queue.'),
  sameQueue: () => parameter('Source queue arn and destination queue arn cannot be the same.'),
  otherKind: () => parameter('The source queue and the destination queue must be of the same type.'),
  moving: () =>
    unsupported(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    ),
  noMove: () => awsError('ResourceNotFoundException', 'Task does not exist.', 404),
  moveOver: (status: string) => unsupported(`Only active tasks can be cancelled. This one is ${status}.`),
} as const;

/** How SQS words what violates its model: the first of the violations alone. */
export function violated(violations: readonly Violation[]): AwsError {
  const [first = ''] = violations;
  const name = /at '([^']*)'/.exec(first)?.[1] ?? '';
  const last = name.slice(name.lastIndexOf('.') + 1);
  const parameterName = last.charAt(0).toUpperCase() + last.slice(1);
  if (/must not be null$/.test(first)) return queueErrors.missing(parameterName);
  const [, given = '', known = ''] = /^Value '((?:.|\n)*?)' at .* enum value set: \[(.*?)\]/.exec(first) ?? [];
  if (known !== '') return unknownOf(given, known);
  return queueErrors.parameter(violations.join('; '));
}

/** @param given one name, or a list or map of them as Java prints those */
function unknownOf(given: string, known: string): AwsError {
  const names = given
    .replace(/^[[{]|[\]}]$/g, '')
    .split(', ')
    .map((one) => one.replace(/=.*$/s, ''));
  const legal = new Set(known.split(', '));
  return queueErrors.attributeName(names.find((one) => !legal.has(one)) ?? given);
}
