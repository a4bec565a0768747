/** The functions service, with what it is given of the others. */

import { memo } from '../base/memo.ts';
import type { World } from '../base/world.ts';
import { parsePolicy } from '../definition/policy/parse.ts';
import type { Policy } from '../definition/policy/types.ts';
import type { Dispatch } from '../protocol/dispatch.ts';
import { isAwsError } from '../protocol/errors.ts';
import type { Call } from '../protocol/service.ts';
import type { SendTo } from '../protocol/targets.ts';
import {
  createFunctionsService,
  type FunctionPorts,
  type Functions,
  type QueueCalls,
  type Workers,
} from '../services/functions/index.ts';
import type { Identity } from '../services/identity/index.ts';
import type { Logs } from '../services/logs/index.ts';
import type { ObjectAccess } from '../services/objects/index.ts';
import type { Store } from '../store/store.ts';
import { lambda, logs as logsApi, sqs } from './apis.ts';
import type { Authorize } from './authorize.ts';
import type { JobProxy } from './proxy/jobs.ts';
import type { RoleCalls } from './roleCalls.ts';
import { canBeSentTo } from './targets.ts';

export type FunctionParts = {
  store: Store;
  world: World;
  account: string;
  auth: 'sigv4' | 'off';
  identity: Identity;
  callAs: RoleCalls;
  authorize: Authorize;
  dispatch(): Dispatch;
  send: SendTo;
  workers: Workers | undefined;
  objects: ObjectAccess;
  logs: Pick<Logs, 'deliver'>;
  tags: Pick<FunctionPorts, 'tagsOf' | 'setTags' | 'removeTagsOfKeys' | 'removeTags'>;
  endpointUrl(): string;
  proxy: JobProxy | undefined;
};

/** Of a zip in the object store that is asked for by its version, in bytes. */
const LARGEST_VERSION = 250 * 1024 * 1024;

export function functionsService(parts: FunctionParts): Functions {
  const { store, world, account, auth, identity, callAs, authorize, dispatch, objects, logs, tags, proxy } = parts;
  return createFunctionsService({
    ...{ api: lambda, store, world, account },
    ports: {
      workers: parts.workers,
      callAs,
      // A trust policy is a policy: with authentication off, none is asked.
      roleTrusts: (role, arn) => auth === 'off' || identity.trustsService(role, 'lambda.amazonaws.com', arn),
      roleSession: (role, session, seconds) =>
        auth === 'off' && !identity.role(role) ? NOBODY : sessionOf(identity, role, session, seconds),
      refusal: (call, access) => authorize(logsApi, call.principal, [access], call),
      openObject: async (bucket, key, versionId) =>
        versionId === undefined
          ? objects.openObject(bucket, key)
          : { bytes: await objects.readSmall(bucket, key, LARGEST_VERSION, versionId) },
      ...{ sendTo: parts.send, canBeSentTo },
      queues: queueCalls(dispatch),
      makeLogGroup: (group, call) => makeLogGroup(dispatch(), group, call),
      log: logs.deliver,
      endpointUrl: parts.endpointUrl,
      proxyVariables: ({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey }) =>
        proxy?.variables({ accessKeyId, secretAccessKey }, []),
      parsePolicy: parsedPolicy,
      ...{ tagsOf: tags.tagsOf, setTags: tags.setTags },
      ...{ removeTagsOfKeys: tags.removeTagsOfKeys, removeTags: tags.removeTags },
    },
  });
}

/** Evaluated at each request: parsed once for each text. */
const parsedPolicy = memo(1000, (text): Policy | undefined => {
  const parsed = parsePolicy(text, 'resource');
  return 'policy' in parsed ? parsed.policy : undefined;
});

/** With authentication off, a role need not be there, and any keys are good. */
const NOBODY = { AccessKeyId: 'ASIATELARAUTHISOFF00', SecretAccessKey: 'none', SessionToken: 'none' };

function sessionOf(identity: Identity, role: string, session: string, seconds: number) {
  const { AccessKeyId, SecretAccessKey, SessionToken } = identity.roleSession(role, session, seconds);
  return { AccessKeyId: AccessKeyId!, SecretAccessKey: SecretAccessKey!, SessionToken: SessionToken! };
}

/** @throws AccessDenied */
function makeLogGroup(dispatch: Dispatch, logGroupName: string, call: Call): void {
  try {
    dispatch.runWithin(logsApi, 'CreateLogGroup', { logGroupName }, call);
  } catch (error) {
    if (!isAwsError(error) || error.code !== 'ResourceAlreadyExistsException') throw error;
  }
}

type Asked = { Attributes?: Readonly<Record<string, string>> };
type Received = { Messages?: Awaited<ReturnType<QueueCalls['receive']>> };
/** Of a queue's ARN: what its address ends in. SQS takes the address of any host. */
const urlOf = (arn: string) => {
  const [, , , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
};

function queueCalls(dispatch: () => Dispatch): QueueCalls {
  const ask = (operation: string, input: object, call: Call) => dispatch().run(sqs, operation, input, call);
  return {
    async receive(arn, MaxNumberOfMessages, WaitTimeSeconds, call) {
      const names = { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] };
      const input = { QueueUrl: urlOf(arn), MaxNumberOfMessages, WaitTimeSeconds, ...names };
      return ((await ask('ReceiveMessage', input, call)) as Received).Messages ?? [];
    },
    async remove(arn, handles, call) {
      const Entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      await ask('DeleteMessageBatch', { QueueUrl: urlOf(arn), Entries }, call);
    },
    visibilityTimeout(arn, call) {
      const input = { QueueUrl: urlOf(arn), AttributeNames: ['VisibilityTimeout'] };
      const { Attributes } = dispatch().runWithin(sqs, 'GetQueueAttributes', input, call) as Asked;
      return Number(Attributes!['VisibilityTimeout']);
    },
  };
}
