import { beforeEach, describe, expect, it } from 'vitest';
import { glueOf } from '../../../tests/support/glueService.ts';
import { ACCOUNT, REGION, refusal, START } from '../../../tests/support/operations.ts';
import type { CreateJobInput } from './context.ts';
import type { OrderEnd } from './ports.ts';

let glue: ReturnType<typeof glueOf>;
beforeEach(() => {
  glue = glueOf();
});

const input = (more: Partial<CreateJobInput> = {}): CreateJobInput => ({
  ...{ Name: 'clean', Role: 'cleaner', Command: { Name: 'pythonshell', ScriptLocation: 's3://b/clean.py' } },
  ...more,
});
const create = (more: Partial<CreateJobInput> = {}) => glue.run('CreateJob', input(more));
const start = async (more = {}) => (await glue.run('StartJobRun', { JobName: 'clean', ...more })).JobRunId!;
const state = async (RunId: string) => (await glue.run('GetJobRun', { JobName: 'clean', RunId })).JobRun!;
const details = () => glue.machine.events.map(({ detailType, detail }) => ({ detailType, ...detail() }));

describe('jobs', () => {
  it('are created once: the same again is no error, another is', async () => {
    expect(await create({ Tags: { team: 'a' } })).toEqual({ Name: 'clean' });
    expect(await create()).toEqual({ Name: 'clean' });
    expect(await refusal(create({ MaxRetries: 1 }))).toMatch(
      /^IdempotentParameterMismatchException: Job with name: clean/,
    );
    const ResourceArn = `arn:aws:glue:${REGION}:${ACCOUNT}:job/clean`;
    expect(await glue.run('GetTags', { ResourceArn })).toEqual({ Tags: { team: 'a' } });
    await glue.run('TagResource', { ResourceArn, TagsToAdd: { stage: 'x' } });
    await glue.run('UntagResource', { ResourceArn, TagsToRemove: ['team'] });
    expect(await glue.run('ListJobs', { Tags: { stage: 'x' } })).toMatchObject({ JobNames: ['clean'] });
    expect(await glue.run('ListJobs', { Tags: { team: 'a' } })).toMatchObject({ JobNames: [] });
    expect(await refusal(glue.run('GetTags', { ResourceArn: `${ResourceArn}x` }))).toContain('EntityNotFoundException');
  });

  it('are changed whole: what an update leaves out stands as in a new job', async () => {
    await create({ MaxRetries: 2, Description: 'old' });
    const { Name: _, ...JobUpdate } = input({ Timeout: 5 });
    await glue.run('UpdateJob', { JobName: 'clean', JobUpdate });
    const { Job } = await glue.run('GetJob', { JobName: 'clean' });
    expect(Job).toMatchObject({ Timeout: 5, MaxRetries: 0 });
    expect(Job).not.toHaveProperty('Description');
    expect(await refusal(glue.run('UpdateJob', { JobName: 'none', JobUpdate }))).toBe(
      'EntityNotFoundException: Job with name: none not found.',
    );
  });

  it('are listed by pages, and several are got at once', async () => {
    for (const Name of ['c', 'a', 'b']) await create({ Name });
    const first = await glue.run('GetJobs', { MaxResults: 2 });
    expect(first.Jobs!.map(({ Name }) => Name)).toEqual(['a', 'b']);
    expect((await glue.run('GetJobs', { MaxResults: 2, NextToken: first.NextToken })).Jobs).toMatchObject([
      { Name: 'c' },
    ]);
    expect(await refusal(glue.run('ListJobs', { NextToken: first.NextToken }))).toContain('The NextToken is not valid');
    expect(await glue.run('BatchGetJobs', { JobNames: ['a', 'x', 'a'] })).toMatchObject({
      ...{ Jobs: [{ Name: 'a' }], JobsNotFound: ['x'] },
    });
  });

  it('that are long to read come on shorter pages', async () => {
    const long = { '--text': 'x'.repeat(200_000) };
    for (const Name of ['a', 'b', 'c']) await create({ Name, DefaultArguments: long });
    const { Jobs, NextToken } = await glue.run('GetJobs', {});
    expect(Jobs!.map(({ Name }) => Name)).toEqual(['a', 'b']);
    expect((await glue.run('GetJobs', { NextToken })).Jobs).toMatchObject([{ Name: 'c' }]);
    await create({ DefaultArguments: long, ExecutionProperty: { MaxConcurrentRuns: 9 } });
    const ids = [await start(), await start(), await start()];
    const runs = await glue.run('GetJobRuns', { JobName: 'clean' });
    expect(runs.JobRuns!.map(({ Id }) => Id)).toEqual([ids[2], ids[1]]);
    const rest = await glue.run('GetJobRuns', { JobName: 'clean', NextToken: runs.NextToken });
    expect(rest).toMatchObject({ JobRuns: [{ Id: ids[0] }] });
    expect(rest.NextToken).toBeUndefined();
  });

  it('that are deleted take their runs along; those under way go on unseen', async () => {
    await create();
    const id = await start();
    await glue.begun();
    await glue.run('DeleteJob', { JobName: 'clean' });
    await glue.run('DeleteJob', { JobName: 'clean' });
    expect(await refusal(state(id))).toContain('Job with name: clean not found');
    await create();
    expect(await glue.run('GetJobRuns', { JobName: 'clean' })).toMatchObject({ JobRuns: [] });
    await glue.ended({}, glue.machine.orders[0]);
    expect(glue.machine.told).toHaveLength(1);
    expect(await glue.run('GetJobRuns', { JobName: 'clean' })).toMatchObject({ JobRuns: [] });
  });

  it('need a role that Glue may assume', async () => {
    expect(await refusal(create({ Role: 'other' }))).toBe(
      'InvalidInputException: Role other should be given assume role permissions for Glue Service.',
    );
    await create();
    glue.machine.trusted = false;
    expect(await refusal(start())).toContain('Role cleaner should be given assume role permissions');
  });
});

describe('a run', () => {
  it('starts, runs and succeeds; whoever waits for it, and the events, tell', async () => {
    await create();
    const id = await start({ Arguments: { '--day': '1' } });
    expect(id).toMatch(/^jr_[0-9a-f]{64}$/);
    expect(await state(id)).toMatchObject({
      JobRunState: 'STARTING',
      Attempt: 0,
      ExecutionTime: 0,
      Arguments: { '--day': '1' },
    });
    await glue.begun();
    expect(await state(id)).toMatchObject({ JobRunState: 'RUNNING' });
    glue.machine.time += 7000;
    await glue.ended();
    expect(await state(id)).toMatchObject({
      JobRunState: 'SUCCEEDED',
      ExecutionTime: 7,
      CompletedOn: new Date(START + 7000),
    });
    expect(glue.machine.told).toMatchObject([['clean', id, { JobRunState: 'SUCCEEDED' }]]);
    expect(details()).toEqual([
      {
        ...{ detailType: 'Glue Job State Change', jobName: 'clean', severity: 'INFO', state: 'SUCCEEDED' },
        ...{ jobRunId: id, message: 'Job run succeeded' },
      },
    ]);
  });

  it.each<[Partial<OrderEnd>, string, string, string | undefined]>([
    [{ status: 'Failed', failureReason: 'ValueError: x' }, 'FAILED', 'ERROR', 'ValueError: x'],
    [{ status: 'Failed', internal: true, failureReason: 'lost' }, 'ERROR', 'ERROR', 'lost'],
    [{ status: 'Stopped', outOfTime: true }, 'TIMEOUT', 'WARN', 'Timeout exceeded'],
  ])('that ends as %o is %s', async (end, JobRunState, severity, ErrorMessage) => {
    await create();
    const id = await start();
    await glue.begun();
    await glue.ended(end);
    expect(await state(id)).toMatchObject({ JobRunState, ErrorMessage });
    expect(details()).toMatchObject([{ severity, state: JobRunState === 'ERROR' ? 'FAILED' : JobRunState }]);
  });

  it('is stopped, and its stop is not told twice', async () => {
    await create();
    const id = await start();
    const stop = () => glue.run('BatchStopJobRun', { JobName: 'clean', JobRunIds: [id, id] });
    expect(await stop()).toEqual({ SuccessfulSubmissions: [{ JobName: 'clean', JobRunId: id }], Errors: [] });
    expect(await state(id)).toMatchObject({ JobRunState: 'STOPPING' });
    await glue.ended({ status: 'Stopped' });
    expect(await state(id)).toMatchObject({ JobRunState: 'STOPPED' });
    expect(await stop()).toMatchObject({
      Errors: [{ JobRunId: id, ErrorDetail: { ErrorCode: 'InvalidInputException' } }],
    });
  });

  it('that ran out of time while it was told to stop has timed out', async () => {
    await create();
    const id = await start();
    await glue.begun();
    await glue.run('BatchStopJobRun', { JobName: 'clean', JobRunIds: [id] });
    await glue.ended({ status: 'Stopped', outOfTime: true });
    expect(await state(id)).toMatchObject({ JobRunState: 'TIMEOUT' });
  });

  it('keeps to the definition with which it began', async () => {
    await create({ Timeout: 5 });
    const id = await start();
    const { Name: _, ...JobUpdate } = input({ Timeout: 9 });
    await glue.run('UpdateJob', { JobName: 'clean', JobUpdate });
    expect(await state(id)).toMatchObject({ Timeout: 5 });
  });

  it('finds no room beyond MaxConcurrentRuns, until one is over', async () => {
    await create({ ExecutionProperty: { MaxConcurrentRuns: 2 } });
    await start();
    await start();
    expect(await refusal(start())).toBe('ConcurrentRunsExceededException: Concurrent runs exceeded for clean');
    await glue.begun();
    await glue.ended();
    await start();
  });

  it('of a job that is not there, or of Spark without Java, is refused', async () => {
    expect(await refusal(start())).toBe('EntityNotFoundException: Failed to start job run due to missing metadata');
    await create({ Command: { Name: 'glueetl', ScriptLocation: 's3://b/clean.py' } });
    glue.machine.java = false;
    expect(await refusal(start())).toContain('needs Java, and this machine has none. Install it');
    expect(glue.machine.orders).toEqual([]);
  });

  it('that is late says so, once in each state', async () => {
    await create({ NotificationProperty: { NotifyDelayAfter: 1 } });
    const id = await start();
    await glue.begun();
    await glue.advance(59_000);
    expect(details()).toEqual([]);
    await glue.advance(1000);
    await glue.run('BatchStopJobRun', { JobName: 'clean', JobRunIds: [id] });
    expect(details()).toMatchObject([
      {
        ...{ detailType: 'Glue Job Run Status', state: 'RUNNING', notificationCondition: { NotifyDelayAfter: 1 } },
        ...{ message: 'Job is in RUNNING state', startedOn: new Date(START).toISOString() },
      },
      { state: 'STOPPING' },
    ]);
  });
});

describe('a run that failed', () => {
  const failed = { status: 'Failed', failureReason: 'x' } as const;

  it('is tried again as often as the job allows, each time as another run', async () => {
    await create({ MaxRetries: 2 });
    const id = await start({ Arguments: { '--day': '1' } });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await glue.begun();
      await glue.ended(failed);
    }
    const { JobRuns } = await glue.run('GetJobRuns', { JobName: 'clean' });
    expect(JobRuns!.map((run) => [run.Id, run.Attempt, run.PreviousRunId, run.Arguments])).toEqual([
      [`${id}_attempt_2`, 2, `${id}_attempt_1`, { '--day': '1' }],
      [`${id}_attempt_1`, 1, id, { '--day': '1' }],
      [id, 0, undefined, { '--day': '1' }],
    ]);
    expect(glue.machine.orders).toHaveLength(3);
  });

  it('because it was out of time is not', async () => {
    await create({ MaxRetries: 2 });
    await start();
    await glue.begun();
    await glue.ended({ status: 'Stopped', outOfTime: true });
    expect(glue.machine.orders).toHaveLength(1);
  });

  it('is tried again by hand, with what it was given', async () => {
    await create();
    const id = await start({ Arguments: { '--day': '1' } });
    expect(await refusal(start({ JobRunId: id }))).toMatch(/ConcurrentRuns|is STARTING/);
    await glue.begun();
    await glue.ended(failed);
    expect(await start({ JobRunId: id })).toBe(`${id}_attempt_1`);
    expect(await state(`${id}_attempt_1`)).toMatchObject({ PreviousRunId: id, Arguments: { '--day': '1' } });
    expect(await refusal(start({ JobRunId: 'jr_none' }))).toMatch(/ConcurrentRuns|not found/);
  });
});
