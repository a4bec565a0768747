/** What the functions service refuses, in AWS's words where they are on record. */
import { type AwsError, awsError } from '../../protocol/errors.ts';

const users = (code: string, status: number) => (message: string) => awsError(code, message, status, { Type: 'User' });

const invalid = users('InvalidParameterValueException', 400);
const violated = users('ValidationException', 400);
const missing = users('ResourceNotFoundException', 404);
const conflict = users('ResourceConflictException', 409);
const throttled = (message: string, Reason: string) =>
  awsError('TooManyRequestsException', message, 429, { Type: 'User', Reason });

export const functionErrors = {
  invalid,
  noFunction: (arn: string) => missing(`Function not found: ${arn}`),
  noAlias: (arn: string) => missing(`Cannot find alias arn: ${arn}`),
  ownDestination: () => invalid("You can't specify the function as a destination for itself."),
  policyOfLatest: () => invalid('We currently do not support adding policies for $LATEST.'),
  nameTooLong: (name: string, most: number) =>
    violated(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    ),
  noPolicy: () => missing('The resource you requested does not exist.'),
  noEventConfig: (arn: string) => missing(`The function ${arn} doesn't have an EventInvokeConfig`),
  noSource: () => missing('The resource you requested does not exist.'),
  functionExists: (name: string) => conflict(`Function already exist: ${name}`),
  sameVersionTwice: (version: string) =>
    invalid(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    ),
  aliasExists: (arn: string) => conflict(`Alias already exists: ${arn}`),
  versionInUse: (arn: string, aliases: string) =>
    conflict(`Function ${arn} cannot be deleted because it is currently used by the alias(es) ${aliases}`),
  statementExists: (id: string) =>
    conflict(
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    ),
  noStatement: (id: string) => missing(`Statement ${id} is not found in resource policy.`),
  sourceRefused: ({ code, message }: AwsError) =>
    invalid(`Error occurred while GetQueueAttributes. SQS Error Code: ${code}. SQS Error Message: ${message}`),
  shortVisibility: (queue: number, timeout: number) =>
    invalid(`Queue visibility timeout: ${queue} seconds is less than Function timeout: ${timeout} seconds`),
  sourceExists: (uuid: string, source: string, name: string) =>
    conflict(
      `An event source mapping with SQS arn (" ${source} ") and function (" ${name} ") already exists. Please update or delete the existing mapping with UUID ${uuid}`,
    ),
  unqualifiedOnly: () =>
    invalid(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    ),
  pending: () =>
    conflict(
      'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    ),
  failed: (reason: string) =>
    conflict(`The operation cannot be performed at this time. The function is in the state Failed: ${reason}`),
  updating: (arn: string) =>
    conflict(`The operation cannot be performed at this time. An update is in progress for resource: ${arn}`),
  staleRevision: () =>
    users(
      'PreconditionFailedException',
      412,
    )(
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    ),
  roleNotAssumable: () => invalid('The role defined for the function cannot be assumed by Lambda.'),
  badZip: () => invalid('Could not unzip uploaded file. Please check your file, then try to upload again.'),
  hostileZip: (why: string) => invalid(`Could not unzip uploaded file: ${why}`),
  tooLarge: (member: string, value: number, most: number) =>
    violated(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
    ),
  needsHandler: () =>
    invalid('Runtime and Handler are mandatory parameters for functions created with deployment packages.'),
  emptyZip: () => invalid('Uploaded file must be a non-empty zip'),
  zipTooLarge: (limit: number) => invalid(`Unzipped size must be smaller than ${limit} bytes`),
  requestTooLarge: (limit: number) =>
    users(
      'RequestTooLargeException',
      413,
    )(`Request must be smaller than ${limit} bytes for the InvokeFunction operation`),
  notJson: (why: string) =>
    users(
      'InvalidRequestContentException',
      400,
    )(`Could not parse request body into json: Could not parse payload into json: ${why}`),
  unsupported: (member: string, instead: string) => invalid(`Telar does not support ${member}. ${instead}`),
  policyTooLong: () =>
    users('PolicyLengthExceededException', 400)('The final policy size is bigger than the limit (20480).'),
  concurrencyReached: () => throttled('Rate Exceeded.', 'ConcurrentInvocationLimitExceeded'),
  reservedReached: () => throttled('Rate Exceeded.', 'ReservedFunctionConcurrentInvocationLimitExceeded'),
  machineFull: (workers: number) =>
    throttled(
      `Rate Exceeded: this machine runs at most ${workers} workers of functions at a time, and none became free.`,
      'ConcurrentInvocationLimitExceeded',
    ),
  noWorker: (message: string): AwsError =>
    awsError('ServiceException', `No worker could be started for this function: ${message}`, 500, { Type: 'Service' }),
} as const;
