/**
 * What a model is: one container that serves, and the data that it loads.
 *
 * M1. What serves a model is settled when it is created: a package that is changed or deleted later changes no model.
 * M2. A model is created only while the data that it names exists, and from a package only while that is approved.
 */
import type { Call } from '../../protocol/service.ts';
import { type Container, type CreateModelInput, modelArn, type Parts } from './context.ts';
import { errors } from './errors.ts';
import type { PackageContainer } from './ports.ts';

/** Where a model's data lies, and what becomes of it below /opt/ml/model. */
export type ModelData = {
  uri: string;
  /** An archive (tar.gz) is unpacked; an object, and every object under a prefix, is copied. */
  form: 'archive' | 'object' | 'prefix';
};

/** What runs a model. */
export type ServedModel = {
  arn: string;
  name: string;
  roleArn: string;
  image: string;
  environment: Readonly<Record<string, string>>;
  data: ModelData | undefined;
  networkIsolation: boolean;
};

/** Members of a container that nothing here carries out. */
const REFUSED: Readonly<Partial<Record<keyof Container, string>>> = {
  MultiModelConfig: 'Create one model for each artefact.',
  AdditionalModelDataSources: 'Put all that the model needs into its ModelDataUrl.',
  InferenceSpecificationName: "Name the additional specification's Image and ModelDataUrl instead.",
};

/**
 * What serves the model of a request.
 *
 * @throws ValidationException
 */
export function servedModel({ ports }: Parts, input: CreateModelInput, call: Call): ServedModel {
  const arn = modelArn(call, input.ModelName!);
  if (input.VpcConfig) {
    throw errors.unsupported('VpcConfig', 'Leave it out, or isolate the model (EnableNetworkIsolation).');
  }
  const roleArn = input.ExecutionRoleArn;
  if (roleArn === undefined) {
    throw errors.invalid(`Model '${input.ModelName}' needs an ExecutionRoleArn: the role that its container acts as.`);
  }
  if (!ports.roleExists(roleArn, arn)) throw errors.role(roleArn);
  const given = onlyContainer(input);
  checkContainer(given);
  const container = given.ModelPackageName === undefined ? given : packaged(ports, given, given.ModelPackageName, call);
  if (!container.Image) {
    throw errors.invalid(`The container of model '${input.ModelName}' needs an Image or a ModelPackageName.`);
  }
  const data = modelData(container);
  if (data && !ports.objectExists(data.uri)) throw errors.noModelData(data.uri);
  return {
    ...{ arn, name: input.ModelName!, roleArn, data },
    image: container.Image,
    environment: container.Environment ?? {},
    networkIsolation: input.EnableNetworkIsolation ?? false,
  };
}

function onlyContainer({ ModelName, PrimaryContainer, Containers }: CreateModelInput): Container {
  if (PrimaryContainer && Containers) {
    throw errors.invalid(
      'PrimaryContainer and Containers cannot both be given. A model of one container has the first.',
    );
  }
  const containers = PrimaryContainer ? [PrimaryContainer] : (Containers ?? []);
  if (containers.length > 1) {
    throw errors.unsupported(
      `inference pipelines (model '${ModelName}' has ${containers.length} Containers)`,
      'Serve preprocessing and prediction from one container, or run one transform job after the other.',
    );
  }
  const [container] = containers;
  if (!container) throw errors.invalid(`Model '${ModelName}' needs a PrimaryContainer.`);
  return container;
}

function checkContainer(container: Container): void {
  for (const member of Object.keys(REFUSED) as (keyof Container)[]) {
    const value = container[member];
    const empty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!empty) throw errors.unsupported(member, REFUSED[member]!);
  }
  if (container.Mode === 'MultiModel') {
    throw errors.unsupported('Mode MultiModel', 'Create one model for each artefact.');
  }
  if (container.ImageConfig?.RepositoryAccessMode === 'Vpc') {
    throw errors.unsupported('ImageConfig with the access mode Vpc', 'Leave it out.');
  }
  if (container.ModelPackageName !== undefined && container.Image !== undefined) {
    throw errors.invalid('Image and ModelPackageName cannot both be given: the package names its image.');
  }
}

/** The package's container, with the request's variables over its own. @throws unless the package may be used */
function packaged(ports: Parts['ports'], given: Container, name: string, call: Call): PackageContainer {
  const found = ports.modelPackage(call, name);
  if (!found) throw errors.noPackage(name);
  if (found.approval !== undefined && found.approval !== 'Approved') {
    throw errors.notApproved(found.arn, found.approval);
  }
  if (found.containers.length > 1) {
    throw errors.unsupported(
      `inference pipelines (model package ${found.arn} has ${found.containers.length} containers)`,
      'Register a version that one container serves.',
    );
  }
  const [container] = found.containers;
  if (!container?.Image) throw errors.packageWithoutContainer(found.arn);
  if (Array.isArray(container.AdditionalModelDataSources) && container.AdditionalModelDataSources.length > 0) {
    throw errors.unsupported('AdditionalModelDataSources', REFUSED.AdditionalModelDataSources!);
  }
  return { ...container, Environment: { ...container.Environment, ...given.Environment } };
}

type WithData = { ModelDataUrl?: string | undefined; ModelDataSource?: unknown };
type S3Source = Partial<Record<'S3Uri' | 'S3DataType' | 'CompressionType', string>> & Record<string, unknown>;

function modelData({ ModelDataUrl, ModelDataSource }: WithData): ModelData | undefined {
  if (ModelDataUrl !== undefined && ModelDataSource !== undefined) {
    throw errors.invalid('ModelDataUrl and ModelDataSource cannot both be specified for a container.');
  }
  if (ModelDataUrl !== undefined) {
    checkUri(ModelDataUrl);
    if (ModelDataUrl.endsWith('.tar.gz')) return { uri: ModelDataUrl, form: 'archive' };
    throw errors.invalid(
      `ModelDataUrl must name a tar.gz archive, and is ${ModelDataUrl}. Uncompressed data: use ModelDataSource with the CompressionType None.`,
    );
  }
  if (ModelDataSource === undefined) return undefined;
  return sourceData((ModelDataSource as { S3DataSource?: S3Source }).S3DataSource);
}

function sourceData(source: S3Source | undefined): ModelData {
  const { S3Uri: uri, S3DataType: type, CompressionType: compression } = source ?? {};
  if (source === undefined || uri === undefined)
    throw errors.invalid('ModelDataSource needs an S3DataSource with an S3Uri.');
  for (const member of ['ModelAccessConfig', 'HubAccessConfig', 'ManifestS3Uri']) {
    if (source[member] !== undefined) throw errors.unsupported(`S3DataSource.${member}`, 'Leave it out.');
  }
  checkUri(uri);
  if (compression === 'Gzip') {
    if (type === 'S3Object') return { uri, form: 'archive' };
    throw errors.invalid('A model with the CompressionType Gzip is one object: its S3DataType must be S3Object.');
  }
  if (type === 'S3Object') return { uri, form: 'object' };
  if (uri.endsWith('/')) return { uri, form: 'prefix' };
  throw errors.invalid(`The S3Uri of a model with the S3DataType S3Prefix must end in a slash, and is ${uri}.`);
}

function checkUri(uri: string): void {
  if (!/^s3:\/\/[^/]+\/.+$/s.test(uri))
    throw errors.invalid(`'${uri}' is not the S3 URI of model data. Write s3://bucket/key.`);
}

/** What a package may say of a model's container, as CreateModel itself would be told it. */
export type OwnContainer = Pick<Container, 'Image' | 'Environment' | 'ModelDataUrl' | 'ModelDataSource'>;

/** A model's container, as a package names it (SourceUri of CreateModelPackage). */
export function ownContainer({ image, environment, data }: ServedModel): OwnContainer {
  return {
    Image: image,
    ...(Object.keys(environment).length > 0 && { Environment: environment }),
    ...(data && dataMember(data)),
  };
}

function dataMember({ uri, form }: ModelData): OwnContainer {
  if (form === 'archive') return { ModelDataUrl: uri };
  const S3DataType = form === 'prefix' ? 'S3Prefix' : 'S3Object';
  return { ModelDataSource: { S3DataSource: { S3Uri: uri, S3DataType, CompressionType: 'None' } } };
}
