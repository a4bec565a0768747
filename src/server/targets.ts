/**
 * What can be sent to, by the service of the ARN: each is one operation, asked of the one table, so that a target needs
 * the permissions that it needs on AWS.
 */
import { parseArn } from '../base/arn.ts';
import type { Api } from '../protocol/api.ts';
import type { Dispatch } from '../protocol/dispatch.ts';
import { awsError } from '../protocol/errors.ts';
import { inputFromJson } from '../protocol/json.ts';
import type { Call } from '../protocol/service.ts';
import type { SendTo, Target } from '../protocol/targets.ts';
import type { Logs } from '../services/logs/index.ts';
import { queueUrl } from '../services/queues/index.ts';
import { events, lambda, logs, sagemaker, sns, sqs, states } from './apis.ts';
import type { Authorize } from './authorize.ts';

type Request = {
  api: Api;
  operation: string;
  input: Readonly<Record<string, unknown>>;
  /** @throws what an answer says that is no answer */
  require?(answer: unknown): void;
};

/** Of each kind of target: what is asked for, in order. */
const REQUESTS: Readonly<Record<string, (target: Target, call: Call) => readonly Request[]>> = {
  states: ({ arn, payload }) => [
    { api: states, operation: 'StartExecution', input: { stateMachineArn: arn, input: payload } },
  ],
  sagemaker: ({ arn, parameters = [] }, { requestId }) => [
    {
      ...{ api: sagemaker, operation: 'StartPipelineExecution' },
      input: { PipelineName: arn, PipelineParameters: parameters, ClientRequestToken: requestId },
    },
  ],
  events: ({ arn, payload, event }) => [
    {
      ...{ api: events, operation: 'PutEvents', require: requireTaken },
      input: {
        Entries: [
          {
            ...{ EventBusName: arn, Source: event?.source, DetailType: event?.detailType, Detail: payload },
            ...(event?.resources && { Resources: event.resources }),
          },
        ],
      },
    },
  ],
  sqs: ({ arn, payload, messageGroupId, deduplicationId, attributes }, { account }) => {
    const [owner, name = ''] = [parseArn(arn)?.account ?? account, parseArn(arn)?.resource];
    const given = {
      ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
      ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
      ...(attributes !== undefined && { MessageAttributes: attributes }),
    };
    return [
      {
        api: sqs,
        operation: 'SendMessage',
        input: { QueueUrl: queueUrl('', owner, name), MessageBody: payload, ...given },
      },
    ];
  },
  sns: ({ arn, payload, attributes, messageGroupId, deduplicationId }) => [
    {
      ...{ api: sns, operation: 'Publish' },
      input: {
        ...{ TopicArn: arn, Message: payload, MessageAttributes: attributes },
        ...{ MessageGroupId: messageGroupId, MessageDeduplicationId: deduplicationId },
      },
    },
  ],
  lambda: ({ arn, payload }) => [
    {
      ...{ api: lambda, operation: 'Invoke' },
      input: { FunctionName: arn, InvocationType: 'Event', Payload: Buffer.from(payload).toString('base64') },
    },
  ],
};

/** PutEvents answers what it does not take. */
function requireTaken(answer: unknown): void {
  const { Entries = [] } = answer as { Entries?: { ErrorCode?: string; ErrorMessage?: string }[] };
  for (const { ErrorCode, ErrorMessage = '' } of Entries) {
    if (ErrorCode !== undefined) throw awsError(ErrorCode, ErrorMessage, 400);
  }
}

const serviceOf = (arn: string) => parseArn(arn)?.service ?? '';

/** Whether there is anything that an ARN's kind of target could be asked for. */
export const canBeSentTo = (arn: string): boolean =>
  serviceOf(arn) === 'logs' || REQUESTS[serviceOf(arn)] !== undefined;

export type SendParts = {
  dispatch(): Dispatch;
  authorize: Authorize;
  logs: Pick<Logs, 'groupExists' | 'deliver'>;
};

export function sendTo(parts: SendParts): SendTo {
  return (target, call) => {
    if (serviceOf(target.arn) === 'logs') return writeTo(parts, target, call);
    const requests = REQUESTS[serviceOf(target.arn)];
    if (!requests)
      throw awsError('ValidationException', `${target.arn} is not a kind of target that Telar serves.`, 400);
    for (const { api, operation, input, require } of requests(target, call)) {
      const request = inputFromJson(api.operations.get(operation)!, input);
      const answer = parts.dispatch().runWithin(api, operation, request, call);
      require?.(answer);
    }
  };
}

/** Into a log group, in a stream of its own: what CreateLogStream and PutLogEvents would do, which moves bytes, with their permissions. */
function writeTo({ authorize, logs: groups }: SendParts, { arn, payload }: Target, call: Call): void {
  const [, group = ''] = /:log-group:([^:]+)/.exec(arn) ?? [];
  const stream = call.requestId;
  const resource = `arn:aws:logs:${call.region}:${call.account}:log-group:${group}:log-stream:${stream}`;
  const access = ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({ action, resource }));
  const refusal = authorize(logs, call.principal, access, call);
  if (refusal) throw refusal;
  if (!groups.groupExists(call.region, group)) {
    throw awsError('ResourceNotFoundException', 'The specified log group does not exist.', 400);
  }
  groups.deliver(call.region, group, stream, [{ at: call.now, message: payload }]);
}
