/** What the models service needs from others; wired by the server. */
import type { Call } from '../../protocol/service.ts';

/** A container as a model package names it: the SDK's ModelPackageContainerDefinition, as far as a model needs it. */
export type PackageContainer = {
  Image?: string | undefined;
  ModelDataUrl?: string | undefined;
  ModelDataSource?: unknown;
  AdditionalModelDataSources?: unknown;
  Environment?: Readonly<Record<string, string>> | undefined;
};

/** A registered model, as its registry has it. */
export type ModelPackage = {
  arn: string;
  /** Undefined for an unversioned package, which nobody approves. */
  approval: string | undefined;
  containers: readonly PackageContainer[];
};

export type ModelsPorts = {
  /** The model package of a name, `group/version` or ARN; undefined when there is none. */
  modelPackage(call: Pick<Call, 'account' | 'region'>, nameOrArn: string): ModelPackage | undefined;
  /** Whether an object exists; of a URI that ends in a slash, whether any object lies under it. */
  objectExists(s3Uri: string): boolean;
  /** Whether the role exists and SageMaker may assume it for this model. */
  roleExists(roleArn: string, modelArn: string): boolean;
  /** Inside a transaction. */
  setTags(arn: string, tags: readonly Tag[]): void;
  /** Inside a transaction. */
  removeTags(arn: string): void;
};

export type Tag = { Key?: string | undefined; Value?: string | undefined };
