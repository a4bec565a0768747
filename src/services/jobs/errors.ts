/** The errors of the jobs service, worded as SageMaker words them where its words are known. */
import { awsError } from '../../protocol/errors.ts';
import type { JobKind } from './store.ts';

const validation = (message: string) => awsError('ValidationException', message);
const NOUNS: Readonly<Record<JobKind, string>> = {
  Processing: 'processing',
  Training: 'training',
  Transform: 'transform',
  Glue: 'Glue',
};

export const errors = {
  nameTaken: (kind: JobKind, arn: string) =>
    awsError(
      'ResourceInUse',
      `Job name must be unique within an AWS account and region, and a ${NOUNS[kind]} job with this name already exists (${arn})`,
    ),
  notFound: (kind: JobKind, name: string) =>
    validation(
      kind === 'Training' ? 'Requested resource not found.' : `Could not find requested job with name: ${name}`,
    ),
  /** As AWS words it. */
  noModel: (arn: string) => validation(`Could not find model "${arn}".`),
  notStoppable: (kind: JobKind, status: string) =>
    validation(`The request was rejected because the ${NOUNS[kind]} job is in status ${status}.`),
  notUpdatable: (name: string, status: string) =>
    validation(
      `The request was rejected because the training job '${name}' is in status ${status}. Only a job that is under way can be updated.`,
    ),
  notDeletable: (kind: JobKind, name: string, status: string) =>
    awsError(
      'ResourceInUse',
      `The ${NOUNS[kind]} job '${name}' is in status ${status}. Only jobs that are over, and whose files have been cleared away, can be deleted: stop it, or try again in a moment.`,
    ),
  role: (arn: string) =>
    validation(
      `Could not assume role ${arn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`,
    ),
  /** As AWS words a quota. */
  instances: (kind: JobKind, count: number, most: number) =>
    awsError(
      'ResourceLimitExceeded',
      `The account-level service limit 'Number of instances for a ${NOUNS[kind]} job' is ${most} Instances, with current utilization of 0 Instances and a request delta of ${count} Instances. All of a job's instances share this machine: ask for fewer.`,
    ),
  queueFull: (waiting: number) =>
    awsError(
      'ResourceLimitExceeded',
      `${waiting} jobs wait for this machine already, which is the limit. Wait until some have begun ('telar top' shows them), or stop some.`,
    ),
  hostsWithoutNetwork: () =>
    validation(
      "Jobs of this server reach Telar alone (--network telar), so that hosts of a job could not reach each other. Use one instance, or start the server with '--network machine'.",
    ),
  image: (sentence: string) => validation(sentence),
  /** What Telar does not do, by its name in the request. */
  unsupported: (member: string, advice: string) => validation(`Telar does not support ${member} yet. ${advice}`),
  invalid: (sentence: string) => validation(sentence),
} as const;

/** Instances of one job: AWS's own quota for most types. */
const MOST_INSTANCES = 20;

/** @throws ResourceLimitExceeded, ValidationException */
export function checkInstances(kind: JobKind, count: number, networkIsolation: boolean): void {
  if (count > MOST_INSTANCES) throw errors.instances(kind, count, MOST_INSTANCES);
  if (count > 1 && networkIsolation) {
    const what = 'EnableNetworkIsolation with an InstanceCount above 1';
    throw errors.unsupported(what, 'Hosts that talk to each other need a network: leave it out, or use one instance.');
  }
}

export type FailureKind = 'ClientError' | 'InternalServerError';

/** Why a job could not be carried out, found while it was: it ends the job as Failed, with this as its FailureReason. */
export type JobFailure = Error & { readonly failure: FailureKind };

/** @param failure `InternalServerError` when the fault is Telar's or the machine's: retry policies may apply */
export function jobFailure(failure: FailureKind, message: string): JobFailure {
  return Object.assign(new Error(message), { name: 'JobFailure', failure });
}

export function isJobFailure(error: unknown): error is JobFailure {
  return error instanceof Error && 'failure' in error;
}
