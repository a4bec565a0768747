/** The model registry's operations. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type ConditionKeys, type Operations, reads, writes } from '../../protocol/service.ts';
import type { CreateGroupInput, CreatePackageInput, Parts, Sdk, UpdatePackageInput } from './context.ts';
import { registryErrors } from './errors.ts';
import { createGroup, deleteGroup, describeGroup, findGroup, requireGroup, summarizeGroup } from './groups.ts';
import { listGroups, listPackages } from './lists.ts';
import { groupArn, groupArnOf, packageArn, packageArnOf } from './names.ts';
import {
  arnOfPackage,
  batchDescription,
  createPackage,
  deletePackage,
  describePackage,
  findPackage,
  requirePackage,
  summarizePackage,
} from './packages.ts';
import { policyText, putPolicy, removePolicy } from './policies.ts';
import { updatePackage } from './updates.ts';

type GroupNames =
  | 'CreateModelPackageGroup'
  | 'DescribeModelPackageGroup'
  | 'ListModelPackageGroups'
  | 'DeleteModelPackageGroup'
  | 'PutModelPackageGroupPolicy'
  | 'GetModelPackageGroupPolicy'
  | 'DeleteModelPackageGroupPolicy';
type PackageNames =
  | 'CreateModelPackage'
  | 'DescribeModelPackage'
  | 'BatchDescribeModelPackage'
  | 'ListModelPackages'
  | 'UpdateModelPackage'
  | 'DeleteModelPackage';

export function groupOperations(parts: Parts): Operations<Sdk, GroupNames> {
  const on =
    (action: string) =>
    ({ ModelPackageGroupName }: { ModelPackageGroupName?: string | undefined }, call: Call): Access[] => [
      { action: `sagemaker:${action}`, resource: groupArnOf(call, ModelPackageGroupName!) },
    ];
  return {
    CreateModelPackageGroup: writes(
      ({ ModelPackageGroupName, Tags }, call) =>
        creating('CreateModelPackageGroup', groupArn(call, ModelPackageGroupName!), Tags),
      (input, call) => ({ ModelPackageGroupArn: createGroup(parts, input, call) }),
    ),
    DescribeModelPackageGroup: reads(on('DescribeModelPackageGroup'), ({ ModelPackageGroupName }, call) =>
      describeGroup(parts, requireGroup(parts, call, ModelPackageGroupName!)),
    ),
    ListModelPackageGroups: reads(
      () => [{ action: 'sagemaker:ListModelPackageGroups', resource: '*' }],
      (input, call) => {
        const { items, next } = listGroups(parts, input, call);
        return { ModelPackageGroupSummaryList: items.map((row) => summarizeGroup(parts, row)), ...nextToken(next) };
      },
    ),
    DeleteModelPackageGroup: writes(on('DeleteModelPackageGroup'), ({ ModelPackageGroupName }, call) => {
      deleteGroup(parts, requireGroup(parts, call, ModelPackageGroupName!));
      return {};
    }),
    PutModelPackageGroupPolicy: writes(
      on('PutModelPackageGroupPolicy'),
      ({ ModelPackageGroupName, ResourcePolicy }, call) => ({
        ModelPackageGroupArn: putPolicy(parts, call, ModelPackageGroupName!, ResourcePolicy!),
      }),
    ),
    GetModelPackageGroupPolicy: reads(on('GetModelPackageGroupPolicy'), ({ ModelPackageGroupName }, call) => ({
      ResourcePolicy: policyText(parts, call, ModelPackageGroupName!),
    })),
    DeleteModelPackageGroupPolicy: writes(on('DeleteModelPackageGroupPolicy'), ({ ModelPackageGroupName }, call) => {
      removePolicy(parts, call, ModelPackageGroupName!);
      return {};
    }),
  };
}

export function packageOperations(parts: Parts): Operations<Sdk, PackageNames> {
  const on =
    (action: string) =>
    ({ ModelPackageName }: { ModelPackageName?: string | undefined }, call: Call): Access[] => [
      { action: `sagemaker:${action}`, resource: packageArnOf(call, ModelPackageName!) },
    ];
  return {
    CreateModelPackage: writes(
      (input, call) =>
        creating('CreateModelPackage', newPackageArn(parts, input, call), input.Tags, () => packageKeys(input)),
      (input, call) => ({ ModelPackageArn: createPackage(parts, input, call) }),
    ),
    DescribeModelPackage: reads(on('DescribeModelPackage'), ({ ModelPackageName, IncludedData }, call) => {
      const { ModelCard, ...metadata } = describePackage(parts, requirePackage(parts, call, ModelPackageName!));
      return ModelCard === undefined || IncludedData === 'MetadataOnly' ? metadata : { ...metadata, ModelCard };
    }),
    BatchDescribeModelPackage: reads(
      ({ ModelPackageArnList }) =>
        ModelPackageArnList!.map((resource) => ({ action: 'sagemaker:BatchDescribeModelPackage', resource })),
      ({ ModelPackageArnList }, call) => batch(parts, ModelPackageArnList!, call),
    ),
    ListModelPackages: reads(
      () => [{ action: 'sagemaker:ListModelPackages', resource: '*' }],
      (input, call) => {
        const { items, next } = listPackages(parts, input, call);
        return { ModelPackageSummaryList: items.map((row) => summarizePackage(parts, row)), ...nextToken(next) };
      },
    ),
    UpdateModelPackage: writes(
      (input) => [
        { action: 'sagemaker:UpdateModelPackage', resource: input.ModelPackageArn!, keys: () => packageKeys(input) },
      ],
      (input, call) => {
        const row = requirePackage(parts, call, input.ModelPackageArn!);
        updatePackage(parts, row, input, call);
        return { ModelPackageArn: arnOfPackage(parts, row) };
      },
    ),
    DeleteModelPackage: writes(on('DeleteModelPackage'), ({ ModelPackageName }, call) => {
      deletePackage(parts, requirePackage(parts, call, ModelPackageName!));
      return {};
    }),
  };
}

const nextToken = (next: string | undefined) => (next === undefined ? {} : { NextToken: next });

/** To create something with tags takes the right to tag it, too. */
function creating(
  action: string,
  resource: string,
  tags: CreateGroupInput['Tags'],
  more: () => ConditionKeys = () => ({}),
): Access[] {
  const keys = () => ({ ...more(), ...requestTagKeys(tags) });
  const create = { action: `sagemaker:${action}`, resource, keys };
  return tags?.length ? [create, { action: 'sagemaker:AddTags', resource, keys }] : [create];
}

/** What policies that part makers from approvers look at. */
const packageKeys = (input: Partial<CreatePackageInput & UpdatePackageInput>): ConditionKeys => ({
  'sagemaker:ModelApprovalStatus': input.ModelApprovalStatus,
  // AWS's own pages write them in both ways.
  'sagemaker:ModelLifeCycle:stage': input.ModelLifeCycle?.Stage,
  'sagemaker:ModelLifeCycle/stage': input.ModelLifeCycle?.Stage,
  'sagemaker:ModelLifeCycle:stageStatus': input.ModelLifeCycle?.StageStatus,
  'sagemaker:ModelLifeCycle/stageStatus': input.ModelLifeCycle?.StageStatus,
  'sagemaker:CustomerMetadataPropertiesToRemove': input.CustomerMetadataPropertiesToRemove,
  ...Object.fromEntries(
    Object.entries(input.CustomerMetadataProperties ?? {}).map(([key, value]) => [
      `sagemaker:CustomerMetadataProperties/${key}`,
      value,
    ]),
  ),
});

type Naming = { ModelPackageName?: string | undefined; ModelPackageGroupName?: string | undefined };

/** The ARN that a package will have: of a version, its group's next. */
function newPackageArn(parts: Parts, { ModelPackageName, ModelPackageGroupName }: Naming, call: Call): string {
  if (ModelPackageGroupName === undefined) return packageArn(call, ModelPackageName ?? '', 0);
  const group = findGroup(parts, call, ModelPackageGroupName);
  if (!group) return packageArn(call, groupArnOf(call, ModelPackageGroupName).split('/').at(-1) ?? '', 1);
  return packageArn(call, group.name, group.next_version);
}

function batch(parts: Parts, arns: readonly string[], call: Call) {
  const found = arns.map((arn) => ({ arn, row: findPackage(parts, call, arn) }));
  const summaries = found.flatMap(({ arn, row }) => (row ? [[arn, batchDescription(parts, row)] as const] : []));
  const errors = found.flatMap(({ arn, row }) => {
    const { code, message } = registryErrors.noPackage(arn);
    return row ? [] : [[arn, { ErrorCode: code, ErrorResponse: message }] as const];
  });
  return {
    ...(summaries.length > 0 ? { ModelPackageSummaries: Object.fromEntries(summaries) } : {}),
    ...(errors.length > 0 ? { BatchDescribeModelPackageErrorMap: Object.fromEntries(errors) } : {}),
  };
}
