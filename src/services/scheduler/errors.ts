/** What the scheduler service refuses, in AWS's words where they are on record. */
import { awsError } from '../../protocol/errors.ts';

/** The modelled errors have a `Message`. */
const modelled = (code: string, status: number, Message: string) => awsError(code, Message, status, { Message });
const validation = (message: string) => modelled('ValidationException', 400, message);
const conflict = (message: string) => modelled('ConflictException', 409, message);
const notFound = (message: string) => modelled('ResourceNotFoundException', 404, message);

export const errors = {
  noSchedule: (name: string) => notFound(`Schedule ${name} does not exist.`),
  noGroup: (name: string) => notFound(`Schedule group ${name} does not exist.`),
  noResource: (arn: string) => notFound(`Resource ${arn} does not exist. Only schedule groups have tags.`),
  scheduleExists: (name: string) => conflict(`Schedule ${name} already exists.`),
  groupExists: (name: string) => conflict(`Schedule group ${name} already exists.`),
  groupDeleting: (name: string) => conflict(`Schedule group ${name} is being deleted.`),
  tokenReused: (token: string) =>
    conflict(`The ClientToken '${token}' was used with another request. Use a token of its own for each request.`),
  defaultGroup: () => validation(`The default schedule group cannot be deleted.`),
  expression: (problem: string) => validation(problem),
  timeZone: (name: string) =>
    validation(`Invalid Schedule Expression Timezone ${name}. It must be a name of the IANA time zone database.`),
  startPast: () => validation('The StartDate you specify cannot be earlier than 5 minutes ago.'),
  endPast: () => validation('The EndDate you specify cannot be earlier than now.'),
  endBeforeStart: () => validation('The StartDate you specify must come before the EndDate.'),
  windowMissing: () =>
    validation('A flexible time window of the mode FLEXIBLE needs MaximumWindowInMinutes. Give it, or the mode OFF.'),
  windowUnwanted: () => validation('MaximumWindowInMinutes is only for a flexible time window of the mode FLEXIBLE.'),
  roleUntrusting: () =>
    validation('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.'),
  /** The same when it is time to invoke: the role has changed since. */
  roleRefuses: (roleArn: string) =>
    modelled(
      'AccessDeniedException',
      403,
      `The execution role ${roleArn} does not exist, or does not allow scheduler.amazonaws.com to assume it. Correct its trust policy.`,
    ),
  targetArn: (arn: string) => validation(`Provided Arn is not in correct format: ${arn}`),
  elsewhere: (arn: string) =>
    validation(`The target ${arn} is of another account or region: schedules reach their own only.`),
  unserved: (what: string) =>
    validation(
      `Telar does not serve schedules with ${what}. It serves state machines, SageMaker pipelines, functions, topics, queues, event buses, and universal targets of the operations in docs/support.md.`,
    ),
  universal: (reason: string) => validation(reason),
  readOnly: (action: string) =>
    validation(
      `${action} only reads, and its answer would reach nobody. Schedules take no such operation as their target.`,
    ),
  json: (what: string) => validation(`The Input of a target that is ${what} must be well-formed JSON.`),
  parametersMissing: (name: string, what: string) => validation(`A target that is ${what} needs ${name}.`),
  parametersUnwanted: (name: string, arn: string) => validation(`${name} is not for a target such as ${arn}.`),
  fifo: (arn: string) =>
    validation(`The queue ${arn} is FIFO: a target that is one needs SqsParameters with a MessageGroupId.`),
  notFifo: (arn: string) => validation(`The queue ${arn} is not FIFO, and takes no MessageGroupId.`),
  deadLetters: (arn: string) =>
    validation(
      `${arn} cannot take dead letters here: they go to a standard queue of this account and region, and Telar must serve queues.`,
    ),
  encryption: () =>
    validation('Telar does not serve KmsKeyArn: what it stores lies in your data folder. Leave it out.'),
  missedPolicy: (value: string) =>
    validation(`The tag telar:missed says what to do with missed schedules: run-once or skip, and not '${value}'.`),
  tooMany: (what: string, most: number) =>
    modelled(
      'ServiceQuotaExceededException',
      402,
      `There are ${most} ${what} in this region already: no more are kept. Delete some.`,
    ),
} as const;
