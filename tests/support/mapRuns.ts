/** Distributed maps for tests: machines of one Map, run through the official SDK clients. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { type DescribeExecutionOutput, SFN } from '@aws-sdk/client-sfn';
import { pause } from './workbench.ts';

const BUCKET = 'items';
const ACCOUNT = '000000000000';

type Client = ConstructorParameters<typeof SFN>[0] &
  ConstructorParameters<typeof S3>[0] &
  ConstructorParameters<typeof IAM>[0];
type Fields = Readonly<Record<string, unknown>>;

const document = (...Statement: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: Statement.map((one) => ({ Effect: 'Allow', ...one })) });

/** A Pass state that hands its input on. */
const PASS = { StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } };

/** Fails for an item whose member `bad` is true. */
export const PICKY = {
  StartAt: 'Look',
  States: {
    Look: {
      Type: 'Choice',
      Choices: [{ Variable: '$.bad', BooleanEquals: true, Next: 'Bad' }],
      Default: 'Good',
    },
    Bad: { Type: 'Fail', Error: 'Bad', Cause: 'the item is bad' },
    Good: { Type: 'Pass', End: true },
  },
};

/** A state that lasts until it is stopped. */
export const LONG = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } };

/** Reads an object of the tests' bucket. */
export const readerOf = (Key: string, ReaderConfig: Fields) => ({
  ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Parameters: { Bucket: BUCKET, Key }, ReaderConfig },
});

/** @param fields of the Map @param processor its states */
export function distributed(fields: Fields, processor: object = PASS, ExecutionType = 'STANDARD'): string {
  const ItemProcessor = { ...processor, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType } };
  return JSON.stringify({
    StartAt: 'Map',
    States: { Map: { Type: 'Map', Label: 'L', ItemProcessor, ...fields, End: true } },
  });
}

export type MapBench = Awaited<ReturnType<typeof openMapBench>>;

/** A role that may do all to the bucket, one that may do nothing, and the bucket. */
export async function openMapBench(client: NonNullable<Client>) {
  const s3 = new S3({ ...client, forcePathStyle: true });
  const bench = mapBenchOf(client);
  const iam = new IAM(client);
  const AssumeRolePolicyDocument = document({
    Principal: { Service: 'states.amazonaws.com' },
    Action: 'sts:AssumeRole',
  });
  for (const RoleName of ['maps', 'nothing']) await iam.createRole({ RoleName, AssumeRolePolicyDocument });
  await iam.putRolePolicy({
    ...{ RoleName: 'maps', PolicyName: 'objects' },
    PolicyDocument: document({ Action: 's3:*', Resource: '*' }),
  });
  await s3.createBucket({ Bucket: BUCKET });
  return bench;
}

/** The same where they are there already: after a restart. */
export function mapBenchOf(client: NonNullable<Client>) {
  const sfn = new SFN(client);
  const s3 = new S3({ ...client, forcePathStyle: true });
  let count = 0;

  async function start(definition: string, input: unknown = {}, role = 'maps'): Promise<string> {
    count += 1;
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/${role}`;
    const { stateMachineArn } = await sfn.createStateMachine({ name: `machine-${count}`, definition, roleArn });
    const { executionArn } = await sfn.startExecution({ stateMachineArn, input: JSON.stringify(input) });
    return executionArn!;
  }

  async function ended(executionArn: string): Promise<DescribeExecutionOutput & { result: unknown }> {
    for (;;) {
      const execution = await sfn.describeExecution({ executionArn });
      if (execution.status !== 'RUNNING') {
        return { ...execution, result: execution.output === undefined ? undefined : JSON.parse(execution.output) };
      }
      await pause(5);
    }
  }

  async function mapRun(executionArn: string) {
    for (;;) {
      const [run] = (await sfn.listMapRuns({ executionArn })).mapRuns!;
      if (run) return sfn.describeMapRun({ mapRunArn: run.mapRunArn });
      await pause(5);
    }
  }

  return {
    ...{ sfn, s3, start, ended, mapRun },
    run: async (...given: Parameters<typeof start>) => ended(await start(...given)),
    put: (Key: string, Body: string) => s3.putObject({ Bucket: BUCKET, Key, Body }),
    async get(Key: string): Promise<string> {
      const { Body } = await s3.getObject({ Bucket: BUCKET, Key });
      return Body!.transformToString();
    },
    /** Resolves when the first map run of an execution satisfies a condition. */
    async until(executionArn: string, holds: (run: Awaited<ReturnType<typeof mapRun>>) => boolean) {
      for (;;) {
        const run = await mapRun(executionArn);
        if (holds(run)) return run;
        await pause(5);
      }
    },
    async types(executionArn: string): Promise<string[]> {
      const { events } = await sfn.getExecutionHistory({ executionArn });
      return events!.map(({ type }) => type!);
    },
  };
}
