/** Glue runs under kill -9 of the server: they go on, are tried again, and state machines hear of their ends. */
import { SFN } from '@aws-sdk/client-sfn';
import { afterEach, expect, it } from 'vitest';
import { glueBenchOf, openGlueBench } from '../support/glue.ts';
import { startVictim, type Victim } from '../support/killing.ts';
import { removeFolder } from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';

let victim: Victim | undefined;

afterEach(async () => {
  await victim?.close();
  if (victim) await removeFolder(victim.folder);
});

/** It says that it is there, waits until it is told to go on, then writes; each attempt but the last fails. */
const SCRIPT = `
import boto3, sys, time
from awsglue.utils import getResolvedOptions
bucket = getResolvedOptions(sys.argv, ["bucket"])["bucket"]
s3 = boto3.client("s3")
there = lambda key: s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount", 0)
def patiently(work):
    while True:
        try:
            return work()
        except Exception:
            time.sleep(0.2)
attempt = patiently(lambda: there("began/"))
patiently(lambda: s3.put_object(Bucket=bucket, Key="began/%d" % attempt, Body=b""))
while not patiently(lambda: there("go/%d" % attempt)):
    time.sleep(0.1)
assert attempt > 0, "the first attempt fails"
patiently(lambda: s3.put_object(Bucket=bucket, Key="done", Body=b"yes"))
`;

it('a run goes on over kills of the server, is tried again, and ends the task that waits', {
  timeout: 600_000,
}, async () => {
  victim = await startVictim();
  const bench = await openGlueBench(victim.client, 'kill-glue');
  await bench.job('survivor', SCRIPT, { MaxRetries: 1, DefaultArguments: { '--bucket': 'kill-glue' } });
  const states = new SFN(victim.client.client);
  const { stateMachineArn } = await states.createStateMachine({
    ...{ name: 'kill-glue', roleArn: bench.roleArn },
    definition: JSON.stringify({
      StartAt: 'Clean',
      States: {
        Clean: {
          ...{ Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun.sync', Parameters: { JobName: 'survivor' } },
          ...{ Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }], End: true },
        },
        Caught: { Type: 'Pass', End: true },
      },
    }),
  });
  const { executionArn } = await states.startExecution({ stateMachineArn });
  await bench.written('began/0');
  await victim.killAndRestart();
  const first = (await bench.glue.getJobRuns({ JobName: 'survivor' })).JobRuns![0]!;
  expect(first.JobRunState).toBe('RUNNING');
  await bench.put('go/0', '');
  // Killed as soon as its end is on record, or just before: the next run must be there all the same, once.
  await pause(300);
  await victim.killAndRestart();
  expect(await bench.ended('survivor', first.Id!)).toMatchObject({
    ...{ JobRunState: 'FAILED', ErrorMessage: 'AssertionError: the first attempt fails' },
  });
  await bench.written('began/1');
  await victim.killAndRestart();
  await bench.put('go/1', '');
  expect(await bench.ended('survivor', `${first.Id}_attempt_1`)).toMatchObject({
    JobRunState: 'SUCCEEDED',
    Attempt: 1,
  });
  expect((await bench.glue.getJobRuns({ JobName: 'survivor' })).JobRuns).toHaveLength(2);
  expect(await glueBenchOf(victim.client, 'kill-glue').read('done')).toBe('yes');
  for (;;) {
    const { status, output } = await states.describeExecution({ executionArn });
    if (status === 'RUNNING') await pause(50);
    else {
      expect([status, JSON.parse(output!)]).toMatchObject(['SUCCEEDED', { Error: 'States.TaskFailed' }]);
      break;
    }
  }
  expect(victim.kills).toBe(3);
});
