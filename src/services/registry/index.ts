/** The model registry: SageMaker's model package groups and model packages, and their approval. */
import type { Call, Service } from '../../protocol/service.ts';
import type { CreatePackageInput, PackageDescription, Parts, RegistryContext } from './context.ts';
import { describeGroup } from './groups.ts';
import { readKept } from './kept.ts';
import { groupArn, registryName } from './names.ts';
import { groupOperations, packageOperations } from './operations.ts';
import { arnOfPackage, describePackage, findPackage, registered, registerVersion } from './packages.ts';
import { type GroupPolicy, policyOver } from './policies.ts';
import type { RegisteredPackage } from './ports.ts';
import { namedUris } from './specifications.ts';
import { registryStore } from './store.ts';

export type { RegistryContext } from './context.ts';
export * from './legal.ts';
export { migrations } from './store.ts';

/** One registered model, and the S3 URIs that it names: its data, and the reports that speak for it. */
export type ModelData = { id: number; uris: readonly string[] };

/** A group or package as it is described, in the order of their making: for Search. */
export type Following = (
  region: string,
  after: number,
  limit: number,
) => { after: number; arn: string; record: Readonly<Record<string, unknown>> }[];
type Containers = NonNullable<NonNullable<PackageDescription['InferenceSpecification']>['Containers']>;

/** What a model is made of, when it is made of a package. */
export type ServedPackage = { arn: string; approval: string | undefined; containers: Readonly<Containers> };

export type Registry = {
  service: Service;
  /** The models in the order of their registration: a page of those after an id. */
  modelData(after: number, limit: number): ModelData[];
  /** The policy of the group that an ARN names or lies in, if it has one. */
  groupPolicy(arn: string): GroupPolicy | undefined;
  /** What others were told of each package, or would have been: those after an id. */
  registrations(after: number, limit: number): { after: number; registered: RegisteredPackage }[];
  groups: Following;
  packages: Following;
  /** A package by its name, `group/version` or ARN; undefined when there is none. */
  servedPackage(place: Pick<Call, 'account' | 'region'>, nameOrArn: string): ServedPackage | undefined;
  /** Whether an ARN names a group or package: for its tags. */
  exists(arn: string): boolean;
  /**
   * Registers a version as a pipeline's RegisterModel step does: like CreateModelPackage, but a missing group is created,
   * and tags become the group's. Inside a transaction; answers as CreateModelPackage does.
   */
  registerModelPackage(input: CreatePackageInput, call: Call): { ModelPackageArn: string };
};

/** @example const registry = createRegistryService({ api: sagemaker, store, account, ports: { objectExists, setTags, removeTags } }); */
export function createRegistryService({ api, store, account, ports }: RegistryContext): Registry {
  const parts: Parts = { account, ports, store: registryStore(store.sql) };
  return {
    service: { name: 'registry', api, operations: { ...groupOperations(parts), ...packageOperations(parts) } },
    modelData: (after, limit) =>
      parts.store.packagesAfter({ after, limit }).map(({ id, kept }) => ({ id, uris: namedUris(JSON.parse(kept)) })),
    groupPolicy: (arn) => policyOver(parts, arn),
    registrations: (after, limit) =>
      parts.store.allAfter({ after, limit }).map((row) => ({
        after: row.id,
        registered: registered(parts, row, readKept(row), row.created_at),
      })),
    groups: (region, after, limit) =>
      parts.store.groupsFollowing({ region, after, limit }).map((row) => ({
        after: row.id,
        arn: groupArn({ account, region }, row.name),
        record: describeGroup(parts, row),
      })),
    packages: (region, after, limit) =>
      parts.store.packagesFollowing({ region, after, limit }).map((row) => ({
        after: row.id,
        arn: arnOfPackage(parts, row),
        record: describePackage(parts, row),
      })),
    servedPackage(place, nameOrArn) {
      const row = findPackage(parts, place, nameOrArn);
      if (!row) return undefined;
      const containers = readKept(row).InferenceSpecification?.Containers ?? [];
      return { arn: arnOfPackage(parts, row), approval: row.approval ?? undefined, containers };
    },
    exists(arn) {
      const named = registryName(account, arn);
      if (!named) return false;
      return (named.kind === 'group' ? parts.store.group(named.key) : parts.store.package(named.key)) !== undefined;
    },
    registerModelPackage: (input, call) => ({ ModelPackageArn: registerVersion(parts, input, call) }),
  };
}
