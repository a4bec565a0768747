/** What an ARN names, as people know it. */
import { expect, it } from 'vitest';
import { targetOf } from './targets.ts';

const at = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;

it.each([
  [at('states', 'stateMachine:training:3'), 'State machine', 'training:3', '/console/machines/training'],
  [at('sagemaker', 'pipeline/titanic'), 'Pipeline', 'titanic', '/console/pipelines/titanic'],
  [at('lambda', 'function:score:live'), 'Function', 'score:live', '/console/functions/score'],
  [at('sqs', 'work.fifo'), 'Queue', 'work.fifo', '/console/queues/work.fifo'],
  [at('sns', 'alerts'), 'Topic', 'alerts', `/console/topics/${encodeURIComponent(at('sns', 'alerts'))}`],
  [at('events', 'event-bus/orders'), 'Event bus', 'orders', '/console/rules?bus=orders'],
  [at('logs', 'log-group:/aws/events/all:*'), 'Log group', '/aws/events/all', undefined],
  ['arn:aws:scheduler:::aws-sdk:s3:putObject', 'Operation', 's3:putObject', undefined],
  [at('ecs', 'cluster/c'), 'Other', at('ecs', 'cluster/c'), undefined],
])('%s', (arn, kind, name, href) => expect(targetOf(arn)).toEqual({ kind, name, href }));
