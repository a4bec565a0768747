/**
 * The demo's journey in the console, on a real server with real jobs: a training is started and watched, a threshold refuses its model,
 * a person looks at the evidence and approves it all the same, and the next inference predicts with it.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Example, exampleOn, type Json } from '../support/titanic.ts';

const MINUTES = 60_000;
let server: TestServer;
let titanic: Example;
let inputOf: (flow: string) => Json;
beforeAll(async () => {
  server = await startTestServer();
  titanic = exampleOn(server);
  inputOf = await titanic.publish();
}, 10 * MINUTES);
afterAll(() => server?.close());
const browser = openBrowser();

const state = (page: Page, name: RegExp) => page.getByRole('option', { name });
const PATIENCE = { timeout: 3 * MINUTES };

async function startFlow(page: Page, flow: 'training' | 'inference', changes: Json = {}): Promise<void> {
  await visit(page, server, `/console/machines/titanic-${flow}`);
  await page.getByRole('button', { name: 'Start' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Input', { exact: true }).fill(JSON.stringify({ ...inputOf(flow), ...changes }));
  await dialog.getByRole('button', { name: 'Start' }).click();
  await page.waitForURL(/machine-executions/);
}

it('start, watch, gate, approve, predict', { timeout: 10 * MINUTES }, async () => {
  const page = await browser.newPage();
  await signIn(page, server);

  await startFlow(page, 'training', { f1Threshold: 0.99 });
  await state(page, /^CleanData, .*Running/).waitFor(PATIENCE);
  await state(page, /^MetricCheck, .*Succeeded/).waitFor(PATIENCE);
  await state(page, /^NotApproved, .*Succeeded/).waitFor(PATIENCE);

  await visit(page, server, '/console/');
  await page.getByRole('link', { name: 'titanic-survival-xgboost version 1' }).click();
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await page.getByRole('cell', { name: 'f1', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('dialog').getByLabel('Comment').fill('Good enough for the demo.');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Approved', { exact: true }).first().waitFor();

  await startFlow(page, 'inference');
  await state(page, /^GetApprovedModel, .*Succeeded/).waitFor(PATIENCE);
  await page.getByText('Succeeded', { exact: true }).first().waitFor(PATIENCE);
  const arn = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!);
  expect(await titanic.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: { rows: 262 } });
});
