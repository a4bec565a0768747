/**
 * A delivery arrives, and a model of it is in the registry: cleaned and made into features by the functions, trained by the pipeline,
 * each set going by what the one before wrote. And again under kill -9 of the server, in the middle of each of the three.
 */
import { Lambda } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkFolder } from '../../src/server/fsck.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { type Customers, customersOn, inventCustomers } from '../../tests/support/customers.ts';
import { startVictim, type Victim } from '../../tests/support/killing.ts';
import { removeFolder, strays } from '../../tests/support/serverProcess.ts';
import { parsed, startSubscriber } from '../../tests/support/subscriber.ts';
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
  const made = changes.filter(({ kind }) => ['function', 'retries', 'permission', 'rule'].includes(kind));
  expect(made.map(({ kind, name, action }) => `${action} ${kind} ${name}`)).toEqual([
    'create function customers-clean',
    'create function customers-features',
    'create permission customers-clean ← rule customers-delivered',
    'create permission customers-features ← rule customers-cleaned',
    'create retries customers-clean',
    'create retries customers-features',
    'create rule customers-delivered',
    'create rule customers-cleaned',
    'create rule customers-featured',
    'create rule customers-training-failed',
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

it('alerts when a delivery cannot be cleaned, and when a training fails', { timeout: 3 * MINUTES }, async () => {
  const subscriber = await startSubscriber();
  try {
    await customers.subscribe(subscriber);
    // It is tried again after a minute, which changes nothing here.
    const { client } = victim.client;
    await new Lambda(client).updateFunctionEventInvokeConfig({
      ...{ FunctionName: 'customers-clean', MaximumRetryAttempts: 0 },
    });
    await customers.put('raw/wrong/a.csv', 'id,name\n1,x\n');
    await customers.put('raw/wrong/manifest.json', '{"asOf": "2026-07-01"}');
    // Half a delivery was cleaned as if it were whole.
    const parts = [{ file: 'a.csv' }, { file: 'b.csv' }];
    await customers.put('raw/half/a.csv', 'id,name\n1,x\n');
    await customers.put('raw/half/manifest.json', JSON.stringify({ asOf: '2026-07-01', parts }));
    await customers.put('clean/run_date=2026-07-01/run_id=event-lost/', '');
    const alerts = () =>
      subscriber.received.map(parsed).flatMap(({ Type, Message = '' }) => (Type === 'Notification' ? [Message] : []));
    await expect.poll(alerts, { timeout: MINUTES }).toHaveLength(3);
    const training = alerts().find((one) => !one.startsWith('{'));
    const [wrong, half] = ['raw/wrong/', 'raw/half/'].map((key) => alerts().find((one) => one.includes(`"${key}`)));
    expect(JSON.parse(half!)).toMatchObject({
      responsePayload: { errorMessage: expect.stringContaining('raw/half/ lacks b.csv, which its manifest names') },
    });
    expect(JSON.parse(wrong!)).toMatchObject({
      requestContext: { functionArn: expect.stringContaining(':customers-clean:'), condition: 'RetriesExhausted' },
      requestPayload: { detail: { object: { key: 'raw/wrong/manifest.json' } } },
      responsePayload: { errorMessage: expect.stringContaining("The header of a.csv is 'id,name'") },
    });
    const [arn] = await customers.trainings();
    expect(training).toBe(`"A training has failed: telar status ${arn}"`);
    const { steps } = await customers.ended(arn!);
    expect(steps.get('TrainModel')?.FailureReason).toContain('run_id=event-lost/train');

    const { changes } = await customers.publish();
    expect(changes.filter(({ action }) => action !== 'same')).toMatchObject([
      { kind: 'retries', name: 'customers-clean', details: ['retries: 0 becomes 1'] },
    ]);
  } finally {
    await subscriber.close();
  }
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
  await expect.poll(() => customers.trainings(), patience).toHaveLength(3);
  await victim.killAndRestart();
  await pause(1500);
  await victim.killAndRestart();
  const [training] = await customers.trainings();
  const { status, steps } = await customers.ended(training!);
  expect([...steps.values()].flatMap(({ FailureReason = [] }) => FailureReason)).toEqual([]);
  expect(status).toBe('Succeeded');
  expect(await customers.trainings()).toHaveLength(3);
  expect(await customers.versions()).toHaveLength(2);

  await victim.close();
  expect(await strays(victim.folder)).toEqual([]);
  const { findings } = await checkFolder(dataFolder(victim.folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
});
