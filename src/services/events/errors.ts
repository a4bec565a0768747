/** What the events service refuses, in AWS's words where they are on record. */
import { awsError } from '../../protocol/errors.ts';

const validation = (message: string) => awsError('ValidationException', message);
const missing = (message: string) => awsError('ResourceNotFoundException', message);
const exists = (message: string) => awsError('ResourceAlreadyExistsException', message);
const limit = (message: string) => awsError('LimitExceededException', message);

export const eventErrors = {
  pattern: (reason: string) =>
    awsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`),
  testEvent: (reason: string) => validation(`Parameter Event is not valid. Reason: ${reason}`),
  token: () => validation('The NextToken is not valid for this request. Repeat the request that gave it, unchanged.'),

  noBus: (name: string) => missing(`Event bus ${name} does not exist.`),
  busExists: (name: string) => exists(`Event bus ${name} already exists.`),
  busName: (name: string) =>
    validation(
      `EventBus name '${name}' is not valid: partner event buses, whose names hold a slash, are not served by Telar.`,
    ),
  defaultBus: () => validation('Cannot delete event bus default.'),
  busHasRules: (name: string, count: number) =>
    validation(`Cannot delete event bus ${name}: it has ${count} rule${count === 1 ? '' : 's'}. Delete them first.`),
  tooManyBuses: (most: number) =>
    limit(`The requested resource exceeds the maximum number allowed: ${most} event buses in a region.`),
  encryption: () =>
    validation('Telar does not encrypt with keys of KMS, so it does not support KmsKeyIdentifier. Leave it out.'),
  busLogs: () =>
    validation('Telar does not log what an event bus does, so it does not support LogConfig. Leave it out.'),

  policy: (what: string) => validation(`The policy of the event bus is not valid: ${what}`),
  policyAndStatement: () =>
    validation(
      'Parameter Policy cannot be given with StatementId, Action, Principal or Condition: give one or the other.',
    ),
  statement: () => validation('Parameters StatementId, Action and Principal, or Policy, must be specified.'),
  policyTooLarge: (most: number) =>
    awsError('PolicyLengthExceededException', `The policy of an event bus has at most ${most} bytes.`),
  noPolicy: () => missing('EventBus does not have a policy.'),
  noStatement: () => missing('Statement with the provided id does not exist.'),

  noRule: (name: string, bus: string) => missing(`Rule ${name} does not exist on EventBus ${bus}.`),
  nothingToMatch: () => validation('Parameter(s) EventPattern or ScheduleExpression must be specified.'),
  schedule: () => validation('Parameter ScheduleExpression is not valid.'),
  scheduleElsewhere: () => validation('ScheduleExpression is supported only on the default event bus.'),
  ruleHasTargets: () => validation("Rule can't be deleted since it has targets."),
  tooManyRules: (bus: string, most: number) =>
    limit(`The requested resource exceeds the maximum number allowed: ${most} rules on event bus ${bus}.`),
  cloudTrail: () =>
    validation(
      'Telar sends no events of CloudTrail, so it does not support the state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS. Use ENABLED.',
    ),
  role: (roleArn: string) =>
    validation(`Provided role '${roleArn}' cannot be assumed by principal 'events.amazonaws.com'.`),

  targetTwice: (id: string) =>
    validation(`Target ${id} is given twice. Each target of a request has an Id of its own.`),
  tooManyTargets: (most: number) =>
    limit(`The requested resource exceeds the maximum number allowed: ${most} targets of a rule.`),

  archiveExists: (name: string) => exists(`Archive ${name} already exists.`),
  noArchive: (name: string) => missing(`Archive ${name} does not exist.`),
  archiveSource: (arn: string) => missing(`Event bus ${arn} does not exist.`),
  replayExists: (name: string) => exists(`Replay ${name} already exists.`),
  noReplay: (name: string) => missing(`Replay ${name} does not exist.`),
  replaySource: (arn: string) =>
    missing(`Parameter EventSourceArn is not valid. Reason: Archive ${arn} does not exist.`),
  replayTimes: () =>
    validation('Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.'),
  replayDestination: () =>
    validation(
      'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted: it must be the event bus of the archive.',
    ),
  replayFilter: (arn: string) =>
    validation(`Parameter Destination.FilterArns is not valid. Reason: ${arn} is no rule of the archive's event bus.`),
  replayOver: (name: string, state: string) =>
    awsError('IllegalStatusException', `Replay ${name} is not in a valid state for this operation: it is ${state}.`),

  noTagged: (arn: string) => missing(`${arn} does not exist, or is neither a rule nor an event bus.`),
  tooManyTags: (arn: string, most: number) => limit(`${arn} would have more than ${most} tags. Remove some first.`),
  missedTag: (value: string, tag: string, values: readonly string[]) =>
    validation(
      `The tag ${tag} says what becomes of occurrences that were missed: ${values.join(' or ')}, and not '${value}'.`,
    ),
  tagTwice: (key: string) => validation(`The tag ${key} is given twice.`),
  reservedTag: (key: string) =>
    validation(`Tag keys that begin with aws: are reserved for AWS's own use; '${key}' is one.`),

  requestTooLarge: () => validation('Total size of the entries in the request is over the limit.'),
} as const;

/** Why one entry of a PutEvents, or one target of a PutTargets, was not taken: the rest of the request is. */
export type Refusal = { ErrorCode: string; ErrorMessage: string };

const argument = (name: string, reason: string): Refusal => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}`,
});

export const entryRefusals = {
  required: (name: string) => argument(name, `${name} is a required argument.`),
  tooLong: (name: string, most: number) => argument(name, `${name} is longer than ${most} characters.`),
  detail: (): Refusal => ({ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }),
  source: (): Refusal => ({
    ErrorCode: 'NotAuthorizedForSource',
    ErrorMessage: 'Not authorized for the source.',
  }),
} as const;
