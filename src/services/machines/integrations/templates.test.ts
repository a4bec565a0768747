import { expect, it } from 'vitest';
import type { Json } from '../../../definition/asl/scope.ts';
import { integrationsOf, logs, resource, s3, states } from './testing.ts';

const integrations = integrationsOf([logs, s3, states]);
const unsupported = (name: string) => `The field "${name}" is not supported by Step Functions`;

it.each<[string, 'JSONPath' | 'JSONata', Json, readonly (readonly [string, string])[]]>([
  ['aws-sdk:s3:getObject', 'JSONPath', { Bucket: 'b', 'Key.$': '$.key' }, []],
  [
    'aws-sdk:s3:getObject',
    'JSONPath',
    { bucket: 'b', 'key.$': '$.key' },
    [
      ['/bucket', 'bucket'],
      ['/key.$', 'key'],
    ],
  ],
  ['aws-sdk:s3:getObject', 'JSONata', { 'Key.$': '$.key' }, [['/Key.$', 'Key.$']]],
  ['aws-sdk:s3:putObject', 'JSONata', { Metadata: { any: 'name' }, Body: { any: 'name' } }, []],
  [
    'states:startExecution',
    'JSONPath',
    { StateMachineArn: 'a', Input: { any: 'name' }, Count: 1 },
    [['/Count', 'Count']],
  ],
  ['states:startExecution', 'JSONPath', { TraceHeader: 't' }, [['/TraceHeader', 'TraceHeader']]],
  ['aws-sdk:sfn:startExecution', 'JSONPath', { TraceHeader: 't' }, []],
  [
    'aws-sdk:cloudwatchlogs:putLogEvents',
    'JSONata',
    { LogEvents: [{ Message: '{% $a %}' }, { message: 'm' }] },
    [['/LogEvents/1/message', 'message']],
  ],
  ['aws-sdk:cloudwatchlogs:putLogEvents', 'JSONata', '{% $states.input %}', []],
  ['aws-sdk:kms:encrypt', 'JSONata', { Unknown: 1 }, []],
])('%s in %s: %j lacks support for %j', (text, language, template, expected) =>
  expect(integrations.unsupportedFields(resource(text), template, language)).toEqual(
    expected.map(([at, name]) => ({ at, message: unsupported(name) })),
  ),
);
