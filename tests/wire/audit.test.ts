/** What the audit trail keeps: each management event that changed something, and each that was denied (dispatch.ts, D1, D2). */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telarClient } from '../../src/cli/telarClient.ts';
import { publishSmallPipeline } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench } from '../support/workbench.ts';

type Event = { operation: string; principal: string; resources: string[]; error?: string; at: number };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** The events since `after`, the oldest first. */
async function eventsAfter(after: number): Promise<Event[]> {
  const { Events } = await telarClient(server)('ListAuditEvents', {});
  return Events.filter(({ Sequence }) => Sequence > after)
    .sort((a, b) => a.Sequence - b.Sequence)
    .map(({ Event }) => Event as Event);
}

async function newest(): Promise<number> {
  const { Events } = await telarClient(server)('ListAuditEvents', { MaxResults: 1 });
  return Events[0]?.Sequence ?? 0;
}

describe('the audit trail', () => {
  it('keeps who changed what, once each', async () => {
    const before = await newest();
    const sagemaker = new SageMaker(server.client);
    const { ModelPackageGroupArn } = await sagemaker.createModelPackageGroup({ ModelPackageGroupName: 'audited' });
    await sagemaker.deleteModelPackageGroup({ ModelPackageGroupName: 'audited' });
    expect(await eventsAfter(before)).toMatchObject([
      { operation: 'CreateModelPackageGroup', resources: [ModelPackageGroupArn] },
      { operation: 'DeleteModelPackageGroup', principal: expect.stringMatching(/:user\/admin$/) },
    ]);
  });

  it('keeps no reads, no bytes, and nothing that was not done', async () => {
    const before = await newest();
    const sagemaker = new SageMaker(server.client);
    const s3 = new S3({ ...server.client, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'audited-bucket' });
    await s3.putObject({ Bucket: 'audited-bucket', Key: 'k', Body: 'bytes' });
    await sagemaker.listModelPackageGroups({});
    const invalid = sagemaker.createModelPackageGroup({ ModelPackageGroupName: 'not a name' });
    await expect(invalid).rejects.toMatchObject({ name: 'ValidationException' });
    const missing = sagemaker.deleteModelPackageGroup({ ModelPackageGroupName: 'none' });
    await expect(missing).rejects.toMatchObject({ name: 'ValidationException' });
    expect((await eventsAfter(before)).map(({ operation }) => operation)).toEqual(['CreateBucket']);
  });

  it('keeps what was denied, with the reason', async () => {
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }] };
    const role = { RoleName: 'closed', AssumeRolePolicyDocument: JSON.stringify(trust) };
    const RoleArn = (await new IAM(server.client).createRole(role)).Role!.Arn!;
    const before = await newest();
    const denied = new STS(server.client).assumeRole({ RoleArn, RoleSessionName: 'try' });
    await expect(denied).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await eventsAfter(before)).toMatchObject([
      { operation: 'AssumeRole', resources: [RoleArn], error: 'AccessDenied' },
    ]);
  });

  it('keeps what a pipeline was denied, though the step that asked was undone', async () => {
    const bench = await openWorkbench(server, 'audited-pipeline');
    await publishSmallPipeline(bench, 'audited-pipeline');
    await bench.iam.deleteRolePolicy({ RoleName: 'audited-pipeline', PolicyName: 'work' });
    const before = await newest();
    const { status, steps } = await bench.ended(await bench.start('audited-pipeline'));
    expect(status).toBe('Failed');
    expect(steps.find(({ StepStatus }) => StepStatus === 'Failed')?.FailureReason).toMatch(
      /^ClientError: User: arn:aws:sts::\d{12}:assumed-role\/audited-pipeline\/pipeline-\w+ is not authorized to perform: sagemaker:Create\w+Job on resource: \S+ because no identity-based policy allows the sagemaker:Create\w+Job action \(AccessDeniedException\)$/,
    );
    const denied = (await eventsAfter(before)).filter(({ error }) => error === 'AccessDeniedException');
    expect(denied).toMatchObject([{ principal: expect.stringMatching(/:assumed-role\/audited-pipeline\/pipeline-/) }]);
  });
});
