/** What a target is sent: its Input with what is known of the invocation, or AWS's notification where there is none. */
import type { Target as Receiver } from '../../protocol/targets.ts';
import type { Invocation } from './context.ts';

export type Attempted = {
  /** Its own of each attempt. */
  executionId: string;
  /** 1 at first. */
  attempt: number;
};

/** `2026-11-27T14:30:00Z` */
export const scheduledTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
export function payloadOf(invocation: Invocation, { executionId, attempt }: Attempted): string {
  const { arn, at, target } = invocation;
  if (target.Input === undefined) return notification(invocation, executionId);
  const known: Readonly<Record<string, string>> = {
    'schedule-arn': arn,
    'scheduled-time': scheduledTime(at),
    'execution-id': executionId,
    'attempt-number': String(attempt),
  };
  return target.Input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) =>
    Object.hasOwn(known, name) ? known[name]! : whole,
  );
}

function notification({ arn, at, region, account }: Invocation, id: string): string {
  return JSON.stringify({
    ...{ version: '0', id, 'detail-type': 'Scheduled Event', source: 'aws.scheduler' },
    ...{ account, time: scheduledTime(at), region, resources: [arn], detail: '{}' },
  });
}

/** A templated target as it is sent to. */
export function receiverOf({ target }: Invocation, payload: string): Receiver {
  const { Arn, EventBridgeParameters: event, SageMakerPipelineParameters, SqsParameters } = target;
  return {
    arn: Arn!,
    payload,
    messageGroupId: SqsParameters?.MessageGroupId,
    parameters: SageMakerPipelineParameters?.PipelineParameterList?.map(({ Name = '', Value = '' }) => ({
      Name,
      Value,
    })),
    event: event && { source: event.Source!, detailType: event.DetailType! },
  };
}
