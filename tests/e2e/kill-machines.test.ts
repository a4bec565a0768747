/** State machines under kill -9 of the server: they go on where they were; nothing that has succeeded is done again. */
import { SFN } from '@aws-sdk/client-sfn';
import { afterEach, expect, it } from 'vitest';
import { checkFolder } from '../../src/server/fsck.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { rng } from '../simulate/world.ts';
import { startVictim, type Victim } from '../support/killing.ts';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { removeFolder, strays } from '../support/serverProcess.ts';
import { openWorkbench, pause, type Workbench } from '../support/workbench.ts';

let victim: Victim | undefined;
afterEach(async () => {
  if (victim) await removeFolder(victim.folder);
});

const roleArn = 'arn:aws:iam::000000000000:role/machines';
const ACTIVITY = 'arn:aws:states:us-east-1:000000000000:activity:work';
const machineArn = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

/** A branch that waits, one that asks a worker, one that runs another machine, and one that runs a job. */
function definition(bench: Workbench, script: string): string {
  const branch = (States: object) => ({ StartAt: Object.keys(States)[0], States });
  const group = 'arn:aws:states:::aws-sdk:sagemaker:createModelPackageGroup';
  const once = (name: string) => ({
    Type: 'Task',
    Resource: group,
    Parameters: { ModelPackageGroupName: name },
    End: true,
  });
  const job = {
    ProcessingJobName: 'killed-job',
    RoleArn: bench.roleArn,
    AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['node', '/opt/ml/processing/input/code/wait.ts'] },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
    ProcessingInputs: [
      {
        InputName: 'code',
        S3Input: {
          S3Uri: script,
          LocalPath: '/opt/ml/processing/input/code',
          S3DataType: 'S3Prefix',
          S3InputMode: 'File',
        },
      },
    ],
  };
  const startChild = { StateMachineArn: machineArn('child'), Input: { of: 'parent' } };
  const Branches = [
    branch({ Wait1: { Type: 'Wait', Seconds: 3, Next: 'AfterWait' }, AfterWait: once('after-wait') }),
    branch({
      Ask: { Type: 'Task', Resource: ACTIVITY, Parameters: { n: 1 }, HeartbeatSeconds: 60, Next: 'AfterAsk' },
      AfterAsk: once('after-ask'),
    }),
    branch({
      Child: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: startChild,
        Next: 'AfterChild',
      },
      AfterChild: once('after-child'),
    }),
    branch({
      Job: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sagemaker:createProcessingJob.sync',
        Parameters: job,
        ResultSelector: { 'status.$': '$.ProcessingJobStatus' },
        Next: 'AfterJob',
      },
      AfterJob: once('after-job'),
    }),
  ];
  return JSON.stringify(branch({ All: { Type: 'Parallel', Branches, End: true } }));
}

/** Asks until it is answered, whatever happens to the server. */
async function patiently<T>(work: () => Promise<T>, taken: RegExp = /^$/): Promise<T | undefined> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (taken.test((error as Error).name)) return undefined;
      await pause(50);
    }
  }
}

it('an execution that waits, asks, runs a job and runs another goes on through kills', {
  timeout: 240_000,
}, async () => {
  victim = await startVictim();
  const bench = await openWorkbench(victim.client, 'killed');
  const sfn = new SFN(victim.client.client);
  const trust = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await bench.iam.createRole({ RoleName: 'machines', AssumeRolePolicyDocument });
  await bench.iam.attachRolePolicy({ RoleName: 'machines', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  const script = await bench.put('code/wait.ts', 'setTimeout(() => console.log("done"), 2500);\n');
  await sfn.createActivity({ name: 'work' });
  const child = {
    StartAt: 'W',
    States: { W: { Type: 'Wait', Seconds: 2, Next: 'P' }, P: { Type: 'Pass', Result: 7, End: true } },
  };
  await sfn.createStateMachine({ name: 'child', definition: JSON.stringify(child), roleArn });
  await sfn.createStateMachine({ name: 'parent', definition: definition(bench, script), roleArn });
  const start = { stateMachineArn: machineArn('parent'), name: 'one' };
  const { executionArn } = await sfn.startExecution(start);
  await victim.killAndRestart();
  // The same request again, as a client does that was not answered.
  expect((await sfn.startExecution(start)).executionArn).toBe(executionArn);

  const { taskToken } = await sfn.getActivityTask({ activityArn: ACTIVITY });
  const random = rng(20_261_127);
  for (let kill = 0; kill < 4; kill += 1) {
    await pause(100 + random.int(500));
    await victim.killAndRestart();
    await patiently(() => sfn.sendTaskHeartbeat({ taskToken }));
  }
  const answering = patiently(() => sfn.sendTaskSuccess({ taskToken, output: '{"answer":42}' }), /TaskTimedOut/);
  await pause(random.int(20));
  await victim.killAndRestart();
  await answering;

  const described = async () => (await patiently(() => sfn.describeExecution({ executionArn })))!;
  while ((await described()).status === 'RUNNING') await pause(50);
  const { status, cause } = await described();
  expect([status, cause]).toEqual(['SUCCEEDED', undefined]);
  const { events = [] } = await sfn.getExecutionHistory({ executionArn, maxResults: 1000 });
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect([count('TaskFailed'), count('TaskSucceeded'), count('ActivitySucceeded'), count('TaskSubmitted')]).toEqual([
    0, 6, 1, 2,
  ]);
  const { ModelPackageGroupSummaryList: groups = [] } = await bench.sagemaker.listModelPackageGroups({});
  expect(groups.map(({ ModelPackageGroupName }) => ModelPackageGroupName).sort()).toEqual([
    ...['after-ask', 'after-child', 'after-job', 'after-wait'],
  ]);
  expect((await sfn.listExecutions({ stateMachineArn: machineArn('child') })).executions).toHaveLength(1);
  expect(victim.jobs().map(({ name, phase }) => [name, phase])).toEqual([['killed-job', 'ended']]);
  expect(victim.kills).toBe(6);

  await victim.close();
  expect(await strays(victim.folder)).toEqual([]);
  const { findings } = await checkFolder(dataFolder(victim.folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
});
