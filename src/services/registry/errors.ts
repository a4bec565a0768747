/** What the model registry refuses, in AWS's words where they are on record. */
import { awsError } from '../../protocol/errors.ts';

const validation = (message: string) => awsError('ValidationException', message);
const conflict = (message: string) => awsError('ConflictException', message);

export const registryErrors = {
  noGroup: (arn: string) => validation(`ModelPackageGroup ${arn} does not exist.`),
  groupExists: (arn: string) => validation(`Model Package Group already exists: ${arn}`),
  groupNotEmpty: (arn: string, versions: number) =>
    conflict(
      `ModelPackageGroup ${arn} cannot be deleted: it contains ${versions} model package${versions === 1 ? '' : 's'}. Delete them first.`,
    ),
  /** AWS words it so for policies alone: Terraform and CloudFormation tell by these sentences that there is nothing to delete. */
  noGroupOfPolicy: (arn: string) => validation(`Cannot find Model Package Group: ${arn}`),
  noPolicy: (arn: string) => validation(`Cannot find resource policy for: ${arn}`),
  malformedPolicy: (name: string, problems: string) =>
    validation(`The resource policy of model package group ${name} is not valid: ${problems}`),
  noPackage: (arn: string) => validation(`ModelPackage ${arn} does not exist.`),
  packageExists: (arn: string) => validation(`Model Package already exists: ${arn}`),
  bothNames: () =>
    validation(
      'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    ),
  noName: () => validation('Missing ARN. Give ModelPackageGroupName, or ModelPackageName for an unversioned package.'),
  notForUnversioned: (member: string) =>
    validation(`1 validation errors detected:${member} cannot be specified when using non-versioned ModelPackages`),
  notForVersioned: (member: string) =>
    validation(`1 validation errors detected:${member} cannot be specified when using versioned ModelPackages`),
  needsSpecification: () =>
    validation('An unversioned ModelPackage needs an InferenceSpecification: what serves the model, and its data.'),
  versionsUntagged: () =>
    validation('Tags are not supported in Model Package versions. Please add them to the Model Package Group'),
  noModelData: (uri: string) => validation(`Could not find model data at ${uri}.`),
  additionalSourceNotAllowed: () => validation('AdditionalS3DataSource is not allowed in InferenceSpecification'),
  twoSources: () => validation('ModelDataUrl and ModelDataSource cannot both be specified for a container.'),
  sourceAndSpecification: () =>
    validation(
      'SourceUri and InferenceSpecification cannot both be specified. To keep where a model comes from, register it with its InferenceSpecification, then set SourceUri with UpdateModelPackage.',
    ),
  noModel: (arn: string) => validation(`Could not find model "${arn}".`),
  tooManyProperties: (most: number) =>
    validation(`A model package has at most ${most} CustomerMetadataProperties. Remove some first.`),
  tooManySpecifications: (most: number) =>
    validation(`A model package has at most ${most} additional inference specifications.`),
  specificationExists: (name: string) =>
    validation(`The additional inference specification '${name}' exists in this model package already.`),
  tokenReused: (token: string) =>
    conflict(`ClientToken ${token} was used for another request. Use a new token for a new request.`),
  unsupported: (member: string, ability: string) =>
    validation(`Telar does not ${ability} yet. Repeat the request without ${member}.`),
} as const;
