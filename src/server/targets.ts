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
import { queueUrl } from '../services/queues/index.ts';
import { lambda, logs, sagemaker, sns, sqs, states } from './apis.ts';

type Request = { api: Api; operation: string; input: Readonly<Record<string, unknown>> };

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

/** Whether there is anything that an ARN's kind of target could be asked for. */
export const canBeSentTo = (arn: string): boolean => REQUESTS[parseArn(arn)?.service ?? ''] !== undefined;

export function sendTo(dispatch: () => Dispatch): SendTo {
  return (target, call) => {
    const requests = REQUESTS[parseArn(target.arn)?.service ?? ''];
    if (!requests)
      throw awsError('ValidationException', `${target.arn} is not a kind of target that Telar serves.`, 400);
    for (const { api, operation, input } of requests(target, call)) {
      dispatch().runWithin(api, operation, inputFromJson(api.operations.get(operation)!, input), call);
    }
  };
}
