/** The one table of this service, and what of Lambda is left out on purpose. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { functionErrors } from './errors.ts';
import { functionOperations, on } from './functionOperations.ts';
import { requireFunction } from './functions.ts';
import { invocationOperations } from './invocationOperations.ts';
import { functionArn, functionName, onFunction } from './names.ts';
import {
  accountSettings,
  deleteConcurrency,
  deleteEventConfig,
  getConcurrency,
  getEventConfig,
  listEventConfigs,
  putConcurrency,
  putEventConfig,
} from './settings.ts';
import { createSource, describeSource, listSources, requireSource, updateSource } from './sources.ts';
import type { SourceRow } from './store.ts';

export function functionsOperations(parts: Parameters<typeof invocationOperations>[0]) {
  return {
    ...functionOperations(parts),
    ...invocationOperations(parts),
    ...settingOperations(parts),
    ...tagOperations(parts),
    ...sourceOperations(parts),
  };
}

type Settings =
  | ('PutFunctionConcurrency' | 'GetFunctionConcurrency' | 'DeleteFunctionConcurrency' | 'GetAccountSettings')
  | ('PutFunctionEventInvokeConfig' | 'UpdateFunctionEventInvokeConfig' | 'GetFunctionEventInvokeConfig')
  | ('DeleteFunctionEventInvokeConfig' | 'ListFunctionEventInvokeConfigs');

function settingOperations(parts: Parts): Operations<Sdk, Settings> {
  return {
    PutFunctionConcurrency: writes(on('PutFunctionConcurrency'), (input, call) => putConcurrency(parts, input, call)),
    GetFunctionConcurrency: reads(on('GetFunctionConcurrency'), (input, call) => getConcurrency(parts, input, call)),
    DeleteFunctionConcurrency: writes(on('DeleteFunctionConcurrency'), (input, call) => {
      deleteConcurrency(parts, input, call);
      return {};
    }),
    GetAccountSettings: reads(
      () => [{ action: 'lambda:GetAccountSettings', resource: '*' }],
      (_, call) => accountSettings(parts, call),
    ),
    PutFunctionEventInvokeConfig: writes(on('PutFunctionEventInvokeConfig'), (input, call) =>
      putEventConfig(parts, input, false, call),
    ),
    UpdateFunctionEventInvokeConfig: writes(on('UpdateFunctionEventInvokeConfig'), (input, call) =>
      putEventConfig(parts, input, true, call),
    ),
    GetFunctionEventInvokeConfig: reads(on('GetFunctionEventInvokeConfig'), (input, call) =>
      getEventConfig(parts, input, call),
    ),
    DeleteFunctionEventInvokeConfig: writes(on('DeleteFunctionEventInvokeConfig'), (input, call) => {
      deleteEventConfig(parts, input, call);
      return {};
    }),
    ListFunctionEventInvokeConfigs: reads(on('ListFunctionEventInvokeConfigs'), (input, call) =>
      listEventConfigs(parts, input, call),
    ),
  };
}

type Sources =
  | ('CreateEventSourceMapping' | 'GetEventSourceMapping' | 'ListEventSourceMappings')
  | ('UpdateEventSourceMapping' | 'DeleteEventSourceMapping');

function sourceOperations(parts: Parts): Operations<Sdk, Sources> {
  const onSource = (action: string, { region, account }: Call, id = '*') => [
    { action: `lambda:${action}`, resource: `arn:aws:lambda:${region}:${account}:event-source-mapping:${id}` },
  ];
  const told = (row: SourceRow, State: string) => {
    parts.sourceChanged(row.uuid);
    return { ...describeSource(parts, row), State };
  };
  return {
    CreateEventSourceMapping: writes(
      ({ FunctionName }, call) => [
        {
          ...{ action: 'lambda:CreateEventSourceMapping', resource: '*' },
          keys: () => ({ 'lambda:FunctionArn': onFunction('', call, FunctionName).resource }),
        },
      ],
      (input, call) => told(createSource(parts, input, call), input.Enabled === false ? 'Disabled' : 'Creating'),
    ),
    GetEventSourceMapping: reads(
      ({ UUID }, call) => onSource('GetEventSourceMapping', call, UUID),
      ({ UUID }, call) => describeSource(parts, requireSource(parts, UUID!, call)),
    ),
    ListEventSourceMappings: reads(
      () => [{ action: 'lambda:ListEventSourceMappings', resource: '*' }],
      (input, call) => listSources(parts, input, call),
    ),
    UpdateEventSourceMapping: writes(
      ({ UUID }, call) => onSource('UpdateEventSourceMapping', call, UUID),
      (input, call) => told(updateSource(parts, input, call), 'Updating'),
    ),
    DeleteEventSourceMapping: writes(
      ({ UUID }, call) => onSource('DeleteEventSourceMapping', call, UUID),
      ({ UUID }, call) => {
        const row = requireSource(parts, UUID!, call);
        const answer = told(row, 'Deleting');
        parts.db.removeSource({ uuid: row.uuid });
        return answer;
      },
    ),
  };
}

/** The function that tags are of: versions and aliases have none. @throws ResourceNotFoundException */
function tagged(parts: Parts, given: string, call: Call): string {
  const named = functionName(call, given);
  if (named.qualifier !== undefined)
    throw functionErrors.invalid(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    );
  return functionArn(call, requireFunction(parts, call, named).name);
}

function tagOperations(parts: Parts): Operations<Sdk, 'TagResource' | 'UntagResource' | 'ListTags'> {
  const { ports } = parts;
  return {
    TagResource: writes(
      ({ Resource, Tags = {} }, call) => [
        onFunction('TagResource', call, Resource, undefined, () =>
          requestTagKeys(Object.entries(Tags).map(([Key, Value]) => ({ Key, Value }))),
        ),
      ],
      ({ Resource, Tags = {} }, call) => {
        ports.setTags(
          tagged(parts, Resource!, call),
          Object.entries(Tags).map(([Key, Value]) => ({ Key, Value })),
        );
        return {};
      },
    ),
    UntagResource: writes(
      ({ Resource, TagKeys }, call) => [
        onFunction('UntagResource', call, Resource, undefined, () => ({ 'aws:TagKeys': TagKeys })),
      ],
      ({ Resource, TagKeys }, call) => {
        ports.removeTagsOfKeys(tagged(parts, Resource!, call), TagKeys!);
        return {};
      },
    ),
    ListTags: reads(
      ({ Resource }, call) => [onFunction('ListTags', call, Resource)],
      ({ Resource }, call) => ({
        Tags: Object.fromEntries(ports.tagsOf(tagged(parts, Resource!, call)).map(({ Key, Value }) => [Key, Value])),
      }),
    ),
  };
}

const LAYERS = 'Layers are not served: put what a function needs into its zip.';
const URLS = 'Function URLs are not served: call Invoke.';
const SIGNING = 'Code signing is not served.';
const DURABLE = 'Durable functions are not served: use a state machine.';
const CAPACITY = 'Capacity providers are not served: functions run on this machine.';
const PROVISIONED = 'Workers are not kept ready: one starts in milliseconds when it is needed.';

export const REFUSED: Readonly<Record<string, string>> = {
  ...all(LAYERS, [
    'PublishLayerVersion',
    'GetLayerVersion',
    'GetLayerVersionByArn',
    'DeleteLayerVersion',
    'ListLayers',
  ]),
  ...all(LAYERS, [
    'ListLayerVersions',
    'GetLayerVersionPolicy',
    'AddLayerVersionPermission',
    'RemoveLayerVersionPermission',
  ]),
  ...all(URLS, [
    'CreateFunctionUrlConfig',
    'GetFunctionUrlConfig',
    'UpdateFunctionUrlConfig',
    'DeleteFunctionUrlConfig',
  ]),
  ...all(URLS, ['ListFunctionUrlConfigs']),
  ...all(SIGNING, [
    'CreateCodeSigningConfig',
    'GetCodeSigningConfig',
    'UpdateCodeSigningConfig',
    'ListCodeSigningConfigs',
  ]),
  ...all(SIGNING, ['DeleteCodeSigningConfig', 'ListFunctionsByCodeSigningConfig', 'PutFunctionCodeSigningConfig']),
  ...all(SIGNING, ['DeleteFunctionCodeSigningConfig']),
  ...all(DURABLE, [
    'CheckpointDurableExecution',
    'GetDurableExecution',
    'GetDurableExecutionHistory',
    'StopDurableExecution',
  ]),
  ...all(DURABLE, [
    'GetDurableExecutionState',
    'ListDurableExecutionsByFunction',
    'SendDurableExecutionCallbackFailure',
  ]),
  ...all(DURABLE, ['SendDurableExecutionCallbackHeartbeat', 'SendDurableExecutionCallbackSuccess']),
  ...all(CAPACITY, [
    'CreateCapacityProvider',
    'GetCapacityProvider',
    'UpdateCapacityProvider',
    'DeleteCapacityProvider',
  ]),
  ...all(CAPACITY, ['ListCapacityProviders', 'ListFunctionVersionsByCapacityProvider', 'GetFunctionScalingConfig']),
  ...all(CAPACITY, ['PutFunctionScalingConfig']),
  ...all(PROVISIONED, [
    'PutProvisionedConcurrencyConfig',
    'GetProvisionedConcurrencyConfig',
    'DeleteProvisionedConcurrencyConfig',
  ]),
  ...all(PROVISIONED, ['ListProvisionedConcurrencyConfigs']),
  InvokeWithResponseStream: 'Answers are not streamed: call Invoke.',
  PutRuntimeManagementConfig: 'Runtimes are the interpreters of this machine.',
  PutFunctionRecursionConfig: 'Loops of functions are not detected.',
  PutResourcePolicy: 'Policies are put together by AddPermission.',
  GetResourcePolicy: 'Policies are told by GetPolicy.',
  DeleteResourcePolicy: 'Policies are taken apart by RemovePermission.',
};

function all(reason: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}
