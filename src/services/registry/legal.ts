/** What is legal in the model registry, as data: for the service, the CLI and the console. */

/** Any of them may follow any other, as on AWS: an approval can be taken back. */
export const APPROVAL_STATUSES = ['PendingManualApproval', 'Approved', 'Rejected'] as const;
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

/** What a new version gets that is registered without a status. */
export const DEFAULT_APPROVAL: ApprovalStatus = 'PendingManualApproval';

/** Nothing takes time here: groups and packages are complete once created. */
export const COMPLETED = 'Completed';

export const MOST_METADATA_PROPERTIES = 50;
export const MOST_ADDITIONAL_SPECIFICATIONS = 15;

/** Members of CreateModelPackage that are kept as given and answered by DescribeModelPackage. */
export const KEPT_MEMBERS = [
  'ModelPackageDescription',
  'ModelPackageRegistrationType',
  'InferenceSpecification',
  'AdditionalInferenceSpecifications',
  'MetadataProperties',
  'ModelMetrics',
  'Domain',
  'Task',
  'SamplePayloadUrl',
  'CustomerMetadataProperties',
  'DriftCheckBaselines',
  'SkipModelValidation',
  'SourceUri',
  'ModelCard',
  'ModelLifeCycle',
] as const;

/** Members that promise what Telar does not do; each with what it would have done. */
export const REFUSED_MEMBERS = {
  ValidationSpecification: 'validate a model package with transform jobs',
  SourceAlgorithmSpecification: 'register algorithms',
  SecurityConfig: 'encrypt with keys of KMS',
  ManagedStorageType: 'keep model data in storage of its own',
} as const;
