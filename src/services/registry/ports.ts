/** What the model registry needs from others; wired by the server. */
import type { EmitEvent } from '../../base/systemEvents.ts';
import type { Call, InputOf } from '../../protocol/service.ts';

/** A package that was registered, or whose approval has changed. */
export type RegisteredPackage = {
  arn: string;
  region: string;
  /** None of an unversioned package. */
  group: { name: string; arn: string; createdAt: number } | undefined;
  /** Its name, or `group-version`. */
  label: string;
  approval: string | undefined;
  /** What its containers are made of. */
  containers: readonly { uri: string; type: 'Image' | 'Model' }[];
  /** Milliseconds since the epoch. */
  at: number;
};

type Specification = InputOf<
  typeof import('@aws-sdk/client-sagemaker'),
  'CreateModelPackage'
>['InferenceSpecification'];
/** A container that serves: the SDK's ModelPackageContainerDefinition. */
export type Container = NonNullable<NonNullable<Specification>['Containers']>[number];

export type RegistryPorts = {
  /** Inside the transaction that makes or changes a package. */
  emit: EmitEvent;
  /** What a model of SageMaker's is served by; undefined when there is none of this ARN. */
  modelContainers(arn: string): Container[] | undefined;
  /** Inside the transaction that registers a package. */
  packageRegistered(made: RegisteredPackage): void;
  /** Inside the transaction that sets an approval status. */
  approvalChanged(changed: RegisteredPackage): void;
  /**
   * Whether an object exists; of a URI that ends with a slash, whether any object lies under it.
   *
   * @throws AccessDeniedException when the caller may not read it
   */
  objectExists(s3Uri: string, call: Call): boolean;
  /** Sets first tags. Inside a transaction. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  /** Forgets all tags. Inside a transaction. */
  removeTags(arn: string): void;
};

/** The SDK's tag, whose members the chain has found present. */
export type GivenTag = { Key?: string | undefined; Value?: string | undefined };
