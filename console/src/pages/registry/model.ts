/** A model package as its pages read it. */
import type { Output } from '../../data/types.ts';

export type ModelPackage = Output<'sagemaker', 'DescribeModelPackage'>;

/** Where the report of its evaluation lies; empty where it has none. */
export function reportUri({ ModelMetrics }: Pick<ModelPackage, 'ModelMetrics'>): string {
  const { ModelQuality, Bias, Explainability } = ModelMetrics ?? {};
  const found = ModelQuality?.Statistics ?? Bias?.Report ?? Explainability?.Report;
  return found?.S3Uri ?? '';
}

/** `group/3`, as the command line names it. */
export const nameOf = ({ ModelPackageGroupName, ModelPackageVersion }: ModelPackage): string =>
  `${ModelPackageGroupName}/${ModelPackageVersion}`;

/** What of two versions is compared: what people chose and measured, not what the registry made of it. */
export function compared(model: ModelPackage, report: unknown): Readonly<Record<string, unknown>> {
  return {
    Approval: model.ModelApprovalStatus,
    ApprovalDescription: model.ApprovalDescription,
    Description: model.ModelPackageDescription,
    Report: report,
    Containers: model.InferenceSpecification?.Containers,
    ContentTypes: model.InferenceSpecification?.SupportedContentTypes,
    Metadata: model.CustomerMetadataProperties,
    CreatedBy: model.CreatedBy?.IamIdentity?.Arn,
  };
}
