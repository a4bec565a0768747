/** Where ARNs lead. */
import { expect, it } from 'vitest';
import { hrefOf } from './links.ts';

it.each([
  ['arn:aws:sagemaker:us-east-1:000000000000:pipeline/p/execution/abc', '/console/pipelines/p/executions/abc'],
  ['arn:aws:sagemaker:us-east-1:000000000000:training-job/t-1', '/console/jobs/training/t-1'],
  ['arn:aws:sagemaker:us-east-1:000000000000:model-package/g/3', '/console/registry/g/3'],
  [
    'arn:aws:states:us-east-1:0:execution:m:e',
    '/console/machine-executions/arn%3Aaws%3Astates%3Aus-east-1%3A0%3Aexecution%3Am%3Ae',
  ],
  ['arn:aws:states:us-east-1:0:stateMachine:m:3', '/console/machines/m'],
  ['arn:aws:glue:us-east-1:0:job/clean', '/console/glue/clean'],
  ['arn:aws:glue:us-east-1:0:job/clean/jr_0a1b', '/console/glue/clean?run=jr_0a1b'],
  ['arn:aws:lambda:us-east-1:0:function:f:live', '/console/functions/f'],
  ['arn:aws:events:us-east-1:0:rule/weekly', '/console/rules/default/weekly'],
  ['arn:aws:events:us-east-1:0:event-bus/orders', '/console/rules?bus=orders'],
  ['arn:aws:sqs:us-east-1:0:q.fifo', '/console/queues/q.fifo'],
  ['s3://bucket/a b/', '/console/data/bucket?prefix=a%20b%2F'],
  ['s3://bucket/a/b.csv', '/console/data/bucket/object?key=a%2Fb.csv'],
  ['arn:aws:iam::0:role/r', undefined],
])('%s', (arn, href) => expect(hrefOf(arn)).toBe(href));
