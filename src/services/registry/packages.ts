/**
 * Model packages: versions in a group, and unversioned ones.
 *
 * R1. Versions count up from 1; a deleted version's number is never given again.
 * R2. A package is registered only while the data of every model that it names exists, by who may read it.
 * R3. The same ClientToken with the same request answers the package that it made the first time.
 */
import { createHash } from 'node:crypto';
import type { Call, OutputOf } from '../../protocol/service.ts';
import { readUser, writeUser } from '../../protocol/userContext.ts';
import type { CreatePackageInput, PackageDescription, Parts, Sdk } from './context.ts';
import { registryErrors } from './errors.ts';
import { createGroup, requireGroup } from './groups.ts';
import { type Kept, readKept } from './kept.ts';
import { type ApprovalStatus, COMPLETED, DEFAULT_APPROVAL, KEPT_MEMBERS, REFUSED_MEMBERS } from './legal.ts';
import { groupArn, groupArnOf, type Place, packageArn, packageArnOf, registryName } from './names.ts';
import type { RegisteredPackage } from './ports.ts';
import { specificationOf } from './sources.ts';
import { checkContainers, containerUris } from './specifications.ts';
import type { PackageRow } from './store.ts';
import { tellOfPackage } from './telling.ts';

type PackageSummary = NonNullable<OutputOf<Sdk, 'ListModelPackages'>['ModelPackageSummaryList']>[number];
type BatchSummary = NonNullable<OutputOf<Sdk, 'BatchDescribeModelPackage'>['ModelPackageSummaries']>[string];

export const arnOfPackage = ({ account }: Parts, { region, name, version }: PackageRow): string =>
  packageArn({ account, region }, name, version);

/** The package of a name, `group/version` or ARN, if there is one. */
export function findPackage({ store, account }: Parts, place: Place, nameOrArn: string): PackageRow | undefined {
  const named = registryName(account, packageArnOf(place, nameOrArn));
  return named?.kind === 'package' ? store.package(named.key) : undefined;
}

/** @throws ValidationException */
export function requirePackage(parts: Parts, place: Place, nameOrArn: string): PackageRow {
  const found = findPackage(parts, place, nameOrArn);
  if (!found) throw registryErrors.noPackage(packageArnOf(place, nameOrArn));
  return found;
}

/** Registers a package and answers its ARN. Inside a transaction. */
export function createPackage(parts: Parts, input: CreatePackageInput, call: Call): string {
  const request = digest(input);
  const made = madeBefore(parts, input.ClientToken, request, call);
  if (made) return arnOfPackage(parts, made);

  refuseUnsupported(input);
  const { ModelPackageName, ModelPackageGroupName } = input;
  if (ModelPackageName !== undefined && ModelPackageGroupName !== undefined) throw registryErrors.bothNames();
  const given = { ...input, ...specificationOf(parts, input, call) };
  const row =
    ModelPackageGroupName === undefined
      ? unversioned(parts, given, call)
      : nextVersion(parts, ModelPackageGroupName, given, call);
  const kept = keptMembers(given);
  checkContainers(parts.ports, kept.InferenceSpecification?.Containers ?? [], call);
  for (const { Containers } of kept.AdditionalInferenceSpecifications ?? []) {
    checkContainers(parts.ports, Containers ?? [], call);
  }
  parts.store.insertPackage({
    ...row,
    region: call.region,
    approval_description: null,
    kept: JSON.stringify(kept),
    token: input.ClientToken ?? null,
    request,
    created_at: call.now,
    created_by: writeUser(call.principal),
    modified_at: null,
    modified_by: null,
  });
  const arn = packageArn(call, row.name, row.version);
  parts.ports.packageRegistered(registered(parts, { ...row, region: call.region }, kept, call.now));
  if (input.Tags?.length) parts.ports.setTags(arn, input.Tags);
  tellOfPackage(parts.ports, { arn, region: call.region, describe: () => described(parts, call, row) });
  return arn;
}

/**
 * Registers a version as a pipeline's RegisterModel step does: a missing group is created, and tags, which a version
 * cannot have, become its group's.
 */
export function registerVersion(parts: Parts, input: CreatePackageInput, call: Call): string {
  if (input.ModelPackageGroupName === undefined) return createPackage(parts, input, call);
  const { Tags, ...untagged } = input;
  const wanted = groupArnOf(call, input.ModelPackageGroupName);
  const named = registryName(parts.account, wanted);
  if (named?.kind !== 'group' || named.key.region !== call.region) throw registryErrors.noGroup(wanted);
  if (!parts.store.group(named.key)) {
    const refusal = call.refusal?.({ action: 'sagemaker:CreateModelPackageGroup', resource: wanted });
    if (refusal) throw refusal;
    createGroup(parts, { ModelPackageGroupName: named.key.name }, call);
  }
  if (Tags?.length) parts.ports.setTags(wanted, Tags);
  return createPackage(parts, untagged, call);
}

/** What others are told of a package. */
export function registered(
  { store, account }: Parts,
  { region, name, version, approval }: Pick<PackageRow, 'region' | 'name' | 'version' | 'approval'>,
  kept: Kept,
  at: number,
): RegisteredPackage {
  const place = { account, region };
  const group = version > 0 ? store.group({ region, name }) : undefined;
  return {
    arn: packageArn(place, name, version),
    region,
    group: group && { name, arn: groupArn(place, name), createdAt: group.created_at },
    label: version > 0 ? `${name}-${version}` : name,
    approval: approval ?? undefined,
    containers: containerUris(kept.InferenceSpecification?.Containers ?? []),
    at,
  };
}

type New = Pick<PackageRow, 'name' | 'version' | 'approval'>;

function unversioned(parts: Parts, input: CreatePackageInput, call: Call): New {
  const name = input.ModelPackageName;
  if (name === undefined) throw registryErrors.noName();
  if (input.ModelApprovalStatus !== undefined) throw registryErrors.notForUnversioned('ModelApprovalStatus');
  if (input.InferenceSpecification === undefined) throw registryErrors.needsSpecification();
  if (input.InferenceSpecification.Containers?.some(({ Environment }) => Object.keys(Environment ?? {}).length > 0)) {
    throw registryErrors.notForUnversioned('Environment variable map');
  }
  if (parts.store.package({ region: call.region, name, version: 0 })) {
    throw registryErrors.packageExists(packageArn(call, name, 0));
  }
  return { name, version: 0, approval: null };
}

function nextVersion(parts: Parts, groupNameOrArn: string, input: CreatePackageInput, call: Call): New {
  if (input.Tags?.length) throw registryErrors.versionsUntagged();
  const group = requireGroup(parts, call, groupNameOrArn);
  parts.store.setNextVersion({ id: group.id, next_version: group.next_version + 1 });
  return { name: group.name, version: group.next_version, approval: input.ModelApprovalStatus ?? DEFAULT_APPROVAL };
}

function madeBefore(parts: Parts, token: string | undefined, request: string, call: Call): PackageRow | undefined {
  const made = token === undefined ? undefined : parts.store.packageOfToken({ region: call.region, token });
  if (made && made.request !== request) throw registryErrors.tokenReused(made.token!);
  return made;
}

/** Of a request, to tell whether its token comes with the same one again. */
export const digest = (input: object): string => createHash('sha256').update(JSON.stringify(input)).digest('base64url');

function refuseUnsupported(input: CreatePackageInput): void {
  for (const member of Object.keys(REFUSED_MEMBERS) as (keyof typeof REFUSED_MEMBERS)[]) {
    if (input[member] !== undefined) throw registryErrors.unsupported(member, REFUSED_MEMBERS[member]);
  }
  if (input.CertifyForMarketplace) {
    throw registryErrors.unsupported('CertifyForMarketplace', 'offer packages on the AWS Marketplace');
  }
}

function keptMembers(input: CreatePackageInput): Kept {
  return Object.fromEntries(
    KEPT_MEMBERS.flatMap((member) => (input[member] === undefined ? [] : [[member, input[member]]])),
  );
}

const naming = ({ name, version }: PackageRow) =>
  version > 0 ? { ModelPackageGroupName: name, ModelPackageVersion: version } : { ModelPackageName: name };

/** The members that descriptions and summaries share. */
function essentials(parts: Parts, row: PackageRow) {
  const { ModelPackageDescription, ModelPackageRegistrationType } = readKept(row);
  return {
    ...naming(row),
    ModelPackageArn: arnOfPackage(parts, row),
    ...(ModelPackageDescription === undefined ? {} : { ModelPackageDescription }),
    ...(ModelPackageRegistrationType === undefined ? {} : { ModelPackageRegistrationType }),
    CreationTime: new Date(row.created_at),
    ModelPackageStatus: COMPLETED,
    ...(row.approval === null ? {} : { ModelApprovalStatus: row.approval as ApprovalStatus }),
  } as const;
}

export function summarizePackage(parts: Parts, row: PackageRow): PackageSummary {
  const { ModelLifeCycle } = readKept(row);
  return { ...essentials(parts, row), ...(ModelLifeCycle === undefined ? {} : { ModelLifeCycle }) };
}

export function describePackage(parts: Parts, row: PackageRow): PackageDescription {
  return {
    // AWS has no name for a version, although its model calls the member required.
    ModelPackageName: undefined,
    ...readKept(row),
    ...essentials(parts, row),
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    CertifyForMarketplace: false,
    CreatedBy: readUser(row.created_by),
    ...(row.approval_description === null ? {} : { ApprovalDescription: row.approval_description }),
    ...(row.modified_at === null ? {} : { LastModifiedTime: new Date(row.modified_at) }),
    ...(row.modified_by === null ? {} : { LastModifiedBy: readUser(row.modified_by) }),
  };
}

const described = (parts: Parts, { region }: Place, { name, version }: New) =>
  describePackage(parts, parts.store.package({ region, name, version })!);

/** What BatchDescribeModelPackage answers of each package. */
export function batchDescription(parts: Parts, row: PackageRow): BatchSummary {
  return {
    ModelPackageGroupName: row.version > 0 ? row.name : undefined,
    ...essentials(parts, row),
    InferenceSpecification: readKept(row).InferenceSpecification,
  };
}

/** Deletes a package; the data and reports that it names stay where they are. Inside a transaction. */
export function deletePackage({ store, ports, account }: Parts, row: PackageRow): void {
  store.removePackage({ id: row.id });
  ports.removeTags(packageArn({ account, region: row.region }, row.name, row.version));
}
