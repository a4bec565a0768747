/** What the tags service refuses, in SageMaker's code for all of it. */
import { awsError } from '../../protocol/errors.ts';

const validation = (message: string) => awsError('ValidationException', message);

export const tagErrors = {
  noResource: (arn: string) => validation(`Resource ${arn} does not exist.`),
  versionsUntagged: () =>
    validation('Tags are not supported in Model Package versions. Please add them to the Model Package Group'),
  tooMany: (arn: string, most: number) =>
    validation(`Resource ${arn} would have more than ${most} tags. Remove some with DeleteTags first.`),
  twice: (key: string) => validation(`Duplicate tag keys found: '${key}' is given twice.`),
  reserved: (key: string) =>
    validation(`aws: prefixed tag key names are not allowed for external use; '${key}' is one.`),
} as const;
