/** The model registry: SageMaker's model package groups and model packages, and their approval. */
import type { Call, Service } from '../../protocol/service.ts';
import type { CreatePackageInput, PackageDescription, Parts, RegistryContext } from './context.ts';
import { registryName } from './names.ts';
import { groupOperations, packageOperations } from './operations.ts';
import { arnOfPackage, findPackage, readKept, registerVersion } from './packages.ts';
import { namedUris } from './specifications.ts';
import { registryStore } from './store.ts';

export type { RegistryContext } from './context.ts';
export * from './legal.ts';
export { migrations } from './store.ts';

/** One registered model, and the S3 URIs that it names: its data, and the reports that speak for it. */
export type ModelData = { id: number; uris: readonly string[] };

type Containers = NonNullable<NonNullable<PackageDescription['InferenceSpecification']>['Containers']>;

/** What a model is made of, when it is made of a package. */
export type ServedPackage = { arn: string; approval: string | undefined; containers: Readonly<Containers> };

export type Registry = {
  service: Service;
  /** The models in the order of their registration: a page of those after an id. */
  modelData(after: number, limit: number): ModelData[];
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
