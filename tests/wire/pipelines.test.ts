/** Pipelines through the official SDK client, on a real server: what needs no job to run. */

import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3, S3Client } from '@aws-sdk/client-s3';
import {
  CreatePipelineCommand,
  DeletePipelineCommand,
  DescribePipelineCommand,
  DescribePipelineDefinitionForExecutionCommand,
  DescribePipelineExecutionCommand,
  ListPipelineExecutionStepsCommand,
  ListPipelineExecutionsCommand,
  ListPipelineParametersForExecutionCommand,
  ListPipelinesCommand,
  ListPipelineVersionsCommand,
  ListTagsCommand,
  RetryPipelineExecutionCommand,
  SageMakerClient,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
  UpdatePipelineCommand,
  UpdatePipelineExecutionCommand,
  UpdatePipelineVersionCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let sagemaker: SageMakerClient;
const RoleArn = 'arn:aws:iam::000000000000:role/pipelines';
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
let tokens = 0;
const token = () => `token-${String(++tokens).padStart(32, '0')}`;

/** Decided by its parameter alone: over the threshold it succeeds, under it a Fail step is reached. */
const gated = JSON.stringify({
  Version: '2020-12-01',
  Parameters: [
    { Name: 'Accuracy', Type: 'Float' },
    { Name: 'Threshold', Type: 'Float', DefaultValue: 0.78 },
  ],
  Steps: [
    {
      Name: 'Gate',
      Type: 'Condition',
      Arguments: {
        Conditions: [
          {
            Type: 'GreaterThanOrEqualTo',
            LeftValue: { Get: 'Parameters.Accuracy' },
            RightValue: { Get: 'Parameters.Threshold' },
          },
        ],
        IfSteps: [],
        ElseSteps: [{ Name: 'TooLow', Type: 'Fail', Arguments: { ErrorMessage: 'The model is not good enough.' } }],
      },
    },
  ],
});

beforeAll(async () => {
  server = await startTestServer();
  sagemaker = new SageMakerClient(server.client);
  const iam = new IAMClient(server.client);
  await iam.send(new CreateRoleCommand({ RoleName: 'pipelines', AssumeRolePolicyDocument: trust }));
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'pipelines', PolicyArn }));
});
afterAll(() => server.close());

const create = (PipelineName: string, PipelineDefinition = gated) =>
  sagemaker.send(new CreatePipelineCommand({ PipelineName, PipelineDefinition, RoleArn, ClientRequestToken: token() }));

const start = (PipelineName: string, Accuracy: string) =>
  sagemaker.send(
    new StartPipelineExecutionCommand({
      PipelineName,
      PipelineParameters: [{ Name: 'Accuracy', Value: Accuracy }],
      ClientRequestToken: token(),
    }),
  );

async function ended(PipelineExecutionArn: string | undefined) {
  for (;;) {
    const execution = await sagemaker.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn }));
    if (execution.PipelineExecutionStatus !== 'Executing') return execution;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('pipelines', () => {
  it('are created once, and described as they were given', async () => {
    const { PipelineArn } = await create('Described');
    expect(PipelineArn).toBe('arn:aws:sagemaker:us-east-1:000000000000:pipeline/described');
    await expect(create('Described')).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('already exists'),
    });
    const described = await sagemaker.send(new DescribePipelineCommand({ PipelineName: 'Described' }));
    expect(described).toMatchObject({ PipelineArn, PipelineName: 'Described', PipelineStatus: 'Active', RoleArn });
    expect(described.PipelineDefinition).toBe(gated);
    expect(described.CreationTime).toBeInstanceOf(Date);
    expect(described.CreatedBy?.IamIdentity?.Arn).toContain(':user/admin');
    const byArn = await sagemaker.send(new DescribePipelineCommand({ PipelineName: PipelineArn }));
    expect(byArn.PipelineName).toBe('Described');
  });

  it('answer the same token with the same ARN, and refuse it for another request', async () => {
    const request = { PipelineName: 'Once', PipelineDefinition: gated, RoleArn, ClientRequestToken: token() };
    const first = await sagemaker.send(new CreatePipelineCommand(request));
    const second = await sagemaker.send(new CreatePipelineCommand(request));
    expect(second.PipelineArn).toBe(first.PipelineArn);
    const other = sagemaker.send(new CreatePipelineCommand({ ...request, PipelineName: 'Twice' }));
    await expect(other).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('are refused with every problem of the definition and its place', async () => {
    const bad = JSON.stringify({
      Version: '2020-12-01',
      Steps: [
        { Name: 'a', Type: 'Processing', DependsOn: ['b'], Arguments: {} },
        { Name: 'b', Type: 'Processing', DependsOn: ['a'], Arguments: {} },
        { Name: 'a', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.Nothing' } } },
      ],
    });
    const error: Error = await create('Bad', bad).then(
      () => expect.unreachable(),
      (refused) => refused,
    );
    expect(error.name).toBe('ValidationException');
    for (const part of ['Nothing', '$.Steps[2]', 'a', 'b']) expect(error.message).toContain(part);
    await expect(create('NotJson', 'nothing')).rejects.toThrow('Unable to parse pipeline definition');
    const tuning = { Name: 'l', Type: 'Tuning', Arguments: {} };
    await expect(create('L', JSON.stringify({ Version: '2020-12-01', Steps: [tuning] }))).rejects.toThrow(
      /'l'.*Tuning/,
    );
  });

  it('name what is missing: pipeline, role, parameter', async () => {
    const nobody = sagemaker.send(new DescribePipelineCommand({ PipelineName: 'nobody' }));
    await expect(nobody).rejects.toMatchObject({
      name: 'ResourceNotFound',
      message: expect.stringContaining('nobody'),
    });
    const roleless = new CreatePipelineCommand({
      PipelineName: 'Roleless',
      PipelineDefinition: gated,
      RoleArn: 'arn:aws:iam::000000000000:role/nobody',
      ClientRequestToken: token(),
    });
    await expect(sagemaker.send(roleless)).rejects.toThrow(/role\/nobody/);
    await create('Parameters');
    const without = new StartPipelineExecutionCommand({ PipelineName: 'Parameters', ClientRequestToken: token() });
    await expect(sagemaker.send(without)).rejects.toThrow(/Accuracy/);
    await expect(start('Parameters', 'high')).rejects.toThrow(/Accuracy/);
  });

  it('keep every version of their definition', async () => {
    await create('Versions');
    const PipelineDefinition = gated.replace('0.78', '0.9');
    const updated = await sagemaker.send(new UpdatePipelineCommand({ PipelineName: 'Versions', PipelineDefinition }));
    expect(updated.PipelineVersionId).toBe(2);
    await sagemaker.send(
      new UpdatePipelineVersionCommand({
        PipelineArn: updated.PipelineArn,
        PipelineVersionId: 1,
        PipelineVersionDisplayName: 'first',
      }),
    );
    const { PipelineVersionSummaries } = await sagemaker.send(
      new ListPipelineVersionsCommand({ PipelineName: 'Versions' }),
    );
    expect(PipelineVersionSummaries?.map((version) => version.PipelineVersionId)).toEqual([2, 1]);
    const old = await sagemaker.send(new DescribePipelineCommand({ PipelineName: 'Versions', PipelineVersionId: 1 }));
    expect([old.PipelineDefinition, old.PipelineVersionDisplayName]).toEqual([gated, 'first']);
  });

  it('take a large definition from S3', async () => {
    const s3 = new S3Client({ ...server.client, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'definitions' }));
    await s3.send(new PutObjectCommand({ Bucket: 'definitions', Key: 'p.json', Body: gated + ' '.repeat(200_000) }));
    const location = (ObjectKey: string) => ({ Bucket: 'definitions', ObjectKey });
    const from = (PipelineName: string, key: string) =>
      sagemaker.send(
        new CreatePipelineCommand({
          PipelineName,
          PipelineDefinitionS3Location: location(key),
          RoleArn,
          ClientRequestToken: token(),
        }),
      );
    await from('Large', 'p.json');
    await expect(from('Missing', 'nothing.json')).rejects.toThrow(/nothing\.json/);
  });

  it('take the version of a definition that S3 is asked for, and not the newest', async () => {
    const s3 = new S3({ ...server.client, forcePathStyle: true });
    const Bucket = 'versioned-definitions';
    await s3.createBucket({ Bucket });
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
    const { VersionId } = await s3.putObject({ Bucket, Key: 'p.json', Body: gated });
    await s3.putObject({ Bucket, Key: 'p.json', Body: gated.replace('0.78', '0.9') });
    const update = (version?: string) =>
      sagemaker.send(
        new UpdatePipelineCommand({
          PipelineName: 'FromVersion',
          PipelineDefinitionS3Location: { Bucket, ObjectKey: 'p.json', VersionId: version },
        }),
      );
    const text = async () =>
      (await sagemaker.send(new DescribePipelineCommand({ PipelineName: 'FromVersion' }))).PipelineDefinition;
    await create('FromVersion');
    await update();
    expect(await text()).toContain('0.9');
    await update(VersionId);
    expect(await text()).toBe(gated);
    await expect(update('A'.repeat(32))).rejects.toThrow(/p\.json cannot be read: .*NoSuchVersion/);
  });

  it('are listed by prefix, in order and in pages; a token of another list is refused', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) await create(name);
    const page = (NextToken?: string) =>
      sagemaker.send(
        new ListPipelinesCommand({
          PipelineNamePrefix: 'list',
          SortBy: 'Name',
          SortOrder: 'Ascending',
          MaxResults: 2,
          NextToken,
        }),
      );
    const first = await page();
    const second = await page(first.NextToken);
    const names = [first, second].map(({ PipelineSummaries }) => PipelineSummaries?.map((each) => each.PipelineName));
    expect(names).toEqual([['list-a', 'list-b'], ['list-c']]);
    expect(second.NextToken).toBeUndefined();
    const stale = sagemaker.send(new ListPipelinesCommand({ NextToken: first.NextToken }));
    await expect(stale).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('are deleted with their tags', async () => {
    const { PipelineArn } = await sagemaker.send(
      new CreatePipelineCommand({
        PipelineName: 'Tagged',
        PipelineDefinition: gated,
        RoleArn,
        ClientRequestToken: token(),
        Tags: [{ Key: 'team', Value: 'a' }],
      }),
    );
    const tags = await sagemaker.send(new ListTagsCommand({ ResourceArn: PipelineArn }));
    expect(tags.Tags).toEqual([{ Key: 'team', Value: 'a' }]);
    await sagemaker.send(new DeletePipelineCommand({ PipelineName: 'Tagged', ClientRequestToken: token() }));
    await expect(sagemaker.send(new DescribePipelineCommand({ PipelineName: 'Tagged' }))).rejects.toMatchObject({
      name: 'ResourceNotFound',
    });
  });
});

describe('executions', () => {
  it('run to their end, and tell their steps, parameters and definition', async () => {
    await create('Runs');
    const { PipelineExecutionArn } = await start('Runs', '0.9');
    expect(PipelineExecutionArn).toMatch(/:pipeline\/runs\/execution\/[a-z0-9]{12}$/);
    const execution = await ended(PipelineExecutionArn);
    expect(execution).toMatchObject({ PipelineExecutionStatus: 'Succeeded', PipelineVersionId: 1 });
    expect(execution.PipelineExecutionDisplayName).toMatch(/^execution-\d{13}$/);
    const { PipelineExecutionSteps } = await sagemaker.send(
      new ListPipelineExecutionStepsCommand({ PipelineExecutionArn }),
    );
    expect(PipelineExecutionSteps).toMatchObject([
      { StepName: 'Gate', StepStatus: 'Succeeded', AttemptCount: 0, Metadata: { Condition: { Outcome: 'True' } } },
    ]);
    const { PipelineParameters } = await sagemaker.send(
      new ListPipelineParametersForExecutionCommand({ PipelineExecutionArn }),
    );
    expect(PipelineParameters).toEqual([
      { Name: 'Accuracy', Value: '0.9' },
      { Name: 'Threshold', Value: '0.78' },
    ]);
    const definition = await sagemaker.send(
      new DescribePipelineDefinitionForExecutionCommand({ PipelineExecutionArn }),
    );
    expect(definition.PipelineDefinition).toBe(gated);
  });

  it('fail in a Fail step with its message, and cannot be retried then', async () => {
    await create('Fails');
    const { PipelineExecutionArn } = await start('Fails', '0.1');
    const execution = await ended(PipelineExecutionArn);
    expect(execution).toMatchObject({
      PipelineExecutionStatus: 'Failed',
      FailureReason: 'Step failure: One or multiple steps failed',
    });
    const { PipelineExecutionSteps } = await sagemaker.send(
      new ListPipelineExecutionStepsCommand({ PipelineExecutionArn, SortOrder: 'Ascending' }),
    );
    expect(PipelineExecutionSteps?.map(({ StepName, StepStatus }) => [StepName, StepStatus])).toEqual([
      ['Gate', 'Succeeded'],
      ['TooLow', 'Failed'],
    ]);
    expect(PipelineExecutionSteps?.[1]?.FailureReason).toBe('The model is not good enough.');
    const retry = new RetryPipelineExecutionCommand({ PipelineExecutionArn, ClientRequestToken: token() });
    await expect(sagemaker.send(retry)).rejects.toMatchObject({ name: 'ConflictException' });
    const stop = new StopPipelineExecutionCommand({ PipelineExecutionArn, ClientRequestToken: token() });
    await expect(sagemaker.send(stop)).rejects.toMatchObject({ name: 'ConflictException' });
  });

  it('are listed newest first, and can be renamed', async () => {
    await create('Many');
    const arns: (string | undefined)[] = [];
    for (const accuracy of ['0.8', '0.2', '0.9']) {
      const { PipelineExecutionArn } = await start('Many', accuracy);
      await ended(PipelineExecutionArn);
      arns.push(PipelineExecutionArn);
    }
    const { PipelineExecutionSummaries } = await sagemaker.send(
      new ListPipelineExecutionsCommand({ PipelineName: 'Many', MaxResults: 2 }),
    );
    expect(PipelineExecutionSummaries?.map((each) => each.PipelineExecutionArn)).toEqual([arns[2], arns[1]]);
    expect(PipelineExecutionSummaries?.map((each) => each.PipelineExecutionStatus)).toEqual(['Succeeded', 'Failed']);
    const renamed = { PipelineExecutionArn: arns[0], PipelineExecutionDisplayName: 'baseline' };
    await sagemaker.send(new UpdatePipelineExecutionCommand(renamed));
    expect(await ended(arns[0])).toMatchObject({ PipelineExecutionDisplayName: 'baseline' });
    const nobody = new DescribePipelineExecutionCommand({
      PipelineExecutionArn: `${arns[0]?.slice(0, -12)}aaaaaaaaaaaa`,
    });
    await expect(sagemaker.send(nobody)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });
});
