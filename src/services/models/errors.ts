/** What the models service refuses, in AWS's words where they are on record. */
import { awsError } from '../../protocol/errors.ts';

const validation = (message: string) => awsError('ValidationException', message);

export const errors = {
  exists: (arn: string) => validation(`Cannot create already existing model "${arn}".`),
  notFound: (arn: string) => validation(`Could not find model "${arn}".`),
  noModelData: (uri: string) => validation(`Could not find model data at ${uri}.`),
  noPackage: (name: string) => validation(`ModelPackage ${name} does not exist.`),
  notApproved: (arn: string, approval: string) =>
    validation(
      `Model package ${arn} cannot be used: its ModelApprovalStatus is ${approval}. Approve it (UpdateModelPackage), or name an approved version.`,
    ),
  packageWithoutContainer: (arn: string) =>
    validation(
      `Model package ${arn} cannot be used: it has no InferenceSpecification that says which image serves it. Register a version that has one.`,
    ),
  role: (arn: string) =>
    validation(
      `Could not assume role ${arn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`,
    ),
  /** What Telar does not do, by its name in the request. */
  unsupported: (member: string, advice: string) => validation(`Telar does not support ${member} yet. ${advice}`),
  invalid: (sentence: string) => validation(sentence),
} as const;
