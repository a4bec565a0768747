/** A version's configuration: taken from requests, kept as JSON, told as AWS tells it. */
import { parseArn } from '../../base/arn.ts';
import type { CreateInput, Description, UpdateInput } from './context.ts';
import { functionErrors } from './errors.ts';
import { DEFAULTS, KNOWN_RUNTIMES, LIMITS, languageOf } from './legal.ts';
import { functionArn, type Place, versionText } from './names.ts';
import type { VersionRow } from './store.ts';

export type Configuration = {
  runtime: string;
  handler: string;
  role: string;
  description: string;
  /** In seconds. */
  timeout: number;
  /** In megabytes, as `ephemeral`. */
  memory: number;
  ephemeral: number;
  environment: Readonly<Record<string, string>>;
  deadLetter: string | undefined;
  architecture: 'x86_64' | 'arm64';
  /** Undefined: /aws/lambda/NAME. */
  logGroup: string | undefined;
};

type Given = Omit<UpdateInput, 'FunctionName' | 'RevisionId'> & Pick<CreateInput, 'Architectures'>;

export const configurationOf = ({ configuration }: Pick<VersionRow, 'configuration'>): Configuration =>
  JSON.parse(configuration) as Configuration;

/** What stands under a name that Lambda sets itself. */
const RESERVED = new Set([
  ...['_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_DEFAULT_REGION', 'AWS_REGION', 'AWS_EXECUTION_ENV', 'AWS_ACCESS_KEY'],
  ...['AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_VERSION'],
  ...['AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_LAMBDA_RUNTIME_API'],
  ...['LAMBDA_TASK_ROOT', 'LAMBDA_RUNTIME_DIR'],
]);

/** What is left out on purpose: to ask for it is refused, and never passed over. */
function refuseUnsupported(given: Given & Partial<CreateInput>): void {
  const refuse = (member: string, instead: string) => {
    throw functionErrors.unsupported(member, instead);
  };
  if (given.PackageType === 'Image' || given.ImageConfig || given.Code?.ImageUri)
    refuse('container images of functions', 'Give the code as a zip.');
  if (given.Layers?.length) refuse('layers', 'Put what the function needs into its zip.');
  if (given.VpcConfig?.SubnetIds?.length || given.VpcConfig?.SecurityGroupIds?.length)
    refuse('VpcConfig', 'Functions share the network of this machine.');
  if (given.FileSystemConfigs?.length) refuse('FileSystemConfigs', 'Keep files in S3, or in the zip.');
  if (given.SnapStart?.ApplyOn === 'PublishedVersions')
    refuse('SnapStart', 'Python is forked from a warm process anyway.');
  if (given.KMSKeyArn) refuse('KMSKeyArn', 'Variables lie in the data folder, which its owner alone may read.');
  if (given.CodeSigningConfigArn) refuse('CodeSigningConfigArn', 'Leave it out.');
  if (given.TracingConfig?.Mode === 'Active') refuse('TracingConfig.Mode Active', 'There is no X-Ray here.');
  if (given.LoggingConfig?.LogFormat === 'JSON') refuse('LoggingConfig.LogFormat JSON', 'Logs are text.');
  if (given.TenancyConfig) refuse('TenancyConfig', 'Leave it out.');
  if (given.CapacityProviderConfig) refuse('CapacityProviderConfig', 'Leave it out.');
  if (given.DurableConfig) refuse('DurableConfig', 'Use a state machine.');
  if (given.Publish && given.PublishTo) refuse('PublishTo', 'Leave it out.');
}

function checkRuntime(runtime: string | undefined): string {
  if (runtime === undefined) throw functionErrors.needsHandler();
  if (!languageOf(runtime)) throw functionErrors.unsupported(`the runtime ${runtime}`, `It runs ${KNOWN_RUNTIMES}.`);
  return runtime;
}

function checkEnvironment(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const taken = Object.keys(variables).filter((name) => RESERVED.has(name));
  if (taken.length > 0)
    throw functionErrors.invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(', ')}`,
    );
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > LIMITS.environment)
    throw functionErrors.invalid(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text.slice(0, 1024)}`,
    );
  return variables;
}

/** @throws InvalidParameterValueException: there is no such kind of dead-letter queue */
function checkDeadLetter(arn: string | undefined): string | undefined {
  if (!arn) return undefined;
  const service = parseArn(arn)?.service;
  if (service !== 'sqs' && service !== 'sns')
    throw functionErrors.invalid(`The target ARN ${arn} is not of a queue or a topic.`);
  return arn;
}

/** @throws ValidationException */
function checkLimits({ Timeout = 0, MemorySize = 0 }: Given): void {
  if (Timeout > LIMITS.timeout) throw functionErrors.tooLarge('timeout', Timeout, LIMITS.timeout);
  if (MemorySize > LIMITS.memory) throw functionErrors.tooLarge('memorySize', MemorySize, LIMITS.memory);
}

/** A request's configuration over what was before. @throws InvalidParameterValueException, ValidationException */
export function configured(given: Given & Partial<CreateInput>, before: Partial<Configuration> = {}): Configuration {
  refuseUnsupported(given);
  checkLimits(given);
  const handler = given.Handler ?? before.handler;
  const runtime = checkRuntime(given.Runtime ?? before.runtime);
  if (handler === undefined) throw functionErrors.needsHandler();
  const { Environment: environment, DeadLetterConfig: deadLetter } = given;
  return {
    runtime,
    handler,
    role: given.Role ?? before.role!,
    description: given.Description ?? before.description ?? '',
    timeout: given.Timeout ?? before.timeout ?? DEFAULTS.timeout,
    memory: given.MemorySize ?? before.memory ?? DEFAULTS.memory,
    ephemeral: given.EphemeralStorage?.Size ?? before.ephemeral ?? DEFAULTS.ephemeral,
    environment: environment ? checkEnvironment(environment.Variables ?? {}) : (before.environment ?? {}),
    deadLetter: deadLetter ? checkDeadLetter(deadLetter.TargetArn) : before.deadLetter,
    architecture: given.Architectures?.[0] ?? before.architecture ?? 'x86_64',
    logGroup: given.LoggingConfig?.LogGroup ?? before.logGroup,
  };
}

export const logGroupOf = ({ logGroup }: Configuration, name: string): string => logGroup ?? `/aws/lambda/${name}`;

/** As Lambda writes instants in texts. */
const instant = (at: number) => new Date(at).toISOString().replace('Z', '+0000');

const CODES = { Pending: 'Creating', Failed: 'InternalError' } as const;

/** A version as GetFunctionConfiguration answers it. @param qualified whether its ARN names the version, also of $LATEST */
export function describeVersion(place: Place, name: string, row: VersionRow, qualified = false): Description {
  const configuration = configurationOf(row);
  const { environment, deadLetter } = configuration;
  const version = versionText(row.version);
  const reason = row.state === 'Active' ? undefined : CODES[row.state];
  return {
    FunctionName: name,
    FunctionArn: functionArn(place, name, row.version > 0 || qualified ? version : undefined),
    Runtime: configuration.runtime as Description['Runtime'],
    Role: configuration.role,
    Handler: configuration.handler,
    CodeSize: row.code_size,
    Description: configuration.description,
    Timeout: configuration.timeout,
    MemorySize: configuration.memory,
    LastModified: instant(row.modified_at),
    CodeSha256: Buffer.from(row.code, 'hex').toString('base64'),
    Version: version,
    ...(Object.keys(environment).length > 0 && { Environment: { Variables: { ...environment } } }),
    ...(deadLetter && { DeadLetterConfig: { TargetArn: deadLetter } }),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: row.revision_id,
    State: row.state,
    ...(reason && { StateReason: row.state_reason ?? undefined, StateReasonCode: reason }),
    LastUpdateStatus: row.update_status,
    ...(row.update_reason && {
      LastUpdateStatusReason: row.update_reason,
      ...(row.update_status === 'Failed' && { LastUpdateStatusReasonCode: 'InternalError' as const }),
    }),
    PackageType: 'Zip',
    Architectures: [configuration.architecture],
    EphemeralStorage: { Size: configuration.ephemeral },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: logGroupOf(configuration, name) },
  };
}
