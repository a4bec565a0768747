/**
 * The model that a file is scored with: the newest approved version of a group, as a SageMaker Model.
 *
 * N1. The Model's name comes from what it is made of, so that each version is made into one once, whoever asks, and none is
 *     made for nothing: several predictions at a time share it.
 */
import { createHash } from 'node:crypto';
import type { ModelPackageSummary, SageMaker, TransformInstanceType } from '@aws-sdk/client-sagemaker';
import { everyPage, unlessMissing } from '../aws.ts';
import { codeOf, failure } from '../errors.ts';

export type Approved = {
  arn: string;
  group: string;
  version: number;
  /** Whether the model reads the header line: one with a program of its own does, the built-in XGBoost takes numbers alone. */
  takesHeader: boolean;
  instance: TransformInstanceType;
};

const PAGE = 100;
const HASH_LENGTH = 20;

/** @param command how a command is written here @throws NoApprovedModel */
export async function newestApproved(
  sagemaker: SageMaker,
  group: string,
  command: (words: string) => string,
): Promise<Approved> {
  const versions = await everyPage(async (NextToken) => {
    const page = await sagemaker.listModelPackages({
      ...{ ModelPackageGroupName: group, ModelPackageType: 'Versioned' },
      ...{ SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: PAGE, NextToken },
    });
    return { items: page.ModelPackageSummaryList, next: page.NextToken };
  });
  const approved = versions
    .filter(({ ModelApprovalStatus }) => ModelApprovalStatus === 'Approved')
    .sort(newestFirst)[0];
  if (!approved?.ModelPackageArn) throw noneApproved(group, versions.sort(newestFirst), command);
  const { InferenceSpecification } = await sagemaker.describeModelPackage({
    ModelPackageName: approved.ModelPackageArn,
  });
  const { Containers, SupportedTransformInstanceTypes: instances } = InferenceSpecification ?? {};
  const [container] = Containers ?? [];
  const builtIn = /sagemaker-xgboost/.test(container?.Image ?? '') && !container?.Environment?.['SAGEMAKER_PROGRAM'];
  return {
    arn: approved.ModelPackageArn,
    ...{ group, version: approved.ModelPackageVersion ?? 0, takesHeader: !builtIn },
    instance: instances?.[0] ?? 'ml.m5.large',
  };
}

function newestFirst(a: ModelPackageSummary, b: ModelPackageSummary): number {
  return (b.ModelPackageVersion ?? 0) - (a.ModelPackageVersion ?? 0);
}

function noneApproved(group: string, versions: ModelPackageSummary[], command: (words: string) => string) {
  const waiting = versions.find(({ ModelApprovalStatus }) => ModelApprovalStatus === 'PendingManualApproval');
  const next = waiting
    ? `'${command(`approve ${group}/${waiting.ModelPackageVersion}`)}' approves the newest that waits.`
    : versions.length > 0
      ? `All ${versions.length} are rejected: train another, or '${command(`approve ${group}/${versions[0]!.ModelPackageVersion}`)}' takes a rejection back.`
      : 'Nothing is registered in it yet: a pipeline registers a model when its gate holds.';
  return failure('NoApprovedModel', `Model package group '${group}' has no approved version. ${next}`);
}

/** The Model of a version, made where there is none yet. @returns its name */
export async function modelOf(sagemaker: SageMaker, { arn }: Approved, roleArn: string): Promise<string> {
  const { CreationTime } = await sagemaker.describeModelPackage({ ModelPackageName: arn });
  // The time tells a version from one that bore its number before it and was deleted.
  const made = JSON.stringify([arn, CreationTime?.getTime(), roleArn]);
  const ModelName = `predict-${createHash('sha256').update(made).digest('hex').slice(0, HASH_LENGTH)}`;
  if (await unlessMissing(sagemaker.describeModel({ ModelName }))) return ModelName;
  try {
    await sagemaker.createModel({
      ...{ ModelName, ExecutionRoleArn: roleArn, PrimaryContainer: { ModelPackageName: arn } },
    });
  } catch (error) {
    // Somebody else has made it meanwhile.
    if (!(codeOf(error) === 'ValidationException' && /already existing/.test(String(error)))) throw error;
  }
  return ModelName;
}
