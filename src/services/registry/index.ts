/** The model registry: SageMaker's model package groups and model packages, and their approval. */
import type { Call, Service } from '../../protocol/service.ts';
import type { CreatePackageInput, Parts, RegistryContext } from './context.ts';
import { registryName } from './names.ts';
import { groupOperations, packageOperations } from './operations.ts';
import { registerVersion } from './packages.ts';
import { registryStore } from './store.ts';

export type { RegistryContext } from './context.ts';
export * from './legal.ts';
export { migrations } from './store.ts';

export type Registry = {
  service: Service;
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
    exists(arn) {
      const named = registryName(account, arn);
      if (!named) return false;
      return (named.kind === 'group' ? parts.store.group(named.key) : parts.store.package(named.key)) !== undefined;
    },
    registerModelPackage: (input, call) => ({ ModelPackageArn: registerVersion(parts, input, call) }),
  };
}
