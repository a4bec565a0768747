/** Buckets in the console, as a person uses them: files go in, are looked into, and go out again. */
import { readFileSync } from 'node:fs';
import { S3 } from '@aws-sdk/client-s3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit, whenReady } from '../support/console.ts';
import { seeText, tabTo } from '../support/hands.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const Bucket = 'console-data';
const ROWS = 'Age,Sex,Survived\n22,male,0\n38,female,1\n,female,1\n35,male,0\n';

let server: TestServer;
let s3: S3;
beforeAll(async () => {
  server = await startTestServer();
  s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  const tags = { Tagging: 'team=risk', Metadata: { source: 'registry' } };
  await s3.putObject({ Bucket, Key: 'raw/2026/titanic.csv', Body: ROWS, ContentType: 'text/csv', ...tags });
});
afterAll(() => server.close());
const browser = openBrowser();

const file = (name: string, content: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
const choose = (page: Page, ...files: ReturnType<typeof file>[]) =>
  page.getByLabel('Files to upload').setInputFiles(files);
const openBucket = async (page: Page, query = '') => {
  await signIn(page, server);
  await visit(page, server, `/console/data/${Bucket}${query}`);
};
const has = (Key: string) =>
  s3
    .headObject({ Bucket, Key })
    .then(() => true)
    .catch(() => false);

it('leads from the buckets through folders to an object, and to what is in it', async () => {
  const page = await browser.newPage();
  await signIn(page, server);
  await page.getByRole('link', { name: 'Buckets' }).first().click();
  // How much there is was once told by nobody.
  await page.getByRole('row', { name: /^console-data 1 59 B / }).waitFor();
  for (const name of [Bucket, 'raw/', '2026/', 'titanic.csv']) await page.getByRole('link', { name }).last().click();
  await page.getByRole('heading', { level: 1, name: 'titanic.csv' }).waitFor();
  await seeText(page, /CSV, 4 rows of 3 columns\. All of it was looked at\./);
  const age = page.getByRole('table', { name: 'Columns' }).getByRole('row').nth(1);
  expect((await age.innerText()).split(/\s*\t\s*/).slice(1, 5)).toEqual(['Age', 'integer', '25 %', '3']);
  await page.getByRole('img', { name: /^Age: 3 values from 22 to 38/ }).waitFor();
  await seeText(page, 'team');
  await page.getByRole('tab', { name: 'Lineage' }).click();
  await seeText(page, 'No job has');
  await seeText(page, 'Nothing was recorded');
  // The tab is in the address, and the address can be kept.
  await page.reload();
  await seeText(page, 'Nothing was recorded');
});

it('a prefix that stands where an object is named leads to its folder, and not to nothing', async () => {
  const page = await browser.newPage({ allow: [/answer 404/] });
  await signIn(page, server);
  await visit(page, server, `/console/data/${Bucket}/object?key=raw`);
  await seeText(page, 'There is no object of this name, but there is a folder.');
  await page.getByRole('link', { name: 'Open the folder' }).click();
  await page.getByRole('link', { name: '2026/' }).waitFor();
});

it('uploads what is chosen, and replaces nothing unasked', async () => {
  const page = await browser.newPage({ allow: [/412/] });
  await openBucket(page, '?prefix=up%2F');
  await seeText(page, 'Nothing lies here');
  await choose(page, file('a.csv', 'x\n1\n'), file('b c.csv', 'x\n2\n'));
  await page.getByRole('link', { name: 'a.csv' }).waitFor();
  await page.getByRole('link', { name: 'b c.csv' }).waitFor();
  await page.getByRole('button', { name: 'Clear the list' }).click();
  await choose(page, file('a.csv', 'x\n3\n'));
  await seeText(page, 'There is an object of this name already.');
  const text = async () => (await s3.getObject({ Bucket, Key: 'up/a.csv' })).Body!.transformToString();
  expect(await text()).toBe('x\n1\n');
  await page.getByRole('button', { name: 'Replace it' }).click();
  await page.getByRole('list', { name: 'Uploads' }).getByText('Completed').waitFor();
  expect(await text()).toBe('x\n3\n');
});

it('takes files that are dropped on it, and lets go of one that is cancelled', async () => {
  const page = await browser.newPage();
  await openBucket(page, '?prefix=dropped%2F');
  const transfer = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['x\\n1\\n'], 'dropped.csv', { type: 'text/csv' }));
    return transfer;
  })()`);
  await page.locator('.data-drop').dispatchEvent('drop', { dataTransfer: transfer });
  await page.getByRole('link', { name: 'dropped.csv' }).waitFor();
  // The server does not answer before the test lets it.
  await page.route('**/dropped/slow.csv?*', () => {});
  await choose(page, file('slow.csv', 'x\n1\n'));
  await page.getByRole('button', { name: 'Cancel slow.csv' }).click();
  await page.getByRole('list', { name: 'Uploads' }).getByText('Cancelled').waitFor();
  expect(await has('dropped/slow.csv')).toBe(false);
});

it('deletes what is chosen once it is asked, and finds it among the versions', async () => {
  await s3.putObject({ Bucket, Key: 'gone/old.csv', Body: 'x\n1\n' });
  await s3.putObject({ Bucket, Key: 'gone/kept.csv', Body: 'x\n1\n' });
  const page = await browser.newPage();
  await openBucket(page, '?prefix=gone%2F');
  await page
    .getByRole('row', { name: /old\.csv/ })
    .getByRole('checkbox')
    .check();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('aws s3 rm s3://console-data/gone/old.csv').waitFor();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('link', { name: 'old.csv' }).waitFor({ state: 'detached' });
  expect([await has('gone/old.csv'), await has('gone/kept.csv')]).toEqual([false, true]);
  await page.getByLabel('Versions and delete markers').check();
  await page.getByText('deleted', { exact: true }).waitFor();
  await page.getByRole('link', { name: /old\.csv/ }).click();
  await seeText(page, /CSV, 1 row of 1 column/);
});

it('says in a sentence of what it cannot look into why', async () => {
  await s3.putObject({ Bucket, Key: 'model.bin', Body: new Uint8Array(5000) });
  const parquet = readFileSync(new URL('../machines/parquet/types.parquet', import.meta.url));
  await s3.putObject({ Bucket, Key: 'types.parquet', Body: parquet });
  const page = await browser.newPage({ allow: [/400/] });
  await signIn(page, server);
  await visit(page, server, `/console/data/${Bucket}/object?key=model.bin`);
  await seeText(page, /It is no text, and no format that can be shown/);
  await visit(page, server, `/console/data/${Bucket}/object?key=types.parquet`);
  await seeText(page, /Parquet, 4 rows of 14 columns/);
});

it('shows a folder of 1,200 objects as far as it is scrolled, and what begins with what is typed', async () => {
  const keys = Array.from({ length: 1200 }, (_, number) => `many/${String(number).padStart(4, '0')}`);
  for (let at = 0; at < keys.length; at += 100) {
    await Promise.all(keys.slice(at, at + 100).map((Key) => s3.putObject({ Bucket, Key, Body: 'x' })));
  }
  const page = await browser.newPage();
  await openBucket(page, '?prefix=many%2F');
  await seeText(page, '500 rows loaded');
  expect(await page.getByRole('row').count()).toBeLessThan(100);
  await page.getByLabel('Names that begin with').fill('119');
  await seeText(page, /^10 rows$/);
});

it.each(['light', 'dark'] as const)('is accessible in %s colours', async (colorScheme) => {
  const page = await browser.newPage({ colorScheme, allow: [/412/] });
  await openBucket(page, '?prefix=raw%2F2026%2F');
  await choose(page, file('titanic.csv', ROWS));
  await page.getByRole('button', { name: 'Replace it' }).waitFor();
  await expectAccessible(page);
  for (const tab of ['preview', 'versions']) {
    await visit(page, server, `/console/data/${Bucket}/object?key=raw%2F2026%2Ftitanic.csv&tab=${tab}`);
    await expectAccessible(page);
  }
  await visit(page, server, '/console/data');
  await expectAccessible(page);
});

it('is walked with the keyboard alone', async () => {
  const page = await browser.newPage();
  await openBucket(page, '?prefix=raw%2F');
  await tabTo(page.getByRole('row', { name: /2026/ }));
  await page.keyboard.press('Enter');
  await whenReady(page);
  await page.getByRole('link', { name: 'titanic.csv' }).waitFor();
});
