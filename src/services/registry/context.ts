/** What the parts of the model registry share. */
import type { Api } from '../../protocol/api.ts';
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { RegistryPorts } from './ports.ts';
import type { RegistryStore } from './store.ts';

export type RegistryContext = {
  /** The SageMaker API, made once by the server. */
  api: Api;
  store: Store;
  /** The account's twelve digits. */
  account: string;
  ports: RegistryPorts;
};

export type Parts = { account: string; ports: RegistryPorts; store: RegistryStore };

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sagemaker');

export type CreateGroupInput = InputOf<Sdk, 'CreateModelPackageGroup'>;
export type CreatePackageInput = InputOf<Sdk, 'CreateModelPackage'>;
export type UpdatePackageInput = InputOf<Sdk, 'UpdateModelPackage'>;
export type PackageDescription = OutputOf<Sdk, 'DescribeModelPackage'>;
