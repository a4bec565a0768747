/** Pipelines in the console, in a browser: started from a form, watched to the end, understood when they fail, retried, compared. */
import { SQS } from '@aws-sdk/client-sqs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { seeText, tabTo } from '../support/hands.ts';
import { processingStep, publishSmallPipeline } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;
beforeAll(async () => {
  server = await startTestServer();
  bench = await openWorkbench(server, 'pages');
});
afterAll(() => server.close());
const browser = openBrowser();

async function openPage(path: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ colorScheme });
  await signIn(page, server);
  await visit(page, server, `/console${path}`);
  return page;
}

const idOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1);
const option = (page: Page, name: RegExp) => page.getByRole('option', { name });
const heading = (page: Page) => page.getByRole('heading', { level: 1 });

describe('a pipeline that succeeds', () => {
  beforeAll(() => publishSmallPipeline(bench, 'small', { sleep: 300 }));

  it('is started from the form of its parameters, and is watched as its steps move', async () => {
    // Long enough that nobody can miss a step, however busy the machine is.
    await publishSmallPipeline(bench, 'watched', { sleep: 2500 });
    const page = await openPage('/pipelines');
    await page.getByRole('link', { name: 'watched', exact: true }).click();
    await seeText(page, 'It has not run yet');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const threshold = page.getByLabel('Threshold');
    expect(await threshold.inputValue()).toBe('0.5');

    await threshold.fill('much');
    await seeText(page, /'much' is no number/);
    const start = page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true });
    expect(await start.isDisabled()).toBe(true);
    await threshold.fill('0.7');
    await seeText(page, 'telar run watched --no-publish -p Threshold=0.7');
    await seeText(page, 'Name=Threshold,Value=0.7');
    await start.click();

    await page.waitForURL(/\/pipelines\/watched\/executions\/[a-z0-9]{12}$/);
    await option(page, /^Measure, Processing, (Starting|Executing)/).waitFor();
    await option(page, /^Train, Training, (Starting|Executing)/).waitFor();
    await option(page, /^Register, Register model, Succeeded/).waitFor({ timeout: 30_000 });
    await seeText(page, 'Succeeded');
    // What can no longer be done is not offered.
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
  });

  it('shows of a step what it compared, measured, was given, and wrote; its address shows the same', async () => {
    const arn = await bench.start('small', { Threshold: '0.75' });
    await bench.ended(arn);
    const page = await openPage(`/pipelines/small/executions/${idOf(arn)}`);
    await option(page, /^Gate,/).click();
    await seeText(page, 'metrics.accuracy 0.8 ≥ Threshold 0.75');
    await option(page, /^Register,/).click();
    await seeText(page, /It stands in the if branch of/);
    await seeText(page, 'metrics.accuracy 0.8 ≥ Threshold 0.75');
    await option(page, /^Measure,/).click();
    await page.getByRole('row', { name: 'accuracy 0.8' }).waitFor();
    await option(page, /^Train,/).click();
    await page.getByRole('tab', { name: 'Values' }).click();
    await seeText(page, `"s3://pages/runs/${idOf(arn)}/model"`);
    await page.getByRole('tab', { name: 'Cache' }).click();
    await seeText(page, /does not ask for the cache/);
    await page.getByRole('tab', { name: 'Log' }).click();
    await seeText(page, 'trained on 8');

    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'small' }).click();
    await page.getByRole('row', { name: new RegExp(`^${idOf(arn)} Succeeded .* \\S+ (ms|s) 1 `) }).waitFor();
    await page.goBack();

    const again = await openPage(page.url().slice(page.url().indexOf('/pipelines')));
    await seeText(again, 'trained on 8');
    await again.getByRole('tab', { name: 'Timeline' }).click();
    await option(again, /^Measure; Measure, Succeeded, /).waitFor();
  });

  it('goes on from one of its steps: what is before it is taken over', async () => {
    const arn = await bench.start('small', { Threshold: '0.75' });
    await bench.ended(arn);
    const page = await openPage(`/pipelines/small/executions/${idOf(arn)}?step=Train`);
    await page.getByRole('button', { name: 'Run again from here' }).click();
    await seeText(page, `Train, Gate, Register run again. What Measure made in ${idOf(arn)} is taken over.`);
    await page.getByLabel('Threshold').fill('0.9');
    await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
    await option(page, /^Register, Register model, Skipped/).waitFor({ timeout: 30_000 });
    await option(page, /^Measure, Processing, Succeeded, Processing · reused/).waitFor();
    await page
      .getByRole('link', { name: idOf(arn) })
      .first()
      .waitFor();
  });

  it('is compared with another execution of it', async () => {
    const arns = [await bench.start('small'), await bench.start('small', { Threshold: '0.9' })];
    for (const arn of arns) await bench.ended(arn);
    const page = await openPage(`/pipelines/small/executions/${idOf(arns[1]!)}`);
    await page.getByRole('link', { name: 'Compare with the one before' }).click();
    const parameters = page.getByRole('region', { name: 'Parameters' });
    await parameters.getByRole('row', { name: /Threshold.*0\.5.*0\.9/ }).waitFor();
    await page.getByRole('row', { name: /^Register Succeeded .* Skipped – – yes$/ }).waitFor();
    await page.getByRole('row', { name: 'accuracy Measure 0.8 0.8 0' }).waitFor();
    await seeText(page, 'Both ran by the same definition.');
    await expectAccessible(page);
  });

  it('tells what its jobs read apart, though every address is the same: data was once compared by parameters alone', async () => {
    const before = await bench.start('small');
    await bench.ended(before);
    await bench.put('small/data/data.csv', '1\n2\n3\n4\n5\n6\n7\n9\n');
    const after = await bench.start('small');
    await bench.ended(after);
    const page = await openPage(`/pipelines/small/compare?left=${idOf(before)}&right=${idOf(after)}`);
    const section = (name: string) => page.getByRole('region', { name, exact: true });
    await section('Parameters')
      .getByText(/^Nothing differs/)
      .waitFor();
    await section('Code')
      .getByText(/^Nothing differs in \d+ fields/)
      .waitFor();
    await section('Data')
      .getByText(/^Nothing differs/)
      .waitFor();
    const read = section('What the jobs have read').getByRole('row', { name: /data\.csv.*content \d+.*content \d+/ });
    await read.first().waitFor();
    expect(await read.count()).toBe(2);
    await expectAccessible(page);
  });

  it.each(['light', 'dark'] as const)('has pages without a fault for axe, %s', async (theme) => {
    const arn = await bench.start('small');
    await bench.ended(arn);
    const page = await openPage('/pipelines', theme);
    await seeText(page, 'Succeeded');
    await expectAccessible(page);
    for (const tab of ['executions', 'definition&step=Gate', 'parameters', 'versions']) {
      await visit(page, server, `/console/pipelines/small?tab=${tab}`);
      await expectAccessible(page);
    }
    for (const view of [
      'graph&step=Measure',
      'timeline&step=Train&part=log',
      'steps&step=Measure&part=values',
      'parameters&step=Train&part=cache',
    ]) {
      await visit(page, server, `/console/pipelines/small/executions/${idOf(arn)}?view=${view}`);
      await expectAccessible(page);
    }
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page, '[role="dialog"]');
  });
});

describe('a pipeline that fails', () => {
  const FIXED = "console.log('it is there now');\n";

  beforeAll(async () => {
    const script = await bench.put('broken/prepare.ts', "await import('./helper.ts');\n");
    const roleArn = bench.roleArn;
    await bench.createPipeline('broken', {
      Version: '2020-12-01',
      Steps: [
        processingStep('Prepare', { roleArn, script }),
        processingStep('After', { roleArn, script, dependsOn: ['Prepare'] }),
      ],
    });
  });

  it('says what failed, why, and what to do; and goes on when it is retried', async () => {
    const arn = await bench.start('broken');
    await bench.ended(arn);
    const page = await openPage(`/pipelines/broken/executions/${idOf(arn)}`);
    await option(page, /^After, Processing, Not started/).waitFor();
    await page.getByRole('button', { name: 'Prepare', exact: true }).click();
    await seeText(page, /Node found no module|There is no object/);
    await seeText(page, /Put the file beside the script/);
    await seeText(page, `telar doctor ${idOf(arn)}`);
    await page.getByRole('tab', { name: 'Log' }).click();
    await seeText(page, /helper\.ts/);

    await bench.put('broken/prepare.ts', FIXED);
    await page.getByRole('button', { name: 'Retry' }).click();
    const dialog = page.getByRole('dialog');
    await seeText(page, `telar retry ${idOf(arn)}`);
    await dialog.getByRole('button', { name: 'Retry it' }).click();
    await option(page, /^After, Processing, Succeeded/).waitFor({ timeout: 30_000 });
    await seeText(page, 'it is there now');
    await page.getByRole('tab', { name: 'Overview' }).click();
    await page.getByRole('link', { name: '1', exact: true }).waitFor();
  });

  it('is stopped', async () => {
    await publishSmallPipeline(bench, 'long', { sleep: 60_000 });
    const arn = await bench.start('long');
    const page = await openPage(`/pipelines/long/executions/${idOf(arn)}`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click();
    await option(page, /^Measure, Processing, Stopped/).waitFor({ timeout: 30_000 });
    await option(page, /^Train, Training, Not started/).waitFor();
    await page.getByRole('button', { name: 'Retry' }).waitFor();
  });
});

it('a step that waits outside says for whom, how to answer, and what was answered', async () => {
  const sqs = new SQS(server.client);
  const { QueueUrl = '' } = await sqs.createQueue({ QueueName: 'questions' });
  await bench.iam.putRolePolicy({
    ...{ RoleName: 'pages', PolicyName: 'ask' },
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' }],
    }),
  });
  const OutputParameters = [{ OutputName: 'verdict', OutputType: 'String' }];
  const ask = { Name: 'Ask', Type: 'Callback', SqsQueueUrl: QueueUrl, Arguments: { of: 'you' }, OutputParameters };
  await bench.createPipeline('asks', { Version: '2020-12-01', Steps: [ask] });
  const arn = await bench.start('asks');
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10 });
  const { token } = JSON.parse(Messages[0]!.Body!) as { token: string };

  const page = await openPage(`/pipelines/asks/executions/${idOf(arn)}?step=Ask`);
  await seeText(page, 'questions');
  await seeText(page, `step-success --callback-token ${token} --output-parameters Name=verdict,Value=VALUE`);
  await bench.sagemaker.sendPipelineExecutionStepSuccess({
    CallbackToken: token,
    OutputParameters: [{ Name: 'verdict', Value: 'yes, gladly' }],
  });
  await option(page, /^Ask, Callback, Succeeded/).waitFor();
  await seeText(page, 'yes, gladly');
});

it('is reached and walked with the keyboard alone', async () => {
  await publishSmallPipeline(bench, 'keys');
  const arn = await bench.start('keys');
  await bench.ended(arn);
  const page = await openPage(`/pipelines/keys/executions/${idOf(arn)}`);
  await tabTo(page.getByRole('listbox'));
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Train', exact: true }).waitFor();
  expect(page.url()).toMatch(/\?step=Train$/);
});

it('shows two thousand steps, and the one that is looked for', async () => {
  const width = 40;
  const Steps = Array.from({ length: 2000 }, (_, index) => ({
    ...{ Name: `step-${index}`, Type: 'Condition' },
    ...(index >= width && { DependsOn: [`step-${index - width}`] }),
    Arguments: { Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }], IfSteps: [], ElseSteps: [] },
  }));
  await bench.createPipeline('wide', { Version: '2020-12-01', Steps });
  const arn = await bench.start('wide');
  await bench.ended(arn);
  const page = await openPage(`/pipelines/wide/executions/${idOf(arn)}`);
  await page.getByRole('listbox', { name: /2,000 nodes/ }).waitFor();
  // Only what can be seen is in the page.
  expect(await page.getByRole('option').count()).toBeLessThan(1000);
  await page.getByRole('tab', { name: /^Steps/ }).click();
  await page.getByRole('button', { name: 'Step', exact: true }).click();
  await page.keyboard.press('Tab');
  expect(await heading(page).textContent()).toBe(idOf(arn));
  await visit(page, server, `/console/pipelines/wide/executions/${idOf(arn)}?step=step-1999`);
  await page.getByRole('heading', { name: 'step-1999', exact: true }).waitFor();
  await option(page, /^step-1999, /).waitFor();
  expect(await option(page, /^step-1999, /).isVisible()).toBe(true);
  await seeText(page, '1 = 1');
});
