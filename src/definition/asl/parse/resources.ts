/**
 * What a Task, a reader or a writer asks for: an ARN, read by its form. Whether there is such a function, and whether Telar serves
 * the integration, is the service's to know.
 */
import type { MachineType, TaskPattern, TaskResource } from '../types.ts';

const LAMBDA = /^arn:[^:]+:lambda:[^:]+:[^:]+:function:.+$/;
const ACTIVITY = /^arn:[^:]+:states:[^:]+:[^:]+:activity:.+$/;
const INTEGRATION =
  /^arn:[^:]+:states:::(aws-sdk:)?([a-z0-9-]+):([a-z][A-Za-z0-9-]*)(\.(?:sync|sync:2|waitForTaskToken))?$/;

/** Services whose optimised integrations run no job that could be waited for. */
const NO_SYNC = new Set(['apigateway', 'bedrock-agentcore', 'dynamodb', 'events', 'http', 'lambda', 'sns', 'sqs']);
/** Services that hand no token on. */
const NO_TOKEN = new Set([
  'athena',
  'batch',
  'bedrock-agentcore',
  'codebuild',
  'databrew',
  'dynamodb',
  'elasticmapreduce',
  'emr-containers',
  'emr-serverless',
  'glue',
  'http',
  'mediaconvert',
  'sagemaker',
]);

export type Reading =
  | { readonly ok: true; readonly resource: TaskResource }
  | { readonly ok: false; readonly message: string };

const unrecognised = (arn: string): string =>
  `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.`;

export function readResourceArn(arn: string): Reading {
  if (!arn.startsWith('arn:')) return { ok: false, message: 'Value is not a valid resource ARN' };
  if (LAMBDA.test(arn)) return { ok: true, resource: { kind: 'lambda', arn } };
  if (ACTIVITY.test(arn)) return { ok: true, resource: { kind: 'activity', arn } };
  const parts = INTEGRATION.exec(arn);
  if (!parts) return { ok: false, message: unrecognised(arn) };
  const [, sdk, service = '', action = '', suffix] = parts;
  const pattern = (suffix?.slice(1) ?? 'request-response') as TaskPattern;
  if (!waits(sdk !== undefined, service, pattern)) return { ok: false, message: unrecognised(arn) };
  return { ok: true, resource: { kind: 'integration', arn, sdk: sdk !== undefined, service, action, pattern } };
}

function waits(sdk: boolean, service: string, pattern: TaskPattern): boolean {
  if (pattern === 'request-response') return true;
  if (pattern === 'waitForTaskToken') return sdk || !NO_TOKEN.has(service);
  if (sdk || NO_SYNC.has(service)) return false;
  return pattern === 'sync' || service === 'states';
}

/** Why a machine of this type cannot wait so; undefined when it can. The space at the end of one of them is AWS's. */
export function refusedByType(resource: TaskResource, type: MachineType): string | undefined {
  if (type === 'STANDARD') return undefined;
  if (resource.kind === 'activity') return 'Express state machine does not support Activity ARN';
  if (resource.kind === 'lambda' || resource.pattern === 'request-response') return undefined;
  return resource.pattern === 'waitForTaskToken'
    ? "Express state machine does not support '.waitForTaskToken' service integration "
    : "Express state machine does not support '.sync' service integration";
}
