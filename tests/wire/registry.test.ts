/** The model registry and tags through the official SDK. */
import { IAM } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  AddTagsCommand,
  BatchDescribeModelPackageCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  ListTagsCommand,
  paginateListModelPackages,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let sagemaker: SageMakerClient;

const ModelDataUrl = 's3://registry-models/model.tar.gz';
const InferenceSpecification = {
  Containers: [{ Image: 'sagemaker-xgboost:1.7-1', ModelDataUrl }],
  SupportedContentTypes: ['text/csv'],
  SupportedResponseMIMETypes: ['text/csv'],
};

beforeAll(async () => {
  server = await startTestServer();
  sagemaker = new SageMakerClient(server.client);
  const s3 = new S3Client({ ...server.client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'registry-models' }));
  await s3.send(new PutObjectCommand({ Bucket: 'registry-models', Key: 'model.tar.gz', Body: 'model' }));
});
afterAll(() => server.close());

async function servingRole(): Promise<string> {
  const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  const iam = new IAM(server.client);
  return (await iam.createRole({ RoleName: 'serving', AssumeRolePolicyDocument })).Role!.Arn!;
}

async function group(ModelPackageGroupName: string, versions: number): Promise<string[]> {
  await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
  const arns: string[] = [];
  for (let n = 0; n < versions; n += 1) {
    const input = { ModelPackageGroupName, InferenceSpecification };
    arns.push((await sagemaker.send(new CreateModelPackageCommand(input))).ModelPackageArn!);
  }
  return arns;
}

describe('the model registry over the wire', () => {
  it('registers a model by its ARN, with the container and the data that it has', async () => {
    const ExecutionRoleArn = await servingRole();
    const Environment = { SAGEMAKER_PROGRAM: 'inference.py' };
    const PrimaryContainer = { Image: 'sagemaker-xgboost:1.7-1', ModelDataUrl, Environment };
    const { ModelArn: SourceUri } = await sagemaker.send(
      new CreateModelCommand({ ModelName: 'titanic-served', ExecutionRoleArn, PrimaryContainer }),
    );
    await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'of-models' }));
    const ofModel = (arn: string | undefined) =>
      sagemaker.send(new CreateModelPackageCommand({ ModelPackageGroupName: 'of-models', SourceUri: arn }));
    const { ModelPackageArn: ModelPackageName } = await ofModel(SourceUri);
    const described = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName }));
    expect(described).toMatchObject({ SourceUri, ModelPackageVersion: 1 });
    expect(described.InferenceSpecification).toEqual({ Containers: [PrimaryContainer] });

    const none = SourceUri!.replace('titanic-served', 'none');
    await expect(ofModel(none)).rejects.toThrow(`Could not find model "${none}".`);
    await expect(ofModel(SourceUri!.replace('us-east-1', 'eu-west-1'))).rejects.toThrow(/^Could not find model/);
  });

  it('registers, approves and finds the newest approved version', async () => {
    const [first, second] = await group('titanic', 2);
    const approve = { ModelPackageArn: first, ModelApprovalStatus: 'Approved', ApprovalDescription: 'good' } as const;
    await sagemaker.send(new UpdateModelPackageCommand(approve));
    const approved = { ModelPackageGroupName: 'titanic', ModelApprovalStatus: 'Approved' } as const;
    const { ModelPackageSummaryList } = await sagemaker.send(new ListModelPackagesCommand(approved));
    expect(ModelPackageSummaryList).toMatchObject([{ ModelPackageArn: first, ModelPackageVersion: 1 }]);
    const described = await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: second }));
    expect(described).toMatchObject({
      ModelPackageVersion: 2,
      ModelApprovalStatus: 'PendingManualApproval',
      ModelPackageStatus: 'Completed',
      InferenceSpecification,
    });
    expect(described.CreationTime).toBeInstanceOf(Date);
    expect(described).not.toHaveProperty('ModelPackageName');
    const batch = await sagemaker.send(
      new BatchDescribeModelPackageCommand({ ModelPackageArnList: [first!, `${first}9`] }),
    );
    expect(Object.keys(batch.ModelPackageSummaries!)).toEqual([first]);
    expect(Object.keys(batch.BatchDescribeModelPackageErrorMap!)).toEqual([`${first}9`]);
  });

  it('is paged through by the SDK', async () => {
    const arns = await group('paged', 5);
    const found: (string | undefined)[] = [];
    const query = { ModelPackageGroupName: 'paged', SortOrder: 'Ascending' } as const;
    for await (const page of paginateListModelPackages({ client: sagemaker, pageSize: 2 }, query)) {
      found.push(...page.ModelPackageSummaryList!.map(({ ModelPackageArn }) => ModelPackageArn));
    }
    expect(found).toEqual(arns);
    await expect(sagemaker.send(new ListModelPackagesCommand({ NextToken: 'garbage' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('refuses in the words that clients know', async () => {
    await group('known', 1);
    await expect(
      sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'known' })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('already exists'),
    });
    await expect(
      sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'gone' })),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^ModelPackageGroup arn:aws:sagemaker:.*\/gone does not exist\.$/),
    });
    await expect(
      sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName: 'known' })),
    ).rejects.toMatchObject({
      name: 'ConflictException',
    });
    const Containers = [{ Image: 'i', ModelDataUrl: 's3://registry-models/none.tar.gz' }];
    const lost = { ModelPackageGroupName: 'known', InferenceSpecification: { ...InferenceSpecification, Containers } };
    await expect(sagemaker.send(new CreateModelPackageCommand(lost))).rejects.toMatchObject({
      message: 'Could not find model data at s3://registry-models/none.tar.gz.',
    });
  });

  it('tags groups', async () => {
    const Tags = [{ Key: 'team', Value: 'data' }];
    const created = await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: 'tagged', Tags }));
    const ResourceArn = created.ModelPackageGroupArn;
    await sagemaker.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: 'stage', Value: 'dev' }] }));
    const listed = await sagemaker.send(new ListTagsCommand({ ResourceArn }));
    expect(listed.Tags).toEqual([{ Key: 'stage', Value: 'dev' }, ...Tags]);
    const groups = await sagemaker.send(new ListModelPackageGroupsCommand({ NameContains: 'tagg' }));
    expect(groups.ModelPackageGroupSummaryList).toMatchObject([{ ModelPackageGroupArn: ResourceArn }]);
  });
});
