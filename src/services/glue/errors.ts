/** What the Glue service refuses, in AWS's words where they are known. */
import { awsError } from '../../protocol/errors.ts';

const invalid = (message: string) => awsError('InvalidInputException', message);
const notFound = (message: string) => awsError('EntityNotFoundException', message);

export const glueErrors = {
  noJob: (name: string) => notFound(`Job with name: ${name} not found.`),
  /** As AWS words it where a run is asked for. */
  noJobToRun: () => notFound('Failed to start job run due to missing metadata'),
  noRun: (job: string, run: string) => notFound(`Job Run for Job ${job} with ID ${run} not found.`),
  noResource: (arn: string) =>
    notFound(`There is no Glue job of this account and region at ${arn}. Jobs are the only resources of Glue's here.`),
  jobDiffers: (name: string) =>
    awsError(
      'IdempotentParameterMismatchException',
      `Job with name: ${name} already submitted with different configuration. Use UpdateJob to change it.`,
    ),
  concurrent: (name: string) => awsError('ConcurrentRunsExceededException', `Concurrent runs exceeded for ${name}`),
  role: (role: string) => invalid(`Role ${role} should be given assume role permissions for Glue Service.`),
  invalid,
  /** What Telar does not do, by its name in the request. */
  unsupported: (what: string, advice: string) => invalid(`Telar does not support ${what} yet. ${advice}`),
  token: () =>
    invalid(
      'The NextToken is not valid for this request. Repeat the request that gave it, unchanged, or start again without it.',
    ),
} as const;
