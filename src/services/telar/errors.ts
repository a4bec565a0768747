/** The errors of the telar service. */
import { awsError } from '../../protocol/errors.ts';

export const errors = {
  noExecution: (arn: string) =>
    awsError('ResourceNotFound', `There is no pipeline execution '${arn}'. 'telar status' lists the ones there are.`),
  noStep: (step: string, known: readonly string[]) =>
    awsError('ResourceNotFound', `The execution has no step '${step}'. It has: ${known.join(', ')}.`),
} as const;
