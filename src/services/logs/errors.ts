/** What CloudWatch Logs refuses, in its codes and, where they are on record, in its words. */
import { awsError } from '../../protocol/errors.ts';

const invalid = (message: string) => awsError('InvalidParameterException', message);
const missing = (message: string) => awsError('ResourceNotFoundException', message);
const exists = (message: string) => awsError('ResourceAlreadyExistsException', message);

export const logErrors = {
  noGroup: () => missing('The specified log group does not exist.'),
  noStream: () => missing('The specified log stream does not exist.'),
  noResource: () => missing('The specified resource does not exist.'),
  groupExists: () => exists('The specified log group already exists'),
  streamExists: () => exists('The specified log stream already exists'),
  badToken: () => invalid('The specified nextToken is invalid.'),
  notChronological: () => invalid('Log events in a single PutLogEvents request must be in chronological order.'),
  tooWide: () => invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.'),
  eventTooLarge: (bytes: number, limit: number) =>
    invalid(`Log event too large: ${bytes} bytes exceeds limit of ${limit}`),
  batchTooLarge: (bytes: number, limit: number) =>
    invalid(`Upload too large: ${bytes} bytes exceeds limit of ${limit}`),
  byTimeWithPrefix: () => invalid('Cannot order by LastEventTime with a logStreamNamePrefix.'),
  prefixAndPattern: () =>
    invalid(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters. Please specify only one of them.',
    ),
  namesAndPrefix: () => invalid('logStreamNames and logStreamNamePrefix are mutually exclusive: give one of them.'),
  oneOfGroup: () => invalid('Exactly one of logGroupName and logGroupIdentifier must be specified.'),
  backwards: () => invalid('The end time must not be before the start time.'),
  notThisAccount: (identifier: string) =>
    invalid(`'${identifier}' is no log group of this account and region. Telar serves no linked accounts.`),
  badRetention: (days: number, known: readonly number[]) =>
    invalid(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${known.join(', ')}]`,
    ),
  tooManyTags: (most: number) => awsError('TooManyTagsException', `A resource can have no more than ${most} tags.`),
  reservedTag: (key: string) =>
    invalid(`Caller is not authorized to add or remove tags with the reserved prefix 'aws:': '${key}' is one.`),
  unsupported: (member: string, advice: string) => invalid(`Telar does not support ${member}. ${advice}`),
} as const;
