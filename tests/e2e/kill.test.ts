/**
 * The real server under repeated kill -9: a run goes on where it was, nothing acknowledged is lost, nothing is done twice.
 *
 * Each run is killed at instants that are drawn from a seed; a failure says where it was killed.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemWorld } from '../../src/base/world.ts';
import { clientsOf } from '../../src/cli/aws.ts';
import { makeOutput } from '../../src/cli/output.ts';
import { loadProject } from '../../src/cli/project/load.ts';
import { publish } from '../../src/cli/publish/publish.ts';
import { createImages } from '../../src/runner/images/images.ts';
import { isAlive, type ProcessIdentity, parseIdentity } from '../../src/runner/processes.ts';
import { checkFolder } from '../../src/server/fsck.ts';
import type { Phase } from '../../src/services/jobs/transitions.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { rng } from '../simulate/world.ts';
import {
  jobReaches,
  runningProcesses,
  sha256,
  startUploader,
  startVictim,
  type Uploader,
  type Victim,
} from '../support/killing.ts';
import { publishSmallPipeline } from '../support/nodeSteps.ts';
import { SHARED_IMAGES, startTestServer } from '../support/server.ts';
import { removeFolder, strays } from '../support/serverProcess.ts';
import { openWorkbench, pause, type Workbench, workbenchOf } from '../support/workbench.ts';

const TITANIC = fileURLToPath(new URL('../../examples/01-titanic', import.meta.url));
const MEBIBYTE = 1024 * 1024;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await removeFolder(folder);
});

/** Kills, restarts, and checks that a process which ran still runs, and that its job knows it. */
async function killNow(victim: Victim): Promise<void> {
  const before = runningProcesses(victim);
  await victim.killAndRestart();
  for (const [id, identity] of before) {
    const after = victim.processOf(id);
    const ended = victim.jobs().some((job) => job.id === id && job.phase !== 'running');
    // It may have come to its own end meanwhile; another process it must never have.
    if (!ended) expect([id, after]).toEqual([id, identity]);
  }
}

/** What must hold after any number of kills. */
async function expectNothingLostOrDoubled(
  victim: Victim,
  bench: Workbench,
  uploader: Uploader,
  run: { arn: string; group: string; steps: string[]; jobs: string[] },
): Promise<void> {
  const { status, steps } = await bench.ended(run.arn);
  await uploader.stop();
  expect([status, steps.map(({ StepName, StepStatus }) => [StepName, StepStatus])]).toEqual([
    'Succeeded',
    run.steps.map((name) => [name, 'Succeeded']),
  ]);
  const { ModelPackageSummaryList: packages } = await bench.sagemaker.listModelPackages({
    ModelPackageGroupName: run.group,
  });
  expect(packages).toHaveLength(1);
  expect(steps.at(-1)?.Metadata?.RegisterModel?.Arn).toBe(packages?.[0]?.ModelPackageArn);
  // One job for each step, and no step was tried twice.
  expect(victim.jobs().map(({ name, phase }) => [name.split('-')[2], phase])).toEqual(
    run.jobs.map((name) => [name, 'ended']),
  );
  expect(steps.map(({ AttemptCount }) => AttemptCount)).toEqual(run.steps.map(() => 0));
  expect(uploader.acknowledged.size).toBeGreaterThan(0);
  for (const [Key, hash] of uploader.acknowledged) {
    const { Body } = await bench.s3.getObject({ Bucket: bench.bucket, Key });
    expect([Key, sha256(await Body!.transformToByteArray())]).toEqual([Key, hash]);
  }
}

/** No process is left, and the folder is whole: the database, the audit trail's chain, every object's bytes. */
async function expectClean(victim: Victim): Promise<void> {
  await victim.close();
  expect(await strays(victim.folder)).toEqual([]);
  const { findings, checked } = await checkFolder(dataFolder(victim.folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
  expect(checked.auditRecords).toBeGreaterThan(5);
}

it('finishes a run that was killed in every phase of its jobs', { timeout: 240_000 }, async () => {
  const victim = await startVictim();
  folders.push(victim.folder);
  const bench = await openWorkbench(victim.client, 'killed');
  // Zeros that unpack to much, and an output of many bytes: staging and storing take long enough to be hit.
  const ballast = await bench.put('ballast/zeros.gz', gzipSync(Buffer.alloc(128 * MEBIBYTE), { level: 1 }));
  await publishSmallPipeline(bench, 'killed', { sleep: 1800, filler: 48 * MEBIBYTE, ballast });
  const uploader = startUploader(victim, bench.bucket);
  const random = rng(20_260_102);
  const arn = await bench.start('killed');
  await victim.killAndRestart();

  const wanted: [job: string, phase: Phase, within: number][] = [
    ['Measure', 'staging', 20],
    ['Measure', 'running', 30],
    ['Measure', 'running', 300],
    ['Measure', 'storing', 30],
    ['Train', 'staging', 50],
    ['Train', 'staging', 300],
    ['Train', 'launching', 20],
    ['Train', 'running', 10],
    ['Train', 'storing', 10],
  ];
  const hit: [string, Phase][] = [];
  for (const [name, phase, within] of wanted) {
    await jobReaches(victim, name, phase);
    await pause(random.int(within));
    hit.push([name, victim.jobs().find((job) => job.name.includes(`-${name}-`))!.phase]);
    await killNow(victim);
  }
  expect(victim.kills).toBeGreaterThanOrEqual(8);
  for (const phase of ['staging', 'running', 'storing']) expect(hit.map(([, found]) => found)).toContain(phase);
  await expectNothingLostOrDoubled(victim, bench, uploader, {
    ...{ arn, group: 'killed' },
    ...{ steps: ['Measure', 'Train', 'Gate', 'Register'], jobs: ['Measure', 'Train'] },
  });
  for (const [step, log] of await logs(bench, arn)) expect([step, count(log, /^started /gm)]).toEqual([step, 1]);
  await expectClean(victim);
});

/** What each job's program prints once, whenever it runs. */
const SAID_ONCE = {
  DataPreProcessing: /Code bundle: s3:/g,
  TrainModel: /^\[0\]\ttrain-logloss:/gm,
  ModelEvaluation: /validation rows predicted correctly$/gm,
};

describe('the Titanic run', () => {
  let missing: string | undefined;

  beforeAll(async () => {
    const images = createImages({ clock: systemWorld.clock, imagesFolder: SHARED_IMAGES });
    try {
      for (const image of ['sagemaker-scikit-learn:1.2-1-cpu-py3', 'sagemaker-xgboost:1.7-1']) {
        await images.prepare(image, () => {});
      }
    } catch (error) {
      missing = (error as Error).message;
    }
  });

  it('finishes though the server is killed all through it', { timeout: 240_000 }, async (context) => {
    if (missing !== undefined) context.skip(`The Python images cannot be built here: ${missing}`);
    const victim = await startVictim();
    folders.push(victim.folder);
    const { name, parameters, bucket, group } = await publishTitanic(victim);
    const bench = workbenchOf(victim.client, bucket);
    const uploader = startUploader(victim, bucket);
    const random = rng(20_260_103);
    const arn = await bench.start(name, parameters);
    await victim.killAndRestart();
    const jobs = ['DataPreProcessing', 'TrainModel', 'ModelEvaluation'];
    for (const job of jobs) {
      await jobReaches(victim, job, 'staging');
      for (let kill = 0; kill < 3; kill++) {
        await pause(random.int(400));
        await killNow(victim);
      }
    }
    expect(victim.kills).toBe(10);
    await expectNothingLostOrDoubled(victim, bench, uploader, {
      ...{ arn, group, jobs },
      steps: [...jobs, 'QualityGateAccuracy', 'RegisterModel'],
    });
    const found = new Map(await logs(bench, arn));
    for (const [step, once] of Object.entries(SAID_ONCE))
      expect([step, count(found.get(step)!, once)]).toEqual([step, 1]);
    await expectClean(victim);
  });
});

/** As `telar publish` does it. */
async function publishTitanic(victim: Victim) {
  const { url, region, credentials } = victim.client;
  const silent = { write: () => true };
  const out = makeOutput(
    { json: false },
    { stdout: silent, stderr: silent, environment: {}, platform: process.platform },
  );
  const project = await loadProject(TITANIC);
  const clients = clientsOf({ url, region, credentials });
  const { documents, bundle } = await publish(clients, out, project, TITANIC);
  const pipeline = documents.pipelines[0]!;
  await patiently(await clients.sagemaker(), pipeline);
  return {
    name: pipeline.name,
    parameters: pipeline.startParameters(bundle!.uri),
    bucket: documents.bucket.name,
    group: documents.modelPackageGroups[0]!.name,
  };
}

/** A job outlives the server; what it asks the server meanwhile, its own client must ask again. This one is told to, at length. */
async function patiently(
  sagemaker: Pick<SageMaker, 'updatePipeline'>,
  { name, definition }: { name: string; definition: string },
) {
  const document = JSON.parse(definition) as { Steps: { Name: string; Arguments: { Environment?: object } }[] };
  const reading = document.Steps.find(({ Name }) => Name === 'DataPreProcessing')!;
  reading.Arguments.Environment = { AWS_RETRY_MODE: 'standard', AWS_MAX_ATTEMPTS: '12' };
  await sagemaker.updatePipeline({ PipelineName: name, PipelineDefinition: JSON.stringify(document) });
}

/** The logs of an execution's jobs, by step. */
async function logs(bench: Workbench, arn: string): Promise<[step: string, log: string][]> {
  const found: [string, string][] = [];
  for (const { StepName, Metadata } of await bench.steps(arn)) {
    const job = Metadata?.ProcessingJob?.Arn ?? Metadata?.TrainingJob?.Arn;
    if (job) found.push([StepName ?? '', await bench.log(job)]);
  }
  return found;
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

it('tries a job again whose supervisor is killed, as its policy says', async () => {
  const server = await startTestServer();
  const { root, jobs } = server.server.folder;
  try {
    const bench = await openWorkbench(server, 'orphaned');
    const retry = [{ ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'], IntervalSeconds: 1, MaxAttempts: 2 }];
    await publishSmallPipeline(bench, 'orphaned', { sleep: 1000, retry });
    const arn = await bench.start('orphaned');
    const [supervisor, target] = await running(jobs);
    process.kill(supervisor.pid, 'SIGKILL');
    const { status, steps } = await bench.ended(arn);
    expect([status, steps[0]?.AttemptCount, steps[1]?.AttemptCount]).toEqual(['Succeeded', 1, 0]);
    expect(isAlive(target)).toBe(false);
    const { ProcessingJobSummaries: made = [] } = await bench.sagemaker.listProcessingJobs({ SortOrder: 'Ascending' });
    expect(made).toMatchObject([
      { ProcessingJobStatus: 'Failed', FailureReason: expect.stringMatching(/^InternalServerError: .*supervisor/) },
      { ProcessingJobStatus: 'Completed' },
    ]);
    expect(steps[0]?.Metadata?.ProcessingJob?.Arn).toBe(made[1]?.ProcessingJobArn);
  } finally {
    await server.close();
  }
  expect(await strays(root)).toEqual([]);
});

/** The supervisor and the process of the one job under way, once it has both. */
async function running(jobs: string): Promise<[ProcessIdentity, ProcessIdentity]> {
  for (;;) {
    // What waits for jobs has a name with a dot.
    const ids = readdirSync(jobs).filter((name) => !name.startsWith('.'));
    const identities = ids.flatMap((id) =>
      ['identity', 'target'].map((file) => {
        const path = join(jobs, id, file);
        return existsSync(path) ? parseIdentity(readFileSync(path, 'utf8')) : undefined;
      }),
    );
    const [supervisor, target] = identities;
    if (supervisor && target) return [supervisor, target];
    await pause(10);
  }
}
