/** A model with ten thousand versions in the console: paged by the server, a screen of rows in the page. */
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const VERSIONS = 10_000;
const AT_ONCE = 25;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const sagemaker = new SageMaker(server.client);
  const s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket: 'models' });
  await s3.putObject({ Bucket: 'models', Key: 'model.tar.gz', Body: 'model' });
  const ModelPackageGroupName = 'many';
  await sagemaker.createModelPackageGroup({ ModelPackageGroupName });
  const InferenceSpecification = {
    Containers: [{ Image: 'image:1', ModelDataUrl: 's3://models/model.tar.gz' }],
    SupportedContentTypes: ['text/csv'],
    SupportedResponseMIMETypes: ['text/csv'],
  };
  for (let made = 0; made < VERSIONS; made += AT_ONCE) {
    const several = Array.from({ length: AT_ONCE }, () =>
      sagemaker.createModelPackage({ ModelPackageGroupName, InferenceSpecification }),
    );
    await Promise.all(several);
  }
}, 300_000);
afterAll(() => server.close());
const browser = openBrowser();

it('shows the newest at once, and loads the rest as it is scrolled to', async () => {
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, '/console/registry/many');
  await page.getByRole('link', { name: String(VERSIONS), exact: true }).waitFor();
  const table = page.getByRole('grid', { name: 'Versions of many' });
  await table.hover();
  // By the wheel: rows come and go while it turns.
  const oldest = async () => {
    await page.mouse.wheel(0, 4000);
    return Math.min(...(await table.getByRole('link').allInnerTexts()).map(Number));
  };
  await expect.poll(oldest, { timeout: 30_000, interval: 100 }).toBeLessThan(VERSIONS - 100);
  expect(await table.getByRole('row').count()).toBeLessThan(120);
});
