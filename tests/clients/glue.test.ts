/** Glue as the AWS CLI and boto3 use it: a job is made, run and looked at. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { type GlueBench, openGlueBench } from '../support/glue.ts';
import { realClients } from '../support/realClients.ts';

let home: AwsHome;
let bench: GlueBench;

realClients('boto3', async (made) => {
  home = made.home;
  bench = await openGlueBench(made.server, 'clients');
  await bench.prepare('pythonshell');
});

it('is driven by the AWS CLI', { timeout: 120_000 }, async () => {
  const script = join(home.folder, 'hello.py');
  writeFileSync(script, 'import sys\nprint("hello", sys.argv[-1])\n');
  await home.aws('s3', 'cp', script, 's3://clients/scripts/hello.py');
  const glue = <T>(...words: string[]) => home.json<T>('glue', ...words);
  const command = { Name: 'pythonshell', ScriptLocation: 's3://clients/scripts/hello.py', PythonVersion: '3.9' };
  await glue(
    ...['create-job', '--name', 'hello', '--role', 'clients', '--command', JSON.stringify(command)],
    ...['--default-arguments', '{"--who":"nobody"}', '--tags', 'team=a'],
  );
  const { JobRunId } = await glue<{ JobRunId: string }>(
    ...['start-job-run', '--job-name', 'hello', '--arguments', '{"--who":"Ada Lovelace"}'],
  );
  expect(await bench.ended('hello', JobRunId)).toMatchObject({ JobRunState: 'SUCCEEDED' });
  const { JobRun } = await glue<{ JobRun: object }>('get-job-run', '--job-name', 'hello', '--run-id', JobRunId);
  expect(JobRun).toMatchObject({ Id: JobRunId, JobRunState: 'SUCCEEDED', MaxCapacity: 0.0625 });
  const logged = await home.json<{ events: { message: string }[] }>(
    ...['logs', 'get-log-events', '--log-group-name', '/aws-glue/python-jobs/output', '--log-stream-name', JobRunId],
  );
  expect(logged.events.map(({ message }) => message)).toContain('hello Ada Lovelace');
  expect(await glue('get-tags', '--resource-arn', 'arn:aws:glue:us-east-1:000000000000:job/hello')).toEqual({
    Tags: { team: 'a' },
  });
  const refused = await home.aws('glue', 'start-job-run', '--job-name', 'none');
  expect(refused.stderr).toContain('(EntityNotFoundException)');
  const crawler = await home.aws('glue', 'get-crawlers');
  expect(crawler.stderr).toContain('Crawlers are not served');
});

it('is driven by boto3', { timeout: 120_000 }, async () => {
  await bench.put('scripts/fails.py', 'raise RuntimeError("on purpose")\n');
  const run = await home.python<object>(`
import boto3, json, time
glue = boto3.client("glue")
glue.create_job(Name="fails", Role="clients", Command={"Name": "pythonshell", "ScriptLocation": "s3://clients/scripts/fails.py"})
run_id = glue.start_job_run(JobName="fails")["JobRunId"]
while True:
    run = glue.get_job_run(JobName="fails", RunId=run_id)["JobRun"]
    if run["JobRunState"] not in ("STARTING", "RUNNING"):
        break
    time.sleep(0.2)
try:
    glue.get_job(JobName="none")
except glue.exceptions.EntityNotFoundException as error:
    missing = error.response["Error"]["Message"]
jobs = [job["Name"] for page in glue.get_paginator("get_jobs").paginate(PaginationConfig={"PageSize": 1}) for job in page["Jobs"]]
print(json.dumps({"state": run["JobRunState"], "error": run["ErrorMessage"], "missing": missing, "jobs": jobs, "kind": type(run["StartedOn"]).__name__}))
`);
  expect(run).toEqual({
    ...{ state: 'FAILED', error: 'RuntimeError: on purpose', missing: 'Job with name: none not found.' },
    ...{ jobs: ['fails', 'hello'], kind: 'datetime' },
  });
});
