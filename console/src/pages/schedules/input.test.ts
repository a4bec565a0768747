/** What a schedule sends. */
import { expect, it } from 'vitest';
import { inputOf } from './input.ts';

const Arn = 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly';
const RoleArn = 'arn:aws:iam::000000000000:role/starter';
const at = new Date('2026-11-27T06:00:00.123Z');
const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:m';

it('fills in what the Scheduler knows, and leaves what it does not', () => {
  const Input =
    '{"at": "<aws.scheduler.scheduled-time>", "by": "<aws.scheduler.schedule-arn>", "x": "<aws.scheduler.x>"}';
  expect(JSON.parse(inputOf({ Arn, Target: { Arn: machine, RoleArn, Input } }, at))).toEqual({
    at: '2026-11-27T06:00:00Z',
    by: Arn,
    x: '<aws.scheduler.x>',
  });
});

it("is AWS's event where there is no input", () => {
  expect(JSON.parse(inputOf({ Arn, Target: { Arn: machine, RoleArn } }, at))).toMatchObject({
    ...{ 'detail-type': 'Scheduled Event', account: '000000000000', region: 'us-east-1', time: '2026-11-27T06:00:00Z' },
    resources: [Arn],
  });
});

it('is the parameters of a pipeline', () => {
  const Target = {
    ...{ Arn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/p', RoleArn },
    SageMakerPipelineParameters: { PipelineParameterList: [{ Name: 'Depth', Value: '3' }] },
  };
  expect(JSON.parse(inputOf({ Arn, Target }, at))).toEqual({ Depth: '3' });
});
