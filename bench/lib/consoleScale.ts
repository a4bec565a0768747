/** Large things in the console: how long their pages take until they show them, in a browser that has the scripts already. */

import { setTimeout } from 'node:timers/promises';
import { CreateProcessingJobCommand, SageMaker } from '@aws-sdk/client-sagemaker';
import { SFN } from '@aws-sdk/client-sfn';
import type { Locator, Page } from 'playwright-core';
import type { BenchServer } from './server.ts';

export type LargePage = { name: string; path: string; shown(page: Page): Locator };

const EXECUTIONS = 10_000;
const AT_ONCE = 50;
/** Seven events each, and six of the execution and the Map: AWS keeps 25,000 at most. */
const ITEMS = 3500;
const STEPS = 2000;
const WIDTH = 40;
const LINES = 1_000_000;
const LOOK_MS = 20;
const PATIENCE_MS = 60_000;
/** A thousand lines of 100 bytes at a time; an entry point has 256 characters, and one line. */
const PRINT = `const fs=require('fs');for(let at=0;at<${LINES};){let text='';for(const to=at+1000;at<to;at++)text+='line '+String(at).padStart(8,0)+' '.padEnd(86,'.')+'\\n';fs.writeSync(1,text)}`;

/** Makes them all. @returns the pages that show them */
export async function largePages(server: BenchServer, stateRoleArn: string): Promise<LargePage[]> {
  return [
    await executions(server, stateRoleArn),
    await history(server, stateRoleArn),
    await steps(server),
    await log(server),
  ];
}

/** Milliseconds from the navigation until it is shown. */
export async function shownAfter(page: Page, base: string, { path, shown }: LargePage): Promise<number> {
  const wanted = shown(page);
  const started = performance.now();
  await page.goto(new URL(path, base).href);
  // Waiting for it would look less and less often.
  while (!(await wanted.isVisible())) {
    if (performance.now() - started > PATIENCE_MS) throw new Error(`${path} did not show ${wanted} in a minute.`);
    await setTimeout(LOOK_MS);
  }
  return performance.now() - started;
}

async function executions({ client }: BenchServer, roleArn: string): Promise<LargePage> {
  const sfn = new SFN(client);
  const { stateMachineArn } = await sfn.createStateMachine({
    ...{ name: 'often', roleArn },
    definition: JSON.stringify({ StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } }),
  });
  for (let started = 0; started < EXECUTIONS; started += AT_ONCE) {
    const several = Array.from({ length: AT_ONCE }, (_, index) =>
      sfn.startExecution({ stateMachineArn, name: `run-${started + index}` }),
    );
    await Promise.all(several);
  }
  return {
    name: `a machine with ${EXECUTIONS} executions`,
    path: '/console/machines/often',
    shown: (page) => page.getByRole('link', { name: /^run-99\d\d$/ }).first(),
  };
}

async function history({ client }: BenchServer, roleArn: string): Promise<LargePage> {
  const sfn = new SFN(client);
  const Ask = { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sts:getCallerIdentity', Parameters: {}, End: true };
  const Each = { Type: 'Map', ItemProcessor: { StartAt: 'Ask', States: { Ask } }, ResultPath: null, End: true };
  const { stateMachineArn } = await sfn.createStateMachine({
    ...{ name: 'eventful', roleArn },
    definition: JSON.stringify({ StartAt: 'Each', States: { Each } }),
  });
  const input = JSON.stringify(Array.from({ length: ITEMS }, (_, index) => index));
  const { executionArn = '' } = await sfn.startExecution({ stateMachineArn, input });
  for (;;) {
    const { status, error, cause } = await sfn.describeExecution({ executionArn });
    if (status === 'SUCCEEDED') break;
    if (status !== 'RUNNING') throw new Error(`The eventful execution was ${status}: ${error} ${cause}`);
    await setTimeout(100);
  }
  return {
    name: `an execution with a history of ${7 * ITEMS + 6} events`,
    path: `/console/machine-executions/${encodeURIComponent(executionArn)}`,
    // All of it: the last event tells of the last item.
    shown: (page) => page.getByRole('option', { name: new RegExp(`^Ask, .*${ITEMS} of ${ITEMS}`) }),
  };
}

async function steps({ client, roleArn, over }: BenchServer): Promise<LargePage> {
  const sagemaker = new SageMaker(client);
  const Steps = Array.from({ length: STEPS }, (_, index) => ({
    ...{ Name: `step-${index}`, Type: 'Condition' },
    ...(index >= WIDTH && { DependsOn: [`step-${index - WIDTH}`] }),
    Arguments: { Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }], IfSteps: [], ElseSteps: [] },
  }));
  await sagemaker.createPipeline({
    ...{ PipelineName: 'wide', RoleArn: roleArn, ClientRequestToken: crypto.randomUUID() },
    PipelineDefinition: JSON.stringify({ Version: '2020-12-01', Steps }),
  });
  const { PipelineExecutionArn: arn = '' } = await sagemaker.startPipelineExecution({
    ...{ PipelineName: 'wide', ClientRequestToken: crypto.randomUUID() },
  });
  await over(arn);
  return {
    name: `an execution of ${STEPS} steps, as a graph`,
    path: `/console/pipelines/wide/executions/${arn.slice(arn.lastIndexOf('/') + 1)}`,
    shown: (page) => page.getByRole('option', { name: /^step-/ }).first(),
  };
}

async function log({ client, roleArn }: BenchServer): Promise<LargePage> {
  const sagemaker = new SageMaker(client);
  const ProcessingJobName = 'talkative';
  await sagemaker.send(
    new CreateProcessingJobCommand({
      ...{ ProcessingJobName, RoleArn: roleArn },
      AppSpecification: { ImageUri: 'telar/node:24', ContainerEntrypoint: ['node', '-e', PRINT] },
      ProcessingResources: {
        ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
      },
    }),
  );
  for (;;) {
    const { ProcessingJobStatus: status, FailureReason } = await sagemaker.describeProcessingJob({ ProcessingJobName });
    if (status === 'Completed') break;
    if (status === 'Failed') throw new Error(`The job that prints the log failed: ${FailureReason}`);
    await setTimeout(200);
  }
  return {
    name: 'the end of a log of 100 MB',
    path: `/console/jobs/processing/${ProcessingJobName}?tab=log`,
    shown: (page) => page.getByText(`line ${String(LINES - 1).padStart(8, '0')}`).first(),
  };
}
