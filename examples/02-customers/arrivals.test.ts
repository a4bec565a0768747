/**
 * A delivery arrives, and a model of it is in the registry: cleaned and made into features by the functions, trained by the pipeline,
 * each set going by what the one before wrote. And again under kill -9 of the server, in the middle of each of the three.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkFolder } from '../../src/server/fsck.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { type Customers, customersOn, inventCustomers } from '../../tests/support/customers.ts';
import { startVictim, type Victim } from '../../tests/support/killing.ts';
import { removeFolder, strays } from '../../tests/support/serverProcess.ts';
import { pause } from '../../tests/support/workbench.ts';
import type { CleaningReport } from './code/cleaning.ts';
import type { FeaturesReport } from './code/features.ts';

const MINUTES = 60_000;
let invented: Customers;
let victim: Victim;
let customers: ReturnType<typeof customersOn>;
beforeAll(async () => {
  [invented, victim] = await Promise.all([inventCustomers(), startVictim()]);
  customers = customersOn(victim.client, invented);
}, 2 * MINUTES);
afterAll(async () => {
  if (victim) await removeFolder(victim.folder);
  invented?.remove();
});

const patience = { timeout: 4 * MINUTES, interval: 100 };

it('is published whole, and a second time changes nothing', { timeout: 10 * MINUTES }, async () => {
  const { changes } = await customers.publish();
  const made = changes.filter(({ kind }) => ['function', 'permission', 'rule'].includes(kind));
  expect(made.map(({ kind, name, action }) => `${action} ${kind} ${name}`)).toEqual([
    'create function customers-clean',
    'create function customers-features',
    'create permission customers-clean ← rule customers-delivered',
    'create permission customers-features ← rule customers-cleaned',
    'create rule customers-delivered',
    'create rule customers-cleaned',
    'create rule customers-featured',
  ]);
  const again = await customers.publish();
  expect(again.changes.filter(({ action }) => action !== 'same')).toEqual([]);
  // The zips went by way of the bucket, and are not left there.
  const { Contents = [] } = await customers.s3.listObjectsV2({ Bucket: 'customers-mlops-data', Prefix: 'functions/' });
  expect(Contents).toEqual([]);
  expect(await customers.arrived()).toEqual([]);
});

it('goes from the file that arrives to the registry', { timeout: 5 * MINUTES }, async () => {
  await customers.deliver('first');
  await expect.poll(() => customers.trainings(), patience).toHaveLength(1);
  const [run] = await customers.arrived();
  const report = await customers.read<CleaningReport>(`${run}cleaning/cleaning.json`);
  expect(report.reasons).toEqual({ too_long: 0, bad_customer: 0, ...invented.manifest.faults });
  const features = await customers.read<FeaturesReport>(`${run}features/features.json`);
  expect(features).toMatchObject({ cutOff: '2026-04-02', horizonDays: 90, train: { customers: 1498 } });

  const [training] = await customers.trainings();
  const { status, steps } = await customers.ended(training!);
  expect([...steps.values()].flatMap(({ FailureReason = [] }) => FailureReason)).toEqual([]);
  expect(status).toBe('Succeeded');
  expect(await customers.versions()).toMatchObject([{ ModelApprovalStatus: 'PendingManualApproval' }]);
  const ModelPackageName = steps.get('RegisterModel')?.Metadata?.RegisterModel?.Arn;
  const { CustomerMetadataProperties } = await customers.sagemaker.describeModelPackage({ ModelPackageName });
  expect(CustomerMetadataProperties?.['FeaturesUri']).toBe(`s3://customers-mlops-data/${run}features`);
});

it('does so through kills in each of its parts, and trains once', { timeout: 8 * MINUTES }, async () => {
  const before = new Set(await customers.arrived());
  await customers.deliver('second');
  // Cleaning takes more than a second, features half of one on a worker that must be started, training some seconds.
  await pause(300);
  await victim.killAndRestart();
  const run = async () => (await customers.arrived()).find((each) => !before.has(each));
  await expect.poll(run, patience).toBeDefined();
  const prefix = (await run())!;
  await expect.poll(() => customers.has(`${prefix}cleaning/cleaning.json`), patience).toBe(true);
  await pause(200);
  await victim.killAndRestart();
  await expect.poll(() => customers.trainings(), patience).toHaveLength(2);
  await victim.killAndRestart();
  await pause(1500);
  await victim.killAndRestart();
  const [training] = await customers.trainings();
  const { status, steps } = await customers.ended(training!);
  expect([...steps.values()].flatMap(({ FailureReason = [] }) => FailureReason)).toEqual([]);
  expect(status).toBe('Succeeded');
  expect(await customers.trainings()).toHaveLength(2);
  expect(await customers.versions()).toHaveLength(2);

  await victim.close();
  expect(await strays(victim.folder)).toEqual([]);
  const { findings } = await checkFolder(dataFolder(victim.folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
});
