/** Glue jobs on a running server, through the official SDK: a bucket, a role that Glue and state machines have, scripts. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { Glue, type JobRun } from '@aws-sdk/client-glue';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import type { TestServer } from './server.ts';
import { pause } from './workbench.ts';

const POLL = 50;
const OVER = ['SUCCEEDED', 'FAILED', 'STOPPED', 'TIMEOUT', 'ERROR'];

export type GlueBench = ReturnType<typeof glueBenchOf>;
type JobInput = Partial<Parameters<Glue['createJob']>[0]>;

/** The bench of a server on which `openGlueBench` was called before. */
export function glueBenchOf({ client }: Pick<TestServer, 'client'>, name: string) {
  const [s3, iam, glue] = [new S3({ ...client, forcePathStyle: true }), new IAM(client), new Glue(client)];
  const logs = new CloudWatchLogs(client);
  const roleArn = `arn:aws:iam::000000000000:role/${name}`;

  async function put(Key: string, Body: string | Uint8Array): Promise<string> {
    await s3.putObject({ Bucket: name, Key, Body: Buffer.from(Body) });
    return `s3://${name}/${Key}`;
  }

  async function ended(JobName: string, RunId: string): Promise<JobRun> {
    for (;;) {
      const { JobRun } = await glue.getJobRun({ JobName, RunId });
      if (OVER.includes(JobRun!.JobRunState!)) return JobRun!;
      await pause(POLL);
    }
  }

  return {
    ...{ s3, iam, glue, logs, roleArn, bucket: name, put, ended },
    async read(Key: string): Promise<string> {
      return (await (await s3.getObject({ Bucket: name, Key })).Body?.transformToString()) ?? '';
    },
    /** Makes the environment of a kind of job, if need be: for what comes before tests. */
    async prepare(kind: 'pythonshell' | 'glueetl'): Promise<void> {
      const ScriptLocation = await put('scripts/prepare.py', 'print("ready")');
      await glue.createJob({ Name: 'prepare', Role: roleArn, Command: { Name: kind, ScriptLocation } });
      const { JobRunId } = await glue.startJobRun({ JobName: 'prepare' });
      const { ErrorMessage } = await ended('prepare', JobRunId!);
      if (ErrorMessage !== undefined) throw new Error(ErrorMessage);
      await glue.deleteJob({ JobName: 'prepare' });
    },
    /** A Python shell job with a script of its own. */
    async job(Name: string, script: string, more: JobInput = {}): Promise<string> {
      const ScriptLocation = await put(`scripts/${Name}.py`, script);
      await glue.createJob({ Name, Role: roleArn, Command: { Name: 'pythonshell', ScriptLocation }, ...more });
      return Name;
    },
    async run(JobName: string, Arguments: Record<string, string> = {}): Promise<JobRun> {
      return ended(JobName, (await glue.startJobRun({ JobName, Arguments })).JobRunId!);
    },
    async started(JobName: string, Arguments: Record<string, string> = {}): Promise<string> {
      return (await glue.startJobRun({ JobName, Arguments })).JobRunId!;
    },
    async until(JobName: string, RunId: string, state: string): Promise<void> {
      while ((await glue.getJobRun({ JobName, RunId })).JobRun!.JobRunState !== state) await pause(POLL);
    },
    /** Waits until an object is there. */
    async written(Key: string): Promise<void> {
      while (!(await s3.listObjectsV2({ Bucket: name, Prefix: Key })).Contents?.length) await pause(POLL);
    },
    async log(kind: 'output' | 'error', stream: string, group = '/aws-glue/python-jobs'): Promise<string> {
      const { events } = await logs.getLogEvents({
        ...{ logGroupName: `${group}/${kind}`, logStreamName: stream, startFromHead: true },
      });
      return (events ?? []).map(({ message }) => `${message}\n`).join('');
    },
  };
}

export async function openGlueBench(server: Pick<TestServer, 'client'>, name: string): Promise<GlueBench> {
  const bench = glueBenchOf(server, name);
  await bench.s3.createBucket({ Bucket: name });
  const Service = ['glue.amazonaws.com', 'states.amazonaws.com'];
  await bench.iam.createRole({
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    }),
  });
  await bench.iam.putRolePolicy({
    ...{ RoleName: name, PolicyName: 'work' },
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:*', 'glue:*'], Resource: '*' }],
    }),
  });
  return bench;
}
