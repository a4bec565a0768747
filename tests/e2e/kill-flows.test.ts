/**
 * The Titanic's flows under kill -9 of the server, in the middle of each of their steps: both end as if nothing had happened, with
 * one pipeline execution, one transform job, one approval; and an alert of a failure arrives.
 */
import { afterEach, expect, it } from 'vitest';
import { checkFolder } from '../../src/server/fsck.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { rng } from '../simulate/world.ts';
import { startVictim, type Victim } from '../support/killing.ts';
import { removeFolder, strays } from '../support/serverProcess.ts';
import { parsed, type Subscriber, startSubscriber } from '../support/subscriber.ts';
import { type Example, exampleOn } from '../support/titanic.ts';
import { pause } from '../support/workbench.ts';

let victim: Victim;
let subscriber: Subscriber;
afterEach(async () => {
  await subscriber?.close();
  if (victim) await removeFolder(victim.folder);
});

/** Waits until a state is entered, or the execution is over. */
async function entered({ sfn }: Example, executionArn: string, state: string): Promise<void> {
  for (;;) {
    const { events = [] } = await sfn.getExecutionHistory({
      executionArn,
      maxResults: 1000,
      includeExecutionData: false,
    });
    if (events.some((event) => event.stateEnteredEventDetails?.name === state)) return;
    if (events.some(({ type }) => /^Execution(Succeeded|Failed)$/.test(type!))) return;
    await pause(20);
  }
}

/** Kills the server once in each of these states, at a moment that the seed chooses. */
async function killIn(example: Example, arn: string, states: readonly string[], random: ReturnType<typeof rng>) {
  for (const state of states) {
    await entered(example, arn, state);
    await pause(random.int(400));
    await victim.killAndRestart();
  }
}

async function eventsOf({ sfn }: Example, executionArn: string) {
  const { events = [] } = await sfn.getExecutionHistory({ executionArn, maxResults: 1000 });
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  return (type: string) => events.filter((event) => event.type === type).length;
}

it('both flows end cleanly through kills in each of their steps', { timeout: 10 * 60_000 }, async () => {
  [victim, subscriber] = await Promise.all([startVictim(), startSubscriber()]);
  const titanic = exampleOn(victim.client);
  const inputOf = await titanic.publish();
  await titanic.subscribe(subscriber);
  const random = rng(20_261_127);

  const training = await titanic.start('training', inputOf('training'), 'killed-training');
  await killIn(titanic, training, ['CleanData', 'WaitForPipeline', 'DescribePipeline', 'EvalMetricsLambda'], random);
  const trained = await titanic.ended(training);
  expect(trained.cause).toBe(undefined);
  expect(trained).toMatchObject({ status: 'SUCCEEDED', output: { approved: true } });
  const { PipelineExecutionSummaries } = await titanic.sagemaker.listPipelineExecutions({
    PipelineName: 'titanic-modelbuild-dev',
  });
  expect(PipelineExecutionSummaries).toHaveLength(1);
  const { ModelPackageSummaryList: versions = [] } = await titanic.sagemaker.listModelPackages({
    ModelPackageGroupName: 'titanic-survival-xgboost',
  });
  expect(versions.map(({ ModelApprovalStatus }) => ModelApprovalStatus)).toEqual(['Approved']);
  expect((await eventsOf(titanic, training))('ExecutionSucceeded')).toBe(1);

  const inference = await titanic.start('inference', inputOf('inference'), 'killed-inference');
  await killIn(titanic, inference, ['CleanData', 'GetApprovedModel', 'Transform', 'WriteManifest'], random);
  const predicted = await titanic.ended(inference);
  expect(predicted.cause).toBe(undefined);
  expect(predicted).toMatchObject({ status: 'SUCCEEDED', output: { rows: 262 } });
  const { TransformJobSummaries } = await titanic.sagemaker.listTransformJobs({ NameContains: 'titanic-' });
  expect(TransformJobSummaries).toHaveLength(1);
  const manifest = JSON.parse(await titanic.read(String(predicted.output['manifestUri']))) as object;
  expect(manifest).toMatchObject({ rows: { predicted: 262 }, model_package_arn: trained.output['modelPackageArn'] });

  // And one that fails: its alert arrives, whatever happens to the server that sends it.
  const inputUri = await titanic.put('scoring/broken.csv', 'a,b\n1,2\n');
  const failing = await titanic.start('inference', { inputUri }, 'killed-failure');
  await killIn(titanic, failing, ['CleanData', 'AlertError'], random);
  expect(await titanic.ended(failing)).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
  const alerts = () => subscriber.received.map(parsed).filter(({ Message = '' }) => Message.includes(failing));
  await expect.poll(() => alerts().length, { timeout: 60_000 }).toBeGreaterThan(0);
  // Told again at most as the same message: once more is what HTTP cannot rule out.
  expect(new Set(alerts().map((alert) => alert['MessageId'])).size).toBe(1);

  expect(victim.kills).toBe(10);
  await victim.close();
  expect(await strays(victim.folder)).toEqual([]);
  const { findings } = await checkFolder(dataFolder(victim.folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
});
