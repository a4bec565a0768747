/** State machines through the real `telar`: published, run, watched, looked into, stopped, redriven. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finished, type Telar, telarIn } from './telar.ts';

const CONFIG = `
import { awsSdk, defineProject, defineRole, jsonata, sagemaker, shapeOf, stateMachine } from 'telar';
const jobs = defineRole({ name: 'small-jobs', policies: {
  logs: [{ Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'], Resource: '*' }] } });
const jobsArn = ({ account }) => 'arn:aws:iam::' + account + ':role/small-jobs';
const role = defineRole({ name: 'small-machines', service: 'states.amazonaws.com', policies: {
  jobs: [{ Effect: 'Allow', Action: ['sagemaker:CreateProcessingJob', 'sagemaker:DescribeProcessingJob', 'sagemaker:StopProcessingJob', 'sagemaker:AddTags'], Resource: '*' },
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: jobsArn },
    { Effect: 'Allow', Action: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], Resource: '*' }] } });
const run = stateMachine({ name: 'small-run', role, input: shapeOf(), startInput: () => ({ fail: false, numbers: [1, 2, 3] }),
  states: ({ task, map, pass, choice, succeed, fail, states }) => ({
    Job: task(sagemaker.createProcessingJob.sync({
      ProcessingJobName: states.context.Execution.Name, RoleArn: jobsArn,
      AppSpecification: { ImageUri: 'telar/node:24', ContainerEntrypoint: ['node', '-e', 'console.log("hello from the job")'] },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 1 } },
    }), { next: 'Each' }),
    Each: map({ items: states.context.Execution.Input.numbers, itemProcessor: (number) => ({ Double: pass({ output: jsonata\`\${number} * 2\` }) }), next: 'Verdict' }),
    Verdict: choice({ choices: [{ condition: jsonata\`\${states.context.Execution.Input.fail}\`, next: 'Forbidden' }], default: 'Done' }),
    Forbidden: task(awsSdk('s3', 'listBuckets', {}), { retry: [{ on: ['Nothing'], interval: '1s' }] }),
    Done: succeed(),
  }) });
const waiting = stateMachine({ name: 'small-wait', role, logging: { level: 'ALL', logGroup: '/states/small' },
  states: ({ wait, succeed }) => ({ Wait: wait({ for: '1h', next: 'End' }), End: succeed() }) });
const quick = stateMachine({ name: 'small-quick', type: 'EXPRESS', role, input: shapeOf(), startInput: () => ({ n: 20 }),
  states: ({ pass, states }) => ({ Add: pass({ output: { sum: jsonata\`\${states.context.Execution.Input.n} + 1\` } }) }) });
const OLD = stateMachine({ name: 'small-old', role, states: ({ succeed }) => ({ End: succeed() }) });
export default defineProject({ name: 'small', bucket: 'small-data', roles: [jobs, role], machines: [run, waiting, quick, OLD] });
`;

type Json = Record<string, unknown>;
const kinds = (changes: unknown) =>
  (changes as Json[]).filter(({ kind }) => kind === 'state machine').map(({ name, action }) => `${name} ${action}`);

let telar: Telar;
beforeAll(async () => {
  telar = telarIn();
  writeFileSync(join(telar.folder, 'telar.config.ts'), CONFIG);
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  expect(await telar.json('up', '--detach', '--port', '0')).toMatchObject({ status: 0 });
}, 60_000);
afterAll(() => telar.close());

describe('telar publish', () => {
  it('creates machines with their log groups, then changes only what differs', async () => {
    const first = await telar.json('publish');
    expect(first.stderr).toBe('');
    expect(kinds(first.result['changes'])).toEqual(
      ['small-run', 'small-wait', 'small-quick', 'small-old'].map((name) => `${name} create`),
    );
    expect(first.result['changes']).toContainEqual(
      expect.objectContaining({ kind: 'log group', name: '/states/small', action: 'create' }),
    );
    const config = join(telar.folder, 'telar.config.ts');
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace("next: 'End' }), End: succeed()", "next: 'Done' }), Done: succeed()"),
    );
    const second = await telar.run('publish');
    expect(second.stdout).toMatch(
      /~ state machine\s+small-wait {2}changed\n.*state Wait: changed\n.*state Done: new\n.*state End: removed/,
    );
    expect(second.stdout).toContain('Published 1 of');
  });

  it('deletes what the project no longer names only when it is asked to, and nothing of others', async () => {
    const config = join(telar.folder, 'telar.config.ts');
    writeFileSync(config, readFileSync(config, 'utf8').replace(', quick, OLD]', ', quick]'));
    expect(kinds((await telar.json('publish')).result['changes'])).not.toContain('small-old delete');
    const dry = await telar.json('publish', '--prune', '--dry-run');
    expect(kinds(dry.result['changes'])).toContain('small-old delete');
    expect((await telar.run('publish', '--prune')).stdout).toMatch(
      /- state machine\s+small-old {2}deleted|− state machine\s+small-old {2}deleted/,
    );
    expect(kinds((await telar.json('publish', '--prune')).result['changes'])).toEqual(
      ['small-run', 'small-wait', 'small-quick'].map((name) => `${name} same`),
    );
  });
});

describe('telar run', () => {
  it('follows a machine: states, items, the job and its log; and tells what is next', { timeout: 60_000 }, async () => {
    const ran = await telar.json('run', 'small-run');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const of = (event: string) => ran.documents.filter((document) => document['event'] === event);
    expect(
      of('state')
        .filter(({ status }) => status !== 'Running')
        .map(({ state }) => state),
    ).toEqual(['Job', 'Each', 'Verdict', 'Done']);
    expect(of('items').at(-1)).toMatchObject({ state: 'Each', total: 3, started: 3, succeeded: 3, failed: 0 });
    expect(of('task').some(({ arns }) => String(arns).includes(':processing-job/'))).toBe(true);
    expect(ran.result).toMatchObject({ machine: 'small-run', status: 'SUCCEEDED', output: '[2,4,6]', troubles: [] });
    const { name } = ran.result as { name: string };
    expect((await telar.run('logs', 'Job', '--execution', name)).stdout).toContain('hello from the job\n');
    expect((await telar.run('logs', name)).stdout).toContain('Job | hello from the job\n');
    const status = await telar.run('status', name);
    expect(status.stdout).toMatch(/Each\s+Succeeded\s+.*3 of 3 items/);
    expect(status.stdout).toMatch(/telar history \S+ +event by event/);
  });

  it('takes input as JSON, as a file, and by its members', async () => {
    expect(await telar.json('run', 'small-quick')).toMatchObject({ status: 0, result: { output: '{"sum":21}' } });
    writeFileSync(join(telar.folder, 'input.json'), '{"n": 1}');
    const given = await telar.json('run', 'small-quick', '--no-publish', '--input', 'input.json', '-p', 'n=41');
    expect(given.result).toMatchObject({ status: 'SUCCEEDED', output: '{"sum":42}' });
    expect(await telar.run('run', 'small-quick', '--input', '{n}')).toMatchObject({ status: 2, stdout: '' });
    expect(await telar.run('run', 'nothing')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        "no pipeline and no state machine 'nothing': it has small-run, small-wait, small-quick",
      ),
    });
  });

  it('ends with status 1 and says which state failed, with what, and what was done about it', {
    timeout: 60_000,
  }, async () => {
    const ran = await telar.run('run', 'small-run', '--no-publish', '-p', 'fail=true');
    expect(ran.status).toBe(1);
    expect(ran.stdout).toMatch(
      /Forbidden failed {2}Task\n\s+S3\.S3Exception: [^(]*not\s+authorized\s+to\s+perform: s3:ListAllMyBuckets/,
    );
    expect(ran.stdout).toMatch(/No retrier took it: they name Nothing, not S3\.S3Exception\./);
    expect(ran.stdout).toMatch(/It has no catcher\./);
    expect(ran.stdout).toMatch(/telar policy explain/);
    const doctor = await telar.json('doctor', 'small-run');
    expect(doctor).toMatchObject({
      status: 1,
      result: { status: 'FAILED', troubles: [{ state: 'Forbidden', diagnosis: { id: 'access-denied' } }] },
    });
    const why = await telar.json('why', 'Forbidden', '--execution', 'small-run');
    expect(why.result).toMatchObject({
      status: 'Failed',
      error: 'S3.S3Exception',
      handling: [expect.stringMatching(/No retrier/), 'It has no catcher.'],
    });
    expect((await telar.run('why', 'Double', '--execution', 'small-run')).stderr).toMatch(/It stands in Each/);
  });
});

describe('an execution under way', () => {
  it('goes on when no one watches, is stopped, and goes on when it is redriven', { timeout: 60_000 }, async () => {
    const child = telar.start('run', 'small-wait', '--no-publish');
    let said = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!child.killed && said.includes('Wait: entered')) child.kill('SIGINT');
    });
    const watched = await finished(child);
    expect(watched.status).toBe(1);
    const id = /execution (\S+) goes on by itself/.exec(watched.stdout.replaceAll('\n', ' '))?.[1];
    expect(id).toBeDefined();
    expect((await telar.json('status', id!)).result).toMatchObject({
      status: 'RUNNING',
      states: [{ name: 'Wait', status: 'Running' }],
    });
    expect((await telar.json('stop', id!)).result).toMatchObject({ status: 'ABORTED' });
    expect((await telar.json('status', 'small-wait')).result).toMatchObject({
      states: [{ name: 'Wait', status: 'Aborted' }],
    });
    expect((await telar.json('retry', id!, '--detach')).result).toMatchObject({ status: 'RUNNING', watching: false });
    expect((await telar.json('status', id!)).result).toMatchObject({
      status: 'RUNNING',
      redriveCount: 1,
      states: [{ name: 'Wait', status: 'Running' }],
    });
    const listed = (await telar.json('status', '--list', 'small-wait')).result['executions'];
    expect(listed).toMatchObject([{ name: id, machine: 'small-wait', status: 'RUNNING' }]);
    await telar.run('stop', id!);
  });

  it('has a history, page by page, in either order', async () => {
    const all = (await telar.json('history', 'small-run')).documents.slice(0, -1);
    const ids = all.map((event) => event['id']);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    expect(all[0]).toMatchObject({ event: 'history', type: 'ExecutionStarted' });
    const newest = await telar.json('history', 'small-run', '--reverse', '--limit', '2');
    expect(newest.documents.map(({ id }) => id)).toEqual([all.length, all.length - 1, undefined]);
    expect(newest.result).toMatchObject({ events: 2, more: true });
    const table = (await telar.run('history', 'small-run', '--limit', '3', '--no-data')).stdout;
    expect(table).toMatch(
      /^Id +Time +Event\n1 +\d\d:\d\d:\d\d\.\d{3} +ExecutionStarted\n2 .* TaskStateEntered +Job\n3 .*TaskScheduled +sagemaker:createProcessingJob\.sync\n3 events are shown/,
    );
    expect(await telar.run('history', '--limit', 'x')).toMatchObject({ status: 2 });
  });
});
