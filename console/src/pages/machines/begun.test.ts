/** What a state's work began, by its name and its page; and the command lines. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Attempt } from '../../../../src/definition/asl/history/work.ts';
import { quoted } from '../../parts/shell.ts';
import { begunBy, startedBy } from './begun.ts';
import { commands } from './commands.ts';

const attempt = (resource: string, parameters: object = {}): Attempt => ({
  ...{ status: 'Succeeded', scheduledAt: 0, endedAt: 1, resource, parameters: JSON.stringify(parameters) },
  ...{ output: undefined, error: undefined, cause: undefined, began: [] },
});

it.each<[string, Parameters<typeof begunBy>[0], [string, string | undefined][]]>([
  [
    'a job of SageMaker',
    { began: ['arn:aws:sagemaker:us-east-1:0:training-job/t-1'], attempts: [] },
    [['training job t-1', '/console/jobs/training/t-1']],
  ],
  [
    'an execution of another machine',
    { began: ['arn:aws:states:us-east-1:0:execution:m:e'], attempts: [] },
    [['execution m / e', '/console/machine-executions/arn%3Aaws%3Astates%3Aus-east-1%3A0%3Aexecution%3Am%3Ae']],
  ],
  [
    'an execution of a pipeline',
    { began: ['arn:aws:sagemaker:us-east-1:0:pipeline/p/execution/abc'], attempts: [] },
    [['pipeline execution p / abc', '/console/pipelines/p/executions/abc']],
  ],
  [
    'a function, however it is named, once',
    {
      began: [],
      attempts: [
        attempt('lambda:invoke', { FunctionName: 'arn:aws:lambda:us-east-1:0:function:f:live' }),
        attempt('lambda:invoke', { FunctionName: 'f' }),
        attempt('arn:aws:lambda:us-east-1:0:function:f'),
      ],
    },
    [['function f', '/console/functions/f']],
  ],
  [
    'a run of a Glue job, which has an id alone',
    { began: ['jr_0'], attempts: [attempt('glue:startJobRun.sync', { JobName: 'clean' })] },
    [
      ['Glue job clean', '/console/glue/clean'],
      ['run jr_0…', '/console/glue/clean?run=jr_0'],
    ],
  ],
])('%s', (_title, visit, found) => {
  expect(begunBy(visit).map(({ label, href }) => [label, href])).toEqual(found);
});

it('an execution that another one began says so in its input', () => {
  const arn = 'arn:aws:states:us-east-1:0:execution:m:e';
  expect(startedBy(JSON.stringify({ AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: arn }))).toBe(arn);
  for (const input of [undefined, '{}', '[1]', 'x', '{"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "me"}']) {
    expect(startedBy(input)).toBeUndefined();
  }
});

it('a command line names the machine for telar, and the execution for aws alone', () => {
  const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:titanic';
  expect(commands.start(arn, '', '{"a": 1}')).toBe(`telar run titanic --no-publish --input '{"a": 1}'`);
  expect(commands.start(arn, 'one', '{}')).toBe(
    `aws stepfunctions start-execution --state-machine-arn ${arn} --name one --input '{}'`,
  );
});

it('a shell gives back what was quoted, whatever it is', () => {
  const texts = fc.array(
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(texts, (all) => {
      const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${all.map(quoted).join(' ')}`], { encoding: 'utf8' });
      expect(printed.split('\0').slice(0, -1)).toEqual(all);
    }),
    { numRuns: 20 },
  );
});
