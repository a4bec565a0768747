/** The verbs of `telar` through the real binary, on a small project whose one step runs on Node. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, ROOT, type Telar, telarIn } from './telar.ts';

const CONFIG = `
import { bundledScript, codeBundle, conditionStep, customAlgorithm, csv, defineParameters, definePipeline, defineProject, execution,
  greaterThanOrEqualTo, images, modelPackageGroup, parameter, pipelineRole, processingStep, registerModelStep, s3Uri, shapeOf,
  splitCsv } from 'telar';
const bucket = 'small-data';
const group = modelPackageGroup({ name: 'small-models' });
const role = pipelineRole({ name: 'small-role', bucket, read: ['curated/*', 'pipeline/code/*'], write: ['pipeline/runs/*'],
  modelPackageGroups: [group] });
const rows = splitCsv({ file: 'rows.csv', at: 0.5, train: 'curated/train.csv', validation: 'curated/validation.csv' });
const parameters = defineParameters({ CodeBundleUri: parameter.s3Uri(), TrainUri: parameter.s3Uri(), Threshold: parameter.float({ default: 0.7 }) });
const score = processingStep({ name: 'Score', image: images.node(), instance: 'ml.t3.medium',
  script: bundledScript(parameters.CodeBundleUri, 'score.ts'),
  inputs: { train: { from: parameters.TrainUri, localPath: '/opt/ml/processing/input/train' } },
  outputs: { report: s3Uri(bucket, 'pipeline/runs', execution.pipelineExecutionId, 'report') },
  propertyFiles: { Report: { output: 'report', path: 'evaluation.json', contents: shapeOf<{ metrics: { accuracy: number } }>() } },
  cache: { expireAfter: 'P1D' } });
const register = registerModelStep({ name: 'Register', group, approval: 'PendingManualApproval', image: images.node(),
  modelData: score.propertyFiles.Report.s3Uri, modelQuality: score.propertyFiles.Report.s3Uri, contentTypes: ['text/csv'], responseTypes: ['text/csv'] });
const gate = conditionStep({ name: 'Gate',
  conditions: [greaterThanOrEqualTo(score.propertyFiles.Report.get('metrics.accuracy'), parameters.Threshold)], ifSteps: [register] });
const pipeline = definePipeline({ name: 'small', role, parameters, steps: [score, gate],
  startParameters: ({ codeBundleUri, uri }) => ({ CodeBundleUri: codeBundleUri, TrainUri: uri(rows.train) }) });
export default defineProject({ name: 'small', bucket, roles: [role], modelPackageGroups: [group], pipelines: [pipeline], data: [rows],
  code: codeBundle({ folder: 'code', include: ['score.ts'] }) });
`;
const SCRIPT = `
import fs from 'node:fs';
const rows = fs.readFileSync('/opt/ml/processing/input/train/train.csv', 'utf8').trim().split('\\n').length - 1;
console.log('scoring ' + rows + ' rows');
fs.writeFileSync('/opt/ml/processing/output/report/evaluation.json', JSON.stringify({ metrics: { accuracy: 0.75, rows } }));
`;

type Json = Record<string, unknown>;
const script = (telar: Telar, text: string) => writeFileSync(join(telar.folder, 'code/score.ts'), text);

function project(): Telar {
  const telar = telarIn();
  mkdirSync(join(telar.folder, 'code'));
  writeFileSync(join(telar.folder, 'telar.config.ts'), CONFIG);
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(telar.folder, 'rows.csv'), 'x\n1\n2\n3\n4\n');
  script(telar, SCRIPT);
  return telar;
}

describe('without a server', () => {
  it('gives help and version, and status 2 for what it does not know', async () => {
    const telar = telarIn();
    expect(await telar.run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('evidence') });
    expect((await telar.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    for (const words of [['bogus'], ['run', '--bogus'], ['logs'], ['approve', 'a', 'b']]) {
      expect(await telar.run(...words)).toMatchObject({ status: 2, stdout: '' });
    }
    expect((await telar.json('why')).result).toEqual({
      error: { code: 'Misuse', message: "missing required argument 'step'" },
    });
    await telar.close();
  });

  it('says how to get one, with status 1', async () => {
    const telar = telarIn();
    for (const verb of ['env', 'status', 'models']) {
      const ran = await telar.json(verb);
      expect(ran.status).toBe(1);
      expect(ran.stderr).toMatch(/No server runs on .*\.telar\. Start one with 'telar up'/);
      expect(ran.result).toMatchObject({ error: { code: 'NoServer' } });
    }
    expect(await telar.run('down')).toMatchObject({ status: 0 });
    expect(await telar.run('run')).toMatchObject({ status: 2, stderr: expect.stringContaining('no telar.config.ts') });
    await telar.close();
  });
});

describe('a project from its first publishing to its evidence', () => {
  let telar: Telar;
  beforeAll(async () => {
    telar = project();
    const up = await telar.json('up', '--detach', '--port', '0');
    expect(up).toMatchObject({ status: 0, result: { pid: expect.any(Number) } });
  });
  afterAll(() => telar.close());

  it('prints what AWS clients need, for any shell', async () => {
    const { stdout } = await telar.run('env');
    const shell = spawnSync('/bin/sh', ['-c', `eval "$1"; printf '%s' "$AWS_ENDPOINT_URL $AWS_REGION"`, 'sh', stdout]);
    expect(shell.stdout.toString()).toMatch(/^http:\/\/127\.0\.0\.1:\d+ us-east-1$/);
    expect((await telar.json('env')).result).toMatchObject({ AWS_SECRET_ACCESS_KEY: expect.any(String) });
  });

  it('shows the difference, publishes, and then has nothing to do', async () => {
    const dry = await telar.json('publish', '--dry-run');
    expect(dry.result).toMatchObject({ published: false });
    const first = await telar.json('publish');
    const actions = (ran: Json) => (ran['changes'] as Json[]).map(({ action }) => action);
    expect(actions(first.result)).toEqual(actions(dry.result));
    expect(new Set(actions(first.result))).toEqual(new Set(['create']));
    const again = await telar.json('publish');
    expect(new Set(actions(again.result))).toEqual(new Set(['same']));
    expect((again.result['codeBundle'] as Json)['version']).toMatch(/^manual-[0-9a-f]{12}$/);
  });

  it('runs, and tells steps, metrics, gate, model and what comes next', async () => {
    const ran = await telar.run('run');
    expect(ran.status).toBe(0);
    for (const text of [
      /Score: succeeded in/,
      /accuracy\s+0\.75/,
      /Gate\s+✓ holds\n\s+metrics\.accuracy 0\.75 ≥ Threshold 0\.7\n/,
      /ModelPackageArn\s+arn:aws:sagemaker:us-east-1:000000000000:model-package\/small-models\/1/,
      /ModelApprovalStatus\s+PendingManualApproval/,
      /telar approve small-models\/1/,
    ]) {
      expect(ran.stdout).toMatch(text);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none without a terminal
    expect(ran.stdout).not.toMatch(/\u001b/);
  });

  it('takes a second run from the cache, says so, and why', async () => {
    const ran = await telar.json('run', 'small');
    expect(ran.status).toBe(0);
    const steps = ran.result['steps'] as Json[];
    expect(steps.find(({ name }) => name === 'Score')).toMatchObject({
      cacheHit: expect.stringContaining('/execution/'),
    });
    expect(ran.documents[0]).toMatchObject({ event: 'difference' });
    expect((await telar.run('status')).stdout).toMatch(/1 step was taken from the cache/);
    expect((await telar.run('why', 'Score')).stdout).toMatch(/cache hit/);
  });

  it('shows a gate that refuses: status 0, nothing registered', async () => {
    const ran = await telar.run('run', '-p', 'Threshold=0.9');
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(
      /✗ does not hold\n\s+metrics\.accuracy 0\.75 ≥ Threshold 0\.9\n.*nothing was registered/,
    );
    expect((await telar.json('status')).result).toMatchObject({ registered: false, status: 'Succeeded' });
  });

  it('publishes what changed, and names the input that made the step run', async () => {
    script(telar, SCRIPT.replace('scoring', 'scoring anew'));
    const ran = await telar.run('run');
    expect(ran.stdout).toMatch(/\+ code bundle.*manual-/);
    expect((await telar.run('why', 'Score')).stdout).toMatch(/cache miss[\s\S]*ProcessingInputs\[0\]\.S3Input\.S3Uri/);
    expect((await telar.run('logs', 'Score')).stdout).toBe('scoring anew 2 rows\n');
    script(telar, SCRIPT);
  });

  it('lists models and lets them pass, or not', async () => {
    const approved = await telar.json('approve', '-m', 'looks right');
    expect(approved.result).toMatchObject({ before: 'PendingManualApproval', approval: 'Approved' });
    expect((await telar.json('approve', String(approved.result['model']))).result).toMatchObject({
      before: 'Approved',
    });
    expect((await telar.json('reject', 'small-models/1')).result).toMatchObject({ approval: 'Rejected' });
    const { models } = (await telar.json('models', 'small-models')).result as { models: Json[] };
    expect(models.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(models.at(-1)).toMatchObject({ approval: 'Rejected', metrics: [{ name: 'accuracy', value: 0.75 }, {}] });
    expect(await telar.run('approve', 'small-models/99')).toMatchObject({ status: 2 });
  });

  it('writes the evidence of a run', async () => {
    const { result, status } = await telar.json('evidence', 'small', '--out', 'record');
    expect(status).toBe(0);
    const markdown = readFileSync(join(telar.folder, 'record/evidence.md'), 'utf8');
    const json = JSON.parse(readFileSync(join(telar.folder, 'record/evidence.json'), 'utf8')) as Json;
    expect(markdown).toMatch(/\| ModelPackageArn \| arn:.*small-models\/\d+ \|/);
    expect(json['codeBundle']).toMatchObject({
      version: expect.stringMatching(/^manual-/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(result['evidence']).toEqual(json);
  });

  it('diagnoses a code bundle that is not there, and fails with status 1', async () => {
    const ran = await telar.run(
      'run',
      '--no-publish',
      '-p',
      'CodeBundleUri=s3://small-data/pipeline/code/none/pipeline_code.tar.gz',
    );
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(
      /Symptom\n\s+NoSuchKey on CodeBundleUri[\s\S]*Probable cause[\s\S]*Action\n\s+Run 'telar publish'/,
    );
    expect(await telar.run('doctor', 'small')).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('NoSuchKey'),
    });
  });

  it('shows a failed script with its last lines, and retries what did not succeed', async () => {
    script(telar, "console.log('before the end'); process.exit(3);\n");
    const ran = await telar.run('run', '-p', 'Threshold=0.1');
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(/Score failed[\s\S]*\| before the end/);
    expect(await telar.run('retry')).toMatchObject({ status: 1, stdout: expect.stringContaining('Score: failed') });
    script(telar, SCRIPT);
  });

  it('refuses other bytes under a published version', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'telar-e2e-git-'));
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@e.x', ...args], { cwd: folder });
    for (const file of ['telar.config.ts', 'package.json', 'rows.csv']) {
      writeFileSync(join(folder, file), readFileSync(join(telar.folder, file)));
    }
    mkdirSync(join(folder, 'code'));
    writeFileSync(join(folder, 'code/score.ts'), SCRIPT);
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'x');
    const data = join(telar.folder, '.telar');
    const first = await telar.json('publish', '--project', folder, '--data', data);
    const { version, uri } = first.result['codeBundle'] as { version: string; uri: string };
    expect(version).toMatch(/^[0-9a-f]{40}$/);
    expect(uri).toBe(`s3://small-data/pipeline/code/${version}/pipeline_code.tar.gz`);
    // The same commit with another list of files gives other bytes.
    const config = readFileSync(join(folder, 'telar.config.ts'), 'utf8');
    writeFileSync(join(folder, 'code/extra.ts'), '');
    git('add', '-A');
    git('commit', '-q', '--amend', '-m', 'x');
    const second = await telar.json('publish', '--project', folder, '--data', data);
    writeFileSync(join(folder, 'telar.config.ts'), config.replace("['score.ts']", "['score.ts', 'extra.ts']"));
    const third = await telar.json('publish', '--project', folder, '--data', data);
    rmSync(folder, { recursive: true, force: true });
    expect(second.status).toBe(0);
    expect(third).toMatchObject({ status: 1, result: { error: { code: 'BundleConflict' } } });
    expect(third.stderr).toMatch(/already holds other bytes: SHA-256 [0-9a-f]{16}.*nothing was published/);
  });

  it('stops watching on Ctrl-C and leaves the execution running; stop ends it', async () => {
    script(telar, 'await new Promise((go) => setTimeout(go, 600_000));\n');
    const child = telar.start('run');
    const done = finished(child);
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!child.killed && said.includes('Score: started')) child.kill('SIGINT');
    });
    const ran = await done;
    expect(ran).toMatchObject({ status: 1, stdout: expect.stringContaining('goes on by itself') });
    expect((await telar.json('status')).result).toMatchObject({ status: 'Executing' });
    expect(await telar.run('stop')).toMatchObject({ status: 0 });
    const followed = await telar.json('status', '--follow');
    expect(followed.result).toMatchObject({ status: 'Stopped' });
    expect((await telar.run('status', '--list')).stdout).toMatch(/Stopped[\s\S]*Failed[\s\S]*Succeeded/);
    script(telar, SCRIPT);
  });

  it('looks for its words: unknown executions, steps and parameters', async () => {
    expect(await telar.run('status', 'nonesuch')).toMatchObject({ status: 2 });
    expect(await telar.run('logs', 'Nonesuch')).toMatchObject({ status: 2, stderr: expect.stringContaining('Score') });
    expect(await telar.run('logs', 'Gate', '--execution', 'small')).toMatchObject({ status: 2 });
    expect(await telar.run('run', 'nonesuch')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('it has small'),
    });
    expect(await telar.run('run', '-p', 'Threshold')).toMatchObject({ status: 2 });
    expect(await telar.run('run', '--no-publish', '-p', 'Bogus=1')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Bogus'),
    });
  });
});

describe('the server', () => {
  it('refuses a second one on the folder, and a port that is taken, each by name', async () => {
    const telar = telarIn();
    await telar.run('up', '--detach', '--port', '0');
    expect(await telar.json('up', '--detach', '--port', '0')).toMatchObject({
      status: 1,
      result: { error: { code: 'AlreadyRunning', message: expect.stringContaining('telar down') } },
    });
    expect(await telar.run('up', '--port', '0')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Another Telar server runs'),
    });
    expect(await telar.run('fsck')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Another Telar server'),
    });
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const elsewhere = telarIn();
    for (const detach of [['--detach'], []]) {
      const ran = await elsewhere.run('up', ...detach, '--port', String(port));
      expect(ran.status).toBe(1);
      expect(ran.stderr).toContain(`Port ${port} on 127.0.0.1 is taken by another program`);
      expect(ran.stderr).toContain('--port');
    }
    other.close();
    await Promise.all([telar.close(), elsewhere.close()]);
  });

  it('runs in the foreground until it is asked to end, and leaves a whole folder', async () => {
    const telar = telarIn();
    const child = telar.start('up', '--port', '0');
    const done = finished(child);
    child.stdout!.on('data', (chunk: Buffer) => {
      if (!child.killed && chunk.toString().includes('Ctrl-C')) child.kill('SIGINT');
    });
    expect(await done).toMatchObject({ status: 0, stdout: expect.stringMatching(/runs at http:.*\n[\s\S]*Stopping/) });
    expect(existsSync(join(telar.folder, '.telar/server.json'))).toBe(false);
    expect(await telar.run('fsck')).toMatchObject({ status: 0, stdout: expect.stringContaining('is whole') });
    writeFileSync(join(telar.folder, '.telar/state.db'), 'damaged'.repeat(100));
    expect(await telar.json('fsck')).toMatchObject({ status: 1, result: { damaged: true } });
    const up = await telar.run('up', '--detach', '--port', '0');
    expect(up).toMatchObject({ status: 1, stderr: expect.stringContaining('telar fsck') });
    await telar.close();
  });
});

describe('a server that dies', () => {
  it('is waited for by who watches, and the run goes on where it was', async () => {
    const telar = project();
    script(telar, `${SCRIPT}await new Promise((go) => setTimeout(go, 2500));\nconsole.log('to the end');\n`);
    const first = (await telar.json('up', '--detach', '--port', '0')).result as { pid: number; url: string };
    const child = telar.start('run');
    const watched = finished(child);
    await new Promise<void>((resolve) => {
      let said = '';
      child.stdout!.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Score: started')) resolve();
      });
    });
    process.kill(first.pid, 'SIGKILL');
    const second = (await telar.json('up', '--detach', '--port', new URL(first.url).port)).result;
    expect(second).toMatchObject({ url: first.url });
    const ran = await watched;
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringContaining('ModelPackageArn') });
    // Once: the job outlived its server and was found again.
    expect((await telar.run('logs', 'Score')).stdout).toBe('scoring 2 rows\nto the end\n');
    await telar.close();
  });
});

describe('a new project', () => {
  it('is made, runs at once, and is never written over', async () => {
    const parent = telarIn();
    expect(await parent.run('init', 'first-line')).toMatchObject({ status: 0 });
    expect(await parent.run('init', 'first-line')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('already'),
    });
    const telar = telarIn(join(parent.folder, 'first-line'));
    await telar.run('up', '--detach', '--port', '0');
    const ran = await telar.json('run');
    expect(ran).toMatchObject({ status: 0, result: { status: 'Succeeded', pipeline: 'first-line' } });
    expect((await telar.json('run', '-p', 'Threshold=0.999')).result).toMatchObject({
      status: 'Failed',
      troubles: [{ diagnosis: { id: 'fail-step' } }],
    });
    await telar.close();
    await parent.close();
  });

  it('passes the compiler with the SDK beside it', async () => {
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    const parent = telarIn(mkdtempSync(join(ROOT, '.cache/telar-init-')));
    await parent.run('init', 'checked');
    const options = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { typeRoots: [join(ROOT, 'node_modules/@types')] },
      include: ['.'],
    };
    writeFileSync(join(parent.folder, 'checked/tsconfig.json'), JSON.stringify(options));
    // The package resolves itself by name only from inside its own scope.
    rmSync(join(parent.folder, 'checked/package.json'));
    const tsc = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', 'checked'], {
      cwd: parent.folder,
      encoding: 'utf8',
    });
    await parent.close();
    expect(tsc.stdout).toBe('');
    expect(tsc.status).toBe(0);
  });
});

describe('doctor', () => {
  it('looks at this machine', async () => {
    const telar = telarIn();
    const { result } = await telar.json('doctor');
    const checks = result['checks'] as Json[];
    expect(checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Node', 'Python', 'git', 'isolation', 'port', 'disk']),
    );
    expect(checks.find(({ name }) => name === 'Node')).toMatchObject({ verdict: 'ok' });
    await telar.close();
  });
});
