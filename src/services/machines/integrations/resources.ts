/**
 * Which operation a resource names, or why it cannot run here. AWS has one sentence for all that it does not know; what AWS knows
 * and Telar does not serve is refused in Telar's own words.
 */
import type { TaskResource } from '../../../definition/asl/types.ts';
import type { Api, OperationModel } from '../../../protocol/api.ts';
import { OPTIMIZED_SERVICES, OUTSIDE, SDK_SERVICES, type SdkService } from './awsServices.ts';
import { methodName } from './names.ts';
import { type OptimizedRow, optimizedRow } from './optimized.ts';
import type { IntegrationPorts, IntegrationResource } from './types.ts';

export type Found = { readonly api: Api; readonly operation: OperationModel } & (
  | { readonly naming: 'sdk'; readonly service: SdkService }
  | { readonly naming: 'optimized'; readonly row: OptimizedRow; readonly describe: OperationModel | undefined }
);

export type Lookup = { readonly ok: true; readonly found: Found } | { readonly ok: false; readonly reason: string };

export function lookUp(ports: IntegrationPorts, resource: IntegrationResource): Lookup {
  return resource.sdk ? lookUpSdk(ports, resource) : lookUpOptimized(ports, resource);
}

/** Why a resource of any kind cannot run here. */
export function refusalOf(ports: IntegrationPorts, resource: TaskResource): string | undefined {
  if (resource.kind === 'activity') return undefined;
  if (resource.kind === 'lambda') return lambdaApi(ports) ? undefined : unserved(ports, 'Lambda', resource.arn);
  const looked = lookUp(ports, resource);
  return looked.ok ? undefined : looked.reason;
}

/** Lambda's API, where it is served. */
export function lambdaApi(ports: IntegrationPorts): Api | undefined {
  const api = apiOf(ports, 'lambda');
  return api && ports.serves(api, 'Invoke') ? api : undefined;
}

function lookUpSdk(ports: IntegrationPorts, resource: IntegrationResource): Lookup {
  const { arn, action, pattern } = resource;
  const service = SDK_SERVICES.get(resource.service);
  if (!service) return refused(unserved(ports, resource.service, arn));
  // An SDK integration never waits for a job.
  if (pattern === 'sync' || pattern === 'sync:2') return refused(unrecognized(arn));
  const api = apiOf(ports, service.api);
  if (!api) return refused(unserved(ports, service.label, arn));
  const operation = operationsOf(api).get(action);
  if (!operation) return refused(unrecognized(arn));
  if (!ports.serves(api, operation.name)) return refused(notImplemented(api, [operation.name], arn));
  return { ok: true, found: { naming: 'sdk', api, operation, service } };
}

function lookUpOptimized(ports: IntegrationPorts, resource: IntegrationResource): Lookup {
  const { arn, service, action, pattern } = resource;
  if (Object.hasOwn(OUTSIDE, service))
    return refused(OUTSIDE[service]!.includes(action) ? unserved(ports, service, arn) : unrecognized(arn));
  const row = optimizedRow(service, action);
  if (!row?.patterns.includes(pattern)) return refused(unrecognized(arn));
  const { api: name, prefix } = OPTIMIZED_SERVICES[row.service];
  const api = apiOf(ports, name);
  if (!api) return refused(unserved(ports, prefix, arn));
  const describe = pattern.startsWith('sync') ? row.sync?.describe : undefined;
  const missing = [row.operation, describe].filter((one) => one !== undefined && !ports.serves(api, one));
  if (missing.length > 0) return refused(notImplemented(api, missing as string[], arn));
  return {
    ok: true,
    found: {
      ...{ naming: 'optimized', api, row, operation: api.operations.get(row.operation)! },
      describe: describe === undefined ? undefined : api.operations.get(describe),
    },
  };
}

const refused = (reason: string): Lookup => ({ ok: false, reason });

/** AWS's sentence, to the word; who reports it adds where in the definition. */
const unrecognized = (arn: string) =>
  `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;

function unserved(ports: IntegrationPorts, service: string, arn: string): string {
  const served = [...new Set(ports.apis().map(({ name }) => name))].sort();
  return `The resource ${arn} needs ${service}, which Telar does not serve. It serves: ${served.join(', ')}.`;
}

function notImplemented({ name }: Api, operations: readonly string[], arn: string): string {
  const missing = operations.map((operation) => `${name}:${operation}`).join(' and ');
  return `The resource ${arn} needs ${missing}, which Telar does not implement. See docs/support.md for what it serves.`;
}

function apiOf(ports: IntegrationPorts, name: string): Api | undefined {
  return ports.apis().find((api) => api.name === name);
}

const byMethod = new WeakMap<Api, ReadonlyMap<string, OperationModel>>();

/** An API's operations by the names of the SDK's methods. */
function operationsOf(api: Api): ReadonlyMap<string, OperationModel> {
  let table = byMethod.get(api);
  if (!table) {
    table = new Map([...api.operations.values()].map((operation) => [methodName(operation.name), operation]));
    byMethod.set(api, table);
  }
  return table;
}
