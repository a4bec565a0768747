/** Glue jobs through the official SDK, against a real server: real scripts in Python that read and write real objects. */
import { Glue } from '@aws-sdk/client-glue';
import { SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRules } from '../support/eventRules.ts';
import { zipOf } from '../support/functions.ts';
import { type GlueBench, openGlueBench } from '../support/glue.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause, refusal } from '../support/workbench.ts';

let server: TestServer;
let bench: GlueBench;

beforeAll(async () => {
  server = await startTestServer({ jobLimits: { grace: 1000 } });
  bench = await openGlueBench(server, 'glue');
  await bench.prepare('pythonshell');
});
afterAll(() => server.close());

const CLEAN = `
import sys
import pandas as pd
from awsglue.utils import getResolvedOptions

options = getResolvedOptions(sys.argv, ["source", "target", "run_date"])
rows = pd.read_csv(options["source"])
rows = rows.dropna(subset=["age"]).drop_duplicates()
rows["run_date"] = options["run_date"]
rows.to_csv(options["target"], index=False)
print("kept", len(rows))
print("to people who look for trouble", file=sys.stderr)
`;

describe('a Python shell job', () => {
  it('cleans CSV from S3 to S3 with pandas, and its log is where AWS has it', async () => {
    const source = await bench.put('raw/people.csv', 'name,age\nAda,36\nAda,36\nBob,\nCleo,40\n');
    await bench.job('clean', CLEAN, { DefaultArguments: { '--run_date': 'never', '--source': source } });
    const run = await bench.run('clean', { '--target': 's3://glue/clean/people.csv', '--run_date': '2026-11-27' });
    expect(run).toMatchObject({
      ...{ JobRunState: 'SUCCEEDED', JobName: 'clean', Attempt: 0, MaxCapacity: 0.0625, Timeout: 2880 },
      ...{ LogGroupName: '/aws-glue/python-jobs', Arguments: { '--run_date': '2026-11-27' } },
    });
    expect(run.ErrorMessage).toBeUndefined();
    expect(await bench.read('clean/people.csv')).toBe('name,age,run_date\nAda,36.0,2026-11-27\nCleo,40.0,2026-11-27\n');
    expect(await bench.log('output', run.Id!)).toContain('kept 2\n');
    expect(await bench.log('error', run.Id!)).toContain('to people who look for trouble\n');
    expect(await bench.log('output', run.Id!)).not.toContain('trouble');
  });

  it('that raises has the exception as its ErrorMessage, and the traceback in its error log', async () => {
    await bench.job('raises', 'def work():\n  raise ValueError("row 7 has\\nno name")\nwork()\n');
    const run = await bench.run('raises');
    expect(run).toMatchObject({ JobRunState: 'FAILED', ErrorMessage: 'ValueError: row 7 has\nno name' });
    const log = await bench.log('error', run.Id!);
    expect(log).toContain('Traceback (most recent call last):\n');
    expect(log).toContain('raises.py", line 2, in work');
    expect(log).not.toContain('telar_glue');
  });

  it.each([
    ['exits-0', 'import sys; sys.exit(0)', 'SUCCEEDED', undefined],
    ['exits-3', 'import sys; sys.exit(3)', 'FAILED', 'SystemExit: 3'],
    ['exits-told', 'import sys; sys.exit("no rows")', 'FAILED', 'SystemExit: no rows'],
    ['killed', 'import os; os.kill(os.getpid(), 9)', 'FAILED', 'Command failed with exit code 137'],
    ['no-syntax', 'def', 'FAILED', 'SyntaxError: invalid syntax'],
  ])('%s', async (name, script, state, message) => {
    await bench.job(name, script);
    const run = await bench.run(name);
    expect(run.JobRunState).toBe(state);
    if (message === undefined) expect(run.ErrorMessage).toBeUndefined();
    else expect(run.ErrorMessage).toContain(message);
  });

  it('has the credentials of its role and no others', async () => {
    await bench.job('who', 'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])');
    const run = await bench.run('who');
    expect(await bench.log('output', run.Id!)).toContain(
      'arn:aws:sts::000000000000:assumed-role/glue/GlueJobRunnerSession\n',
    );
  });

  it('imports from an archive before all else, also what is imported in a warm process already', async () => {
    const library = await bench.put('lib/own.zip', await zipOf({ 'pandas.py': '__version__ = "my own"\n' }));
    await bench.job('archive', 'import pandas; print(pandas.__version__)', {
      DefaultArguments: { '--extra-py-files': library },
    });
    const run = await bench.run('archive');
    expect(run.ErrorMessage).toBeUndefined();
    expect(await bench.log('output', run.Id!)).toContain('my own\n');
  });

  it('sets up logging as it likes: nothing was set up before', async () => {
    await bench.job(
      'logs',
      'import logging\nlogging.basicConfig(level=logging.INFO, format="mine: %(message)s")\nlogging.info("counted")',
    );
    const run = await bench.run('logs');
    expect(await bench.log('error', run.Id!)).toBe('mine: counted\n');
  });

  it('that misses an argument says which', async () => {
    await bench.job(
      'misses',
      'import sys\nfrom awsglue.utils import getResolvedOptions\nprint(getResolvedOptions(sys.argv, ["day", "city"]))',
    );
    expect((await bench.run('misses', { '--day': '1' })).ErrorMessage).toBe(
      'awsglue.utils.GlueArgumentError: the following arguments are required: --city',
    );
    const run = await bench.run('misses', { '--day': '-1', '--city': 'a=b --c', '--other': 'x' });
    expect(await bench.log('output', run.Id!)).toContain("'day': '-1', 'city': 'a=b --c'");
  });

  it('imports from --extra-py-files, and has more modules installed', async () => {
    const library = await bench.put('lib/helpers.py', 'def twice(x): return 2 * x\n');
    await bench.job(
      'modules',
      'import sys, helpers, humanize\nprint(helpers.twice(21), humanize.intcomma(12345), sys.argv[1:])',
      {
        DefaultArguments: {
          ...{ '--extra-py-files': library, '--additional-python-modules': 'humanize==4.9.0' },
          '--text': `it's "quoted" $HOME\n\\ --x ünïcode 💥`,
        },
      },
    );
    const run = await bench.run('modules', { '--empty': '' });
    expect(run.ErrorMessage).toBeUndefined();
    const log = await bench.log('output', run.Id!);
    expect(log).toContain('42 12,345 [');
    expect(log).toContain('💥');
  });
});

describe('runs', () => {
  it('are as many at a time as the job allows, and are stopped', async () => {
    await bench.job(
      'long',
      'import boto3, time\nboto3.client("s3").put_object(Bucket="glue", Key="long/began", Body=b"")\ntime.sleep(600)',
    );
    const id = await bench.started('long');
    await bench.written('long/began');
    await expect(bench.started('long')).rejects.toMatchObject({
      ...{ name: 'ConcurrentRunsExceededException', message: 'Concurrent runs exceeded for long' },
    });
    const stopped = await bench.glue.batchStopJobRun({ JobName: 'long', JobRunIds: [id, 'jr_none'] });
    expect(stopped.SuccessfulSubmissions).toEqual([{ JobName: 'long', JobRunId: id }]);
    expect(stopped.Errors).toMatchObject([
      { JobRunId: 'jr_none', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } },
    ]);
    expect(await bench.ended('long', id)).toMatchObject({ JobRunState: 'STOPPED' });
  });

  it('that fail are tried again, each as a run of its own', async () => {
    await bench.job(
      'flaky',
      'import boto3\ns3 = boto3.client("s3")\nn = s3.list_objects_v2(Bucket="glue", Prefix="flaky/").get("KeyCount", 0)\ns3.put_object(Bucket="glue", Key="flaky/%d" % n, Body=b"")\nassert n >= 2, "attempt %d" % n',
      { MaxRetries: 3 },
    );
    const id = await bench.started('flaky');
    expect(await bench.ended('flaky', id)).toMatchObject({
      JobRunState: 'FAILED',
      ErrorMessage: 'AssertionError: attempt 0',
    });
    expect(await bench.ended('flaky', `${id}_attempt_1`)).toMatchObject({
      ...{ JobRunState: 'FAILED', Attempt: 1, PreviousRunId: id, ErrorMessage: 'AssertionError: attempt 1' },
    });
    expect(await bench.ended('flaky', `${id}_attempt_2`)).toMatchObject({ JobRunState: 'SUCCEEDED', Attempt: 2 });
    const { JobRuns } = await bench.glue.getJobRuns({ JobName: 'flaky' });
    expect(JobRuns!.map(({ Id }) => Id)).toEqual([`${id}_attempt_2`, `${id}_attempt_1`, id]);
  });
});

describe('a state machine', () => {
  const machine = async (name: string, JobName: string, more = {}) => {
    const states = new SFN(server.client);
    const { stateMachineArn } = await states.createStateMachine({
      ...{ name, roleArn: bench.roleArn },
      definition: JSON.stringify({
        StartAt: 'Clean',
        States: {
          Clean: {
            ...{ Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun.sync', End: true },
            ...{ Parameters: { JobName, Arguments: { '--day.$': '$.day' } }, ...more },
          },
        },
      }),
    });
    const { executionArn } = await states.startExecution({ stateMachineArn, input: '{"day":"2026-11-27"}' });
    return { states, executionArn: executionArn! };
  };
  const ended = async (states: SFN, executionArn: string) => {
    for (;;) {
      const found = await states.describeExecution({ executionArn });
      if (found.status !== 'RUNNING') return found;
      await pause(50);
    }
  };

  it('has a job run with glue:startJobRun.sync, and its run as the result', async () => {
    await bench.job('of-machine', 'import sys; print(sys.argv[1:])');
    const { states, executionArn } = await machine('glue-ok', 'of-machine');
    const { status, output } = await ended(states, executionArn);
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output!)).toMatchObject({
      ...{ JobName: 'of-machine', JobRunState: 'SUCCEEDED', Arguments: { '--day': '2026-11-27' } },
    });
  });

  it('fails with the run as the cause', async () => {
    await bench.job('of-machine-fails', 'raise KeyError("age")');
    const { states, executionArn } = await machine('glue-fails', 'of-machine-fails');
    const { status, error, cause } = await ended(states, executionArn);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(JSON.parse(cause!)).toMatchObject({ JobRunState: 'FAILED', ErrorMessage: "KeyError: 'age'" });
  });

  it('fails with the run that it has started, though Glue tries that again', async () => {
    const script = [
      ...['import boto3', 's3 = boto3.client("s3")'],
      'n = s3.list_objects_v2(Bucket="glue", Prefix="mended/").get("KeyCount", 0)',
      ...['s3.put_object(Bucket="glue", Key="mended/%d" % n, Body=b"")', 'assert n >= 1, "attempt %d" % n'],
    ];
    await bench.job('mended', script.join('\n'), { MaxRetries: 1 });
    const { states, executionArn } = await machine('glue-mended', 'mended');
    const { status, error, cause } = await ended(states, executionArn);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.TaskFailed' });
    const run = JSON.parse(cause!) as { Id: string };
    expect(run).toMatchObject({ Attempt: 0, JobRunState: 'FAILED', ErrorMessage: 'AssertionError: attempt 0' });
    expect(await bench.ended('mended', `${run.Id}_attempt_1`)).toMatchObject({
      ...{ JobRunState: 'SUCCEEDED', Attempt: 1, PreviousRunId: run.Id },
    });
    // The state's own Retry is what mends the machine: it starts a run of its own.
    const again = await machine(
      'glue-retried',
      await bench.job('retried', script.join('\n').replaceAll('mended', 'retried')),
      {
        Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 }],
      },
    );
    const { output } = await ended(again.states, again.executionArn);
    expect(JSON.parse(output!)).toMatchObject({ Attempt: 0, JobRunState: 'SUCCEEDED' });
  });

  it('that is stopped stops the run', async () => {
    await bench.job('of-machine-long', 'import time; time.sleep(600)');
    const { states, executionArn } = await machine('glue-stopped', 'of-machine-long');
    const runs = async () => (await bench.glue.getJobRuns({ JobName: 'of-machine-long' })).JobRuns ?? [];
    while ((await runs()).length === 0) await pause(50);
    await states.stopExecution({ executionArn });
    expect((await bench.ended('of-machine-long', (await runs())[0]!.Id!)).JobRunState).toBe('STOPPED');
  });

  it('that names a job which is not there fails as on AWS', async () => {
    const { states, executionArn } = await machine('glue-none', 'of-nobody');
    expect(await ended(states, executionArn)).toMatchObject({
      status: 'FAILED',
      error: 'Glue.EntityNotFoundException',
    });
  });
});

it('a rule hears of the end of a run, and a run that is not SageMaker is not told as one', async () => {
  const rules = await openRules(server.client);
  const [heard, other] = [await rules.keeper('glue-heard'), await rules.keeper('glue-other')];
  await rules.rule('glue', { source: ['aws.glue'], detail: { jobName: ['told'] } }, { Arn: heard });
  await rules.rule('not-glue', { source: ['aws.sagemaker'] }, { Arn: other });
  await bench.job('told', 'raise ValueError("no rows")');
  const run = await bench.run('told');
  expect(await rules.sent(heard, 1)).toMatchObject([
    {
      ...{ 'detail-type': 'Glue Job State Change', resources: [] },
      detail: {
        ...{ jobName: 'told', severity: 'ERROR', state: 'FAILED', jobRunId: run.Id },
        message: `JobName:told and JobRunId:${run.Id} failed to execute with exception ValueError: no rows`,
      },
    },
  ]);
  expect(await rules.kept(other)).toEqual([]);
});

describe('what goes wrong', () => {
  const runOf = async (name: string, ScriptLocation: string, Role = bench.roleArn, Arguments = {}) => {
    await bench.glue.createJob({ Name: name, Role, Command: { Name: 'pythonshell', ScriptLocation } });
    return bench.run(name, Arguments);
  };

  it.each([
    ['not-there', 's3://glue/scripts/none.py', /NoSuchKey.*s3:\/\/glue\/scripts\/none\.py/],
    ['no-bucket', 's3://glue-none/x.py', /NoSuchBucket/],
    ['leaves-its-folder', 's3://glue/a/../../../etc/x.py', /NoSuchKey/],
  ])('a script that is %s fails its run by name', async (name, location, message) => {
    const run = await runOf(name, location);
    expect(run.JobRunState).toBe('FAILED');
    expect(run.ErrorMessage).toMatch(message);
  });

  it('a key that climbs is a key, and its file lies where the others do', async () => {
    await bench.put('up/../../climbs.py', 'import os, sys; print(os.path.realpath(sys.argv[0]))');
    const run = await runOf('climbs', 's3://glue/up/../../climbs.py');
    expect(run.ErrorMessage).toBeUndefined();
    expect(await bench.log('output', run.Id!)).toContain('/opt/ml/glue/script/0/climbs.py\n');
  });

  it('a role that may not read the script is told so', async () => {
    await bench.iam.createRole({
      RoleName: 'blind',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'glue.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      }),
    });
    const script = await bench.put('scripts/blind.py', 'print(1)');
    expect((await runOf('blind', script, 'blind')).ErrorMessage).toContain('AccessDenied');
  });

  it('arguments that are long arrive whole', async () => {
    const script = await bench.put('scripts/long-arguments.py', 'import sys; print(len(sys.argv[2]), sys.argv[2][-1])');
    const run = await runOf('long-arguments', script, bench.roleArn, { '--text': `${'é'.repeat(100_000)}x` });
    expect(run.ErrorMessage).toBeUndefined();
    expect(await bench.log('output', run.Id!)).toContain('100001 x\n');
  });

  it('a link in place of the error log tells nothing of where it leads', async () => {
    await bench.put(
      'scripts/link.py',
      'import os\nos.remove("/opt/ml/errors.log")\nos.symlink("/etc/passwd", "/opt/ml/errors.log")',
    );
    const run = await runOf('link', 's3://glue/scripts/link.py');
    expect(run.JobRunState).toBe('SUCCEEDED');
    expect(await bench.log('error', run.Id!).catch(() => '')).not.toContain('root:');
  });

  it('handing over a role needs iam:PassRole', async () => {
    await bench.iam.createUser({ UserName: 'ada' });
    await bench.iam.putUserPolicy({
      ...{ UserName: 'ada', PolicyName: 'glue' },
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'glue:*', Resource: '*' }],
      }),
    });
    const { AccessKey } = await bench.iam.createAccessKey({ UserName: 'ada' });
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const glue = new Glue({ ...server.client, credentials });
    const Command = { Name: 'pythonshell', ScriptLocation: 's3://glue/scripts/link.py' };
    const refused = await refusal(glue.createJob({ Name: 'adas', Role: 'glue', Command }));
    expect(refused).toMatchObject({ name: 'AccessDeniedException' });
    expect(refused.message).toContain('iam:PassRole on resource: arn:aws:iam::000000000000:role/glue');
    await expect(glue.getJob({ JobName: 'link' })).resolves.toBeDefined();
  });

  it('what Glue has and Telar does not is refused by name', async () => {
    expect(await refusal(bench.glue.createTrigger({ Name: 't', Type: 'ON_DEMAND', Actions: [] }))).toMatchObject({
      message: expect.stringContaining('start jobs from a state machine'),
    });
    expect((await refusal(bench.glue.getDatabases({}))).message).toContain('There is no Glue Data Catalog');
    expect((await refusal(bench.glue.resetJobBookmark({ JobName: 'link' }))).message).toContain('no job bookmarks');
    expect(await refusal(bench.glue.getJob({ JobName: 'none' }))).toMatchObject({
      ...{ name: 'EntityNotFoundException', message: 'Job with name: none not found.' },
    });
  });
});
