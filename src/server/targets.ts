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
import { events, logs, sagemaker, states } from './apis.ts';

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
  logs: ({ arn, payload }, { requestId, now }) => {
    const logGroupName = /:log-group:([^:]+)/.exec(arn)?.[1] ?? arn;
    return [
      { api: logs, operation: 'CreateLogStream', input: { logGroupName, logStreamName: requestId } },
      {
        ...{ api: logs, operation: 'PutLogEvents' },
        input: { logGroupName, logStreamName: requestId, logEvents: [{ timestamp: now, message: payload }] },
      },
    ];
  },
};

/** PutEvents answers what it does not take. */
function requireTaken(answer: unknown): void {
  const { Entries = [] } = answer as { Entries?: { ErrorCode?: string; ErrorMessage?: string }[] };
  for (const { ErrorCode, ErrorMessage = '' } of Entries) {
    if (ErrorCode !== undefined) throw awsError(ErrorCode, ErrorMessage, 400);
  }
}

/** Whether there is anything that an ARN's kind of target could be asked for. */
export const canBeSentTo = (arn: string): boolean => REQUESTS[parseArn(arn)?.service ?? ''] !== undefined;

export function sendTo(dispatch: () => Dispatch): SendTo {
  return (target, call) => {
    const requests = REQUESTS[parseArn(target.arn)?.service ?? ''];
    if (!requests)
      throw awsError('ValidationException', `${target.arn} is not a kind of target that Telar serves.`, 400);
    for (const { api, operation, input, require } of requests(target, call)) {
      const answer = dispatch().runWithin(api, operation, inputFromJson(api.operations.get(operation)!, input), call);
      require?.(answer);
    }
  };
}
