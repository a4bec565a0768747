/** What the machines service refuses, in AWS's words where they are on record. */
import { type AwsError, awsError } from '../../protocol/errors.ts';

const validation = (message: string) => awsError('ValidationException', message);
const conflict = (message: string) => awsError('ConflictException', message);
const quota = (message: string) => awsError('ServiceQuotaExceededException', message);
const arnError = (what: string) => awsError('InvalidArn', `Invalid Arn: '${what}'`);
const logging = (what: string) => awsError('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${what}`);

export const machineErrors = {
  name: (name: string) => awsError('InvalidName', `Invalid Name: '${name}'`),
  arnPrefix: (arn: string) => arnError(`Invalid ARN prefix: ${arn}`),
  resourceType: (resource: string) => arnError(`Resource type not valid in this context: ${resource.split(':')[0]}`),
  kindOfArn: (arn: string, kind: string, taken: readonly string[]) =>
    validation(
      `The operation takes the ARN of a ${taken.map((one) => KINDS[one] ?? one).join(' or of a ')}, and ${arn} is that of a ${KINDS[kind] ?? kind}.`,
    ),

  noMachine: (arn: string) => awsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`),
  machineExists: (arn: string) => awsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`),
  deleting: (arn: string) => awsError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`),
  tooManyMachines: (most: number) =>
    awsError(
      'StateMachineLimitExceeded',
      `State Machine Limit Exceeded: an account has at most ${most} in a region. Delete some first.`,
    ),
  definition: (message: string) => awsError('InvalidDefinition', message),
  /** AWS words it so for a role that does not exist, too. */
  role: () =>
    awsError(
      'AccessDeniedException',
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
    ),
  nothingToUpdate: () =>
    awsError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    ),
  descriptionUnpublished: () => validation('Version description can only be set when publish is true'),

  logDestinations: () => logging('Must specify exactly one Log Destination.'),
  noLogDestination: () => logging('Log Destination not found.'),
  logDestinationArn: (arn: string) =>
    logging(`'${arn}' is not the ARN of a CloudWatch Logs log group of this account and region, which ends in ':*'.`),
  encryption: (type: string) =>
    awsError(
      'InvalidEncryptionConfiguration',
      `Invalid Encryption Configuration: Telar does not encrypt with keys of KMS, so it does not support the type ${type}. Use AWS_OWNED_KEY, or leave encryptionConfiguration out.`,
    ),
  encryptionKey: () =>
    awsError(
      'InvalidEncryptionConfiguration',
      'Invalid Encryption Configuration: kmsKeyId and kmsDataKeyReusePeriodSeconds are for the type CUSTOMER_MANAGED_KMS_KEY. Leave them out.',
    ),

  staleRevision: (asked: string, current: string) =>
    conflict(
      `Failed to publish the State Machine version for revision ${asked}. The current State Machine revision is ${current}.`,
    ),
  tooManyVersions: (arn: string, most: number) =>
    quota(
      `State machine '${arn}' has ${most} versions, which is the most there can be. Delete some with DeleteStateMachineVersion first.`,
    ),
  versionInUse: (aliases: readonly string[]) =>
    conflict(
      `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${aliases.join(', ')}]`,
    ),

  notVersions: (arns: readonly string[]) =>
    validation(`Routing configuration must contain state machine version ARNs. Received: [${arns.join(', ')}]`),
  twoMachines: (arns: readonly string[]) =>
    validation(`Routing configuration must contain versions of the same state machine. Received: [${arns.join(', ')}]`),
  sameVersionTwice: (arn: string) =>
    validation(`Routing configuration must contain two different versions. Received twice: ${arn}`),
  weights: (weights: readonly number[]) =>
    validation(
      `The sum of the weights in the routing configuration must be equal to 100. Received: [${weights.join(', ')}]`,
    ),
  aliasExists: () =>
    conflict(
      'Failed to create alias because an alias with the same name and a different routing configuration already exists.',
    ),
  nothingToUpdateOfAlias: () => validation('Either the description or the RoutingConfiguration must be specified'),
  tooManyAliases: (arn: string, most: number) =>
    quota(
      `State machine '${arn}' has ${most} aliases, which is the most there can be. Delete some with DeleteStateMachineAlias first.`,
    ),

  noExecution: (arn: string) => awsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`),
  executionExists: (arn: string) => awsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`),
  executionInput: (what: string) =>
    awsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${what}'`),
  typeNotSupported: () =>
    awsError('StateMachineTypeNotSupported', 'This operation is not supported by this type of state machine'),
  listOfWhat: () => validation('Must specify exactly one of stateMachineArn and mapRunArn'),
  redriveFilter: () => validation('redriveFilter is for the executions of a Map Run: give a mapRunArn with it.'),
  mapRunOver: (arn: string, status: string) =>
    validation(`The Map Run '${arn}' is ${status}. Only one that is RUNNING can be updated.`),
  notRedrivable: (arn: string, reason: string) =>
    awsError('ExecutionNotRedrivable', `Execution Not Redrivable: '${arn}': ${reason}`),
  taskTimedOut: () => awsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'"),
  output: (what: string) => awsError('InvalidOutput', `Invalid Output: '${what}'`),

  noActivity: (arn: string) => awsError('ActivityDoesNotExist', `Activity Does Not Exist: '${arn}'`),
  tooManyActivities: (most: number) =>
    awsError(
      'ActivityLimitExceeded',
      `Activity Limit Exceeded: an account has at most ${most} in a region. Delete some first.`,
    ),

  noResource: (arn: string): AwsError =>
    awsError('ResourceNotFound', `Resource not found: '${arn}'`, 400, { resourceName: arn }),
  tooManyTags: (arn: string, most: number): AwsError =>
    awsError(
      'TooManyTags',
      `Too Many Tags: '${arn}' would have more than ${most} tags. Remove some with UntagResource first.`,
      400,
      {
        resourceName: arn,
      },
    ),
  tagText: (text: string) =>
    validation(
      `Tags may only contain Unicode letters, digits, white space, or these symbols: _ . : / = + - @. Received: '${text}'`,
    ),
  reservedTag: (key: string) =>
    validation(`Tag keys that begin with aws: are reserved for AWS's own use; '${key}' is one.`),
  token: () => awsError('InvalidToken', "Invalid Token: 'Invalid token'"),
} as const;

const KINDS: Readonly<Record<string, string>> = {
  machine: 'state machine',
  version: 'state machine version',
  alias: 'state machine alias',
  label: 'distributed Map state',
  activity: 'activity',
};
