/** The errors of the telar service. */
import { awsError } from '../../protocol/errors.ts';

export const errors = {
  noExecution: (arn: string) =>
    awsError('ResourceNotFound', `There is no pipeline execution '${arn}'. 'telar status' lists the ones there are.`),
  noStep: (step: string, known: readonly string[]) =>
    awsError('ResourceNotFound', `The execution has no step '${step}'. It has: ${known.join(', ')}.`),
  noMail: (id: number) =>
    awsError('ResourceNotFound', `There is no mail ${id} in the outbox. 'telar outbox' lists the ones there are.`),
  /** @param reason a sentence about the object */
  noPreview: (reason: string) => awsError('NoPreview', `The object cannot be shown. ${reason}`),
  noFirings: (arn: string) =>
    awsError(
      'ResourceNotFound',
      `There is no schedule or rule '${arn}'. 'telar schedule list' and 'aws events list-rules' name them.`,
    ),
  noJob: (arn: string) => awsError('ResourceNotFound', `There is no job '${arn}', or it was deleted.`),
  noImages: () => awsError('NotImplemented', 'This server keeps no container images: its jobs do not really run.', 501),
  noActivity: (uri: string) =>
    awsError('ResourceNotFound', `Nothing was begun for the image '${uri}' since this server started.`),
  /** The runner's own words. */
  image: (code: string, message: string) =>
    awsError(code === 'UnknownImage' ? 'ResourceNotFound' : code === 'ImageInUse' ? 'ResourceInUse' : code, message),
} as const;
