/** The log of a job, and events that were acknowledged, under repeated kill -9 of the server: each once, in order. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, expect, it } from 'vitest';
import { startVictim, type Victim } from '../support/killing.ts';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { removeFolder } from '../support/serverProcess.ts';
import { openWorkbench, pause } from '../support/workbench.ts';

const GROUP = '/aws/sagemaker/ProcessingJobs';
const LINES = 40_000;
const KILLS = 4;
let victim: Victim | undefined;

afterEach(async () => {
  await victim?.close();
  if (victim) await removeFolder(victim.folder);
});

it('comes once and whole, whenever the server was killed', async () => {
  victim = await startVictim();
  const bench = await openWorkbench(victim.client, 'kill-logs');
  const logs = new CloudWatchLogs(victim.client.client);
  await logs.createLogGroup({ logGroupName: 'own' });
  await logs.createLogStream({ logGroupName: 'own', logStreamName: 's' });
  const batch = LINES / 20;
  const script = `for n in $(seq 0 19); do seq $((n * ${batch} + 1)) $(((n + 1) * ${batch})); sleep 0.1; done`;
  const { ProcessingJobArn = '' } = await bench.sagemaker.createProcessingJob({
    ...{ ProcessingJobName: 'killed', RoleArn: bench.roleArn },
    AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['sh', '-c', script] },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  });
  const acknowledged: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const killed = pause(150 + 90 * kill).then(() => victim!.killAndRestart());
    for (let over = false; !over; ) {
      void killed.then(() => {
        over = true;
      });
      const message = `${kill} ${acknowledged.length}`;
      const logEvents = [{ timestamp: Date.now(), message }];
      const put = logs.putLogEvents({ logGroupName: 'own', logStreamName: 's', logEvents }).then(
        () => true,
        () => false,
      );
      if (await put) acknowledged.push(message);
      await pause(5);
    }
    await killed;
  }
  const status = async () =>
    (await bench.sagemaker.describeProcessingJob({ ProcessingJobName: 'killed' })).ProcessingJobStatus;
  while ((await status()) === 'InProgress') await pause(20);
  expect(await bench.log(ProcessingJobArn)).toBe(Array.from({ length: LINES }, (_, n) => `${n + 1}\n`).join(''));
  const { logStreams } = await logs.describeLogStreams({ logGroupName: GROUP });
  expect(logStreams).toHaveLength(1);
  const { events = [] } = await logs.filterLogEvents({ logGroupName: 'own' });
  const kept = new Set(events.map(({ message }) => message));
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  expect(acknowledged.filter((message) => !kept.has(message))).toEqual([]);
});
