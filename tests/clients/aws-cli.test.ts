/** The real `aws` command against a running server: what a user types, and what comes back. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { processingStep, publishSmallPipeline } from '../support/nodeSteps.ts';
import { realClients } from '../support/realClients.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

let home: AwsHome;
let bench: Workbench;

realClients('aws', async (made) => {
  home = made.home;
  bench = await openWorkbench(made.server, 'cli-bench');
});

const file = (name: string, content: string | Buffer) => {
  const path = join(home.folder, name);
  writeFileSync(path, content);
  return path;
};
const ok = async (...words: string[]) => {
  const { status, stdout, stderr } = await home.aws(...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
/** Each command starts Python anew, which takes its time on a busy machine. In milliseconds. */
const PATIENCE = 300_000;
const MEBIBYTE = 1024 * 1024;

describe.concurrent('aws s3', { timeout: PATIENCE }, () => {
  it('makes a bucket, copies there and back, lists and removes', async () => {
    expect(await ok('s3', 'mb', 's3://cli-basic')).toBe('make_bucket: cli-basic\n');
    const path = file('train.csv', 'a,b\n1,2\n');
    await ok('s3', 'cp', path, 's3://cli-basic/curated/train.csv');
    const listed = await ok('s3', 'ls', 's3://cli-basic/curated/');
    expect(listed).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +8 train\.csv\n$/);
    expect(await ok('s3', 'ls', 's3://cli-basic')).toMatch(/^ +PRE curated\/\n$/);
    expect(await ok('s3', 'cp', 's3://cli-basic/curated/train.csv', '-')).toBe('a,b\n1,2\n');
    await ok('s3', 'rm', 's3://cli-basic/curated/train.csv');
    const absent = await home.aws('s3', 'cp', 's3://cli-basic/curated/train.csv', join(home.folder, 'none'));
    expect(absent.status).toBe(1);
    expect(absent.stderr).toContain(
      '(404) when calling the HeadObject operation: Key "curated/train.csv" does not exist',
    );
    expect(await ok('s3', 'rb', 's3://cli-basic', '--force')).toContain('remove_bucket: cli-basic');
  });

  it('copies more than 8 MB in parts, there and back', async () => {
    await bench.s3.createBucket({ Bucket: 'cli-large' });
    const content = randomBytes(20 * MEBIBYTE + 77);
    const path = file('large.bin', content);
    await ok('s3', 'cp', path, 's3://cli-large/large.bin', '--no-progress');
    const head = await bench.s3.headObject({ Bucket: 'cli-large', Key: 'large.bin' });
    expect(head.ContentLength).toBe(content.length);
    expect(head.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    const back = join(home.folder, 'back.bin');
    await ok('s3', 'cp', 's3://cli-large/large.bin', back, '--no-progress');
    expect(readFileSync(back).equals(content)).toBe(true);
  });

  it('syncs a folder: what is new, what changed, and what is gone', async () => {
    await bench.s3.createBucket({ Bucket: 'cli-sync' });
    const folder = join(home.folder, 'sync');
    mkdirSync(join(folder, 'deep'), { recursive: true });
    file('sync/a.txt', 'a');
    file('sync/deep/b c.txt', 'b');
    expect((await ok('s3', 'sync', folder, 's3://cli-sync/data')).match(/^.*upload: /gm)).toHaveLength(2);
    file('sync/a.txt', 'changed');
    const again = await ok('s3', 'sync', folder, 's3://cli-sync/data');
    expect(again.match(/^.*upload: .*$/gm)).toEqual([expect.stringContaining('a.txt')]);
    await bench.s3.deleteObject({ Bucket: 'cli-sync', Key: 'data/deep/b c.txt' });
    const back = join(home.folder, 'synced');
    mkdirSync(back);
    file('synced/stale.txt', 'stale');
    await ok('s3', 'sync', 's3://cli-sync/data', back, '--delete');
    expect(readdirSync(back, { recursive: true })).toEqual(['a.txt']);
    expect(readFileSync(join(back, 'a.txt'), 'utf8')).toBe('changed');
  });

  it('presigns URLs that anyone can fetch, for a while', async () => {
    await bench.s3.createBucket({ Bucket: 'cli-signed' });
    await bench.s3.putObject({ Bucket: 'cli-signed', Key: 'a b.txt', Body: 'signed' });
    const url = (await ok('s3', 'presign', 's3://cli-signed/a b.txt', '--expires-in', '60')).trim();
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, 'signed']);
    expect((await fetch(url.replace('cli-signed', 'cli-large'))).status).toBe(403);
  });
});

type Steps = { PipelineExecutionSteps: { StepName: string; StepStatus: string; Metadata: object }[] };
type Execution = { PipelineExecutionStatus: string; FailureReason?: string };
type Started = { PipelineExecutionArn: string };

const pipelineArgument = (name: string) => ['--pipeline-name', name];
const executionArgument = (arn: string) => ['--pipeline-execution-arn', arn];
const sagemaker = <T = Record<string, unknown>>(...words: string[]) => home.json<T>('sagemaker', ...words);

async function ended(arn: string): Promise<Execution> {
  // Waited for with the SDK: starting Python again and again is slow.
  await bench.ended(arn);
  return sagemaker<Execution>('describe-pipeline-execution', ...executionArgument(arn));
}

describe.concurrent('aws sagemaker', { timeout: PATIENCE }, () => {
  it('starts a pipeline, and tells of it, its execution, steps, parameters and model', async () => {
    await publishSmallPipeline(bench, 'cli-small');
    const described = await sagemaker('describe-pipeline', ...pipelineArgument('cli-small'));
    expect(described).toMatchObject({
      PipelineArn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/cli-small',
      PipelineName: 'cli-small',
      PipelineStatus: 'Active',
      RoleArn: bench.roleArn,
    });
    const { Steps } = JSON.parse(described['PipelineDefinition'] as string) as { Steps: { Name: string }[] };
    expect(Steps.map(({ Name }) => Name)).toEqual(['Measure', 'Train', 'Gate']);
    const { PipelineExecutionArn: arn } = await sagemaker<Started>(
      ...['start-pipeline-execution', ...pipelineArgument('cli-small')],
      ...['--pipeline-execution-display-name', 'by-hand', '--pipeline-parameters', 'Name=Threshold,Value=0.75'],
    );
    expect(arn).toMatch(/:pipeline\/cli-small\/execution\/[a-z0-9]{12}$/);
    expect(await ended(arn)).toMatchObject({ PipelineExecutionStatus: 'Succeeded' });
    const [executions, steps, parameters, packages] = await Promise.all([
      sagemaker('list-pipeline-executions', ...pipelineArgument('cli-small')),
      sagemaker<Steps>('list-pipeline-execution-steps', ...executionArgument(arn), '--sort-order', 'Ascending'),
      sagemaker('list-pipeline-parameters-for-execution', ...executionArgument(arn)),
      sagemaker('list-model-packages', '--model-package-group-name', 'cli-small'),
    ]);
    expect(executions).toMatchObject({
      PipelineExecutionSummaries: [
        { PipelineExecutionArn: arn, PipelineExecutionStatus: 'Succeeded', PipelineExecutionDisplayName: 'by-hand' },
      ],
    });
    expect(steps.PipelineExecutionSteps).toMatchObject([
      { StepName: 'Measure', StepStatus: 'Succeeded', Metadata: { ProcessingJob: { Arn: expect.any(String) } } },
      { StepName: 'Train', StepStatus: 'Succeeded', Metadata: { TrainingJob: { Arn: expect.any(String) } } },
      { StepName: 'Gate', StepStatus: 'Succeeded', Metadata: { Condition: { Outcome: 'True' } } },
      { StepName: 'Register', StepStatus: 'Succeeded' },
    ]);
    expect(parameters).toEqual({ PipelineParameters: [{ Name: 'Threshold', Value: '0.75' }] });
    expect(packages).toMatchObject({
      ModelPackageSummaryList: [
        { ModelPackageGroupName: 'cli-small', ModelPackageVersion: 1, ModelApprovalStatus: 'PendingManualApproval' },
      ],
    });
    await modelIsUsable('arn:aws:sagemaker:us-east-1:000000000000:model-package/cli-small/1');
  });

  async function modelIsUsable(arn: string) {
    const model = await sagemaker<{ InferenceSpecification: { Containers: { ModelDataUrl: string }[] } }>(
      ...['describe-model-package', '--model-package-name', arn],
    );
    const uri = model.InferenceSpecification.Containers[0]!.ModelDataUrl;
    expect(uri).toMatch(/^s3:\/\/cli-bench\/runs\/.*\/output\/model\.tar\.gz$/);
    await ok('s3', 'cp', uri, join(home.folder, 'model.tar.gz'), '--no-progress');
    expect([...readFileSync(join(home.folder, 'model.tar.gz')).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    await ok('sagemaker', 'update-model-package', '--model-package-arn', arn, '--model-approval-status', 'Approved');
    const approved = await sagemaker(
      ...['list-model-packages', '--model-package-group-name', 'cli-small', '--model-approval-status', 'Approved'],
    );
    expect(approved).toMatchObject({ ModelPackageSummaryList: [{ ModelPackageArn: arn }] });
  }

  const COPY =
    "import { copyFileSync } from 'node:fs';\ncopyFileSync('/opt/ml/processing/input/data/d.csv', '/opt/ml/processing/output/out/d.csv');\n";

  it('retries a failed execution once its cause is mended', async () => {
    const script = await bench.put('retry/copy.ts', COPY);
    const data = 's3://cli-bench/retry/data/d.csv';
    const out = 's3://cli-bench/retry/out';
    const step = processingStep('Copy', { roleArn: bench.roleArn, script, inputs: { data }, outputs: { out } });
    await bench.createPipeline('cli-retry', { Version: '2020-12-01', Steps: [step] });
    const { PipelineExecutionArn: arn } = await sagemaker<Started>(
      ...['start-pipeline-execution', ...pipelineArgument('cli-retry')],
    );
    expect((await ended(arn)).PipelineExecutionStatus).toBe('Failed');
    const { PipelineExecutionSteps } = await sagemaker<Steps>(
      ...['list-pipeline-execution-steps', ...executionArgument(arn)],
    );
    expect(PipelineExecutionSteps[0]).toMatchObject({
      StepStatus: 'Failed',
      FailureReason: expect.stringContaining(data),
    });
    await ok('s3', 'cp', file('d.csv', '1\n'), data);
    const retried = await sagemaker<Started>('retry-pipeline-execution', ...executionArgument(arn));
    expect(retried.PipelineExecutionArn).toBe(arn);
    expect((await ended(arn)).PipelineExecutionStatus).toBe('Succeeded');
    expect(await ok('s3', 'cp', `${out}/d.csv`, '-')).toBe('1\n');
  });

  it('stops an execution', async () => {
    const script = await bench.put('stop/sleep.ts', 'setTimeout(() => {}, 600_000);\n');
    const step = processingStep('Sleep', { roleArn: bench.roleArn, script });
    await bench.createPipeline('cli-stop', { Version: '2020-12-01', Steps: [step] });
    const { PipelineExecutionArn: arn } = await sagemaker<Started>(
      ...['start-pipeline-execution', ...pipelineArgument('cli-stop')],
    );
    const execution = executionArgument(arn);
    expect(await sagemaker('stop-pipeline-execution', ...execution)).toEqual({ PipelineExecutionArn: arn });
    expect((await ended(arn)).PipelineExecutionStatus).toBe('Stopped');
    const again = await home.aws('sagemaker', 'stop-pipeline-execution', ...execution);
    expect(again.status).not.toBe(0);
    expect(again.stderr).toContain('(ConflictException)');
    expect(again.stderr).toContain('cannot be stopped: its status is Stopped');
  });

  it('says what is not there, by name', async () => {
    const { status, stderr } = await home.aws('sagemaker', 'describe-pipeline', ...pipelineArgument('nobody'));
    expect(status).not.toBe(0);
    expect(stderr).toContain("(ResourceNotFound) when calling the DescribePipeline operation: Pipeline 'nobody'");
    const unknown = await home.aws('sagemaker', 'list-notebook-instances');
    expect(unknown.stderr).toContain('ListNotebookInstances');
    expect(unknown.status).not.toBe(0);
  });
});

describe.concurrent('aws sts and iam', { timeout: PATIENCE }, () => {
  it('knows who calls, and the roles there are', async () => {
    const [who, role] = await Promise.all([
      home.json('sts', 'get-caller-identity'),
      home.json('iam', 'get-role', '--role-name', 'cli-bench'),
    ]);
    expect(who).toEqual({
      UserId: expect.stringMatching(/^AIDA/),
      Account: '000000000000',
      Arn: 'arn:aws:iam::000000000000:user/admin',
    });
    expect(role).toMatchObject({
      Role: {
        Arn: bench.roleArn,
        RoleName: 'cli-bench',
        AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'sagemaker.amazonaws.com' } }] },
      },
    });
    const nobody = await home.aws('iam', 'get-role', '--role-name', 'nobody');
    expect(nobody.stderr).toContain('(NoSuchEntity)');
  });
});
