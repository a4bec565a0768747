/** The model registry in the console: what speaks for a version, the decision about it, and two versions beside each other. */
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { seeText } from '../support/hands.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let sagemaker: SageMaker;
beforeAll(async () => {
  server = await startTestServer();
  sagemaker = new SageMaker(server.client);
  const s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket: 'models' });
  await sagemaker.createModelPackageGroup({ ModelPackageGroupName: 'churn' });
  for (const [index, f1] of [0.71, 0.78].entries()) {
    const Key = `${index}/evaluation.json`;
    await s3.putObject({ Bucket: 'models', Key, Body: JSON.stringify({ metrics: { f1, accuracy: 0.9 } }) });
    await s3.putObject({ Bucket: 'models', Key: `${index}/model.tar.gz`, Body: 'model' });
    await sagemaker.createModelPackage({
      ModelPackageGroupName: 'churn',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: 'image:1', ModelDataUrl: `s3://models/${index}/model.tar.gz` }],
        SupportedContentTypes: ['text/csv'],
        SupportedResponseMIMETypes: ['text/csv'],
      },
      ModelMetrics: {
        ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: `s3://models/${Key}` } },
      },
    });
  }
});
afterAll(() => server.close());
const browser = openBrowser();

async function opened(path: string, colorScheme: 'light' | 'dark' = 'light') {
  const page = await browser.newPage({ colorScheme });
  await signIn(page, server);
  await visit(page, server, path);
  return page;
}

it('approves a version, with the figures beside the question and a comment that is kept', async () => {
  const page = await opened('/console/');
  await page.getByRole('link', { name: 'churn version 2' }).click();
  await page.getByRole('cell', { name: '0.78', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('0.78').waitFor();
  await dialog.getByLabel('Comment').fill("it's better");
  await dialog.getByText(`telar approve churn/2 --message 'it'\\''s better'`).waitFor();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await seeText(page, 'churn/2 is approved.');
  await page.getByText('Approved', { exact: true }).first().waitFor();
  const { ModelPackageSummaryList: all = [] } = await sagemaker.listModelPackages({ ModelPackageGroupName: 'churn' });
  const arn = all.find(({ ModelPackageVersion }) => ModelPackageVersion === 2)!.ModelPackageArn;
  const described = await sagemaker.describeModelPackage({ ModelPackageName: arn });
  expect(described).toMatchObject({ ModelApprovalStatus: 'Approved', ApprovalDescription: "it's better" });
});

it('shows figures from version to version, and compares two', async () => {
  const page = await opened('/console/registry/churn');
  await page.getByRole('figure', { name: /f1 by version/ }).waitFor();
  await page.getByLabel('Version 1').check();
  await page.getByLabel('Version 2').check();
  await page.getByRole('link', { name: 'Compare the two versions' }).click();
  await seeText(page, /Report\.metrics\.f1/);
  await expectAccessible(page);
});

it.each(['light', 'dark'] as const)('is accessible in %s colours', async (colorScheme) => {
  const page = await opened('/console/registry/churn/1', colorScheme);
  await expectAccessible(page);
  for (const tab of ['Evaluation report', 'Lineage', 'Whole record']) {
    await page.getByRole('tab', { name: tab }).click();
    expect(page.url()).toContain('show=');
    await expectAccessible(page);
  }
  await visit(page, server, '/console/registry/churn');
  await expectAccessible(page);
});
