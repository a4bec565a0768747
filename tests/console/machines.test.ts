/** State machines in the console: the list, a machine, an execution from its form to its redrive, a large graph, many of everything. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import type { Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signInLink } from '../support/console.ts';
import { distributed, type MapBench, openMapBench, PICKY } from '../support/mapRuns.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

const roleArn = 'arn:aws:iam::000000000000:role/maps';
const PASS = { Type: 'Pass', End: true };

/** Fails in Read until the object is there. */
const JOURNEY = {
  StartAt: 'Which',
  States: {
    Which: {
      Type: 'Choice',
      Choices: [{ Variable: '$.size', NumericGreaterThan: 10, Next: 'Both' }],
      Default: 'Small',
    },
    Small: { Type: 'Pass', Next: 'Done' },
    Both: {
      ...{ Type: 'Parallel', ResultPath: null, Next: 'Each' },
      Branches: [
        { StartAt: 'Left', States: { Left: { Type: 'Wait', Seconds: 2, End: true } } },
        { StartAt: 'Right', States: { Right: PASS } },
      ],
    },
    Each: {
      ...{ Type: 'Map', ItemsPath: '$.items', ResultPath: null, Next: 'Try' },
      ItemProcessor: { StartAt: 'Item', States: { Item: PASS } },
    },
    Try: {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:headObject', ResultPath: null, Next: 'Read' },
      Parameters: { Bucket: 'items', Key: 'never-there' },
      Catch: [{ ErrorEquals: ['S3.NoSuchKeyException', 'S3.S3Exception'], ResultPath: null, Next: 'Read' }],
    },
    Read: {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:headObject', ResultPath: null, Next: 'Done' },
      Parameters: { Bucket: 'items', 'Key.$': '$.key' },
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }],
    },
    Done: { Type: 'Succeed' },
  },
};

let server: TestServer;
let bench: MapBench;
let sfn: SFN;
beforeAll(async () => {
  server = await startTestServer();
  bench = await openMapBench(server.client);
  sfn = new SFN(server.client);
});
afterAll(() => server.close());
const browser = openBrowser();

async function create(name: string, definition: object, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): Promise<string> {
  const { stateMachineArn } = await sfn.createStateMachine({
    ...{ name, type, roleArn },
    definition: JSON.stringify(definition),
  });
  return stateMachineArn!;
}

async function start(stateMachineArn: string, name: string, input: object = {}): Promise<string> {
  const { executionArn } = await sfn.startExecution({ stateMachineArn, name, input: JSON.stringify(input) });
  return executionArn!;
}

async function ended(executionArn: string): Promise<void> {
  while ((await sfn.describeExecution({ executionArn })).status === 'RUNNING') await pause(20);
}

async function signedIn(options: Parameters<typeof browser.newPage>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options);
  await page.goto(await signInLink(server));
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

const show = (page: Page, path: string) => page.goto(`${server.url}/console${path}`);
const executionPath = (arn: string) => `/machine-executions/${encodeURIComponent(arn)}`;
const node = (page: Page, name: RegExp) => page.getByRole('option', { name });
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

describe('an execution', () => {
  it('is started from the form, watched, understood when it fails, and redriven', async () => {
    await create('journey', JOURNEY);
    const page = await signedIn();
    const asked = historyAsked(page);
    await show(page, '/machines');
    await page.getByRole('link', { name: 'journey' }).click();

    await page.getByRole('button', { name: 'Start' }).click();
    const dialog = page.getByRole('dialog');
    const input = dialog.getByLabel('Input', { exact: true });
    await input.fill('{"size": 11,');
    await dialog.getByText(/This is not JSON/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
    await input.fill('{"size": 11, "items": [1, 2, 3], "key": "late.csv"}');
    await dialog.getByLabel('Name').fill('first');
    expect(await dialog.getByText(/start-execution .*--name first --input/).count()).toBe(1);
    await dialog.getByRole('button', { name: 'Start' }).click();

    await page.getByRole('heading', { level: 1, name: 'first' }).waitFor();
    await node(page, /^Left, .*Running/).waitFor();
    await node(page, /^Left, .*Succeeded/).waitFor();
    await node(page, /^Item, .*3 of 3/).waitFor();
    await node(page, /^Try, .*Caught/).waitFor();
    await node(page, /^Read, .*Failed/).waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Read' }).click();
    const panel = page.getByRole('complementary', { name: 'State' });
    await panel.getByText('does not exist').first().waitFor();
    expect(await panel.getByRole('table', { name: 'Attempts' }).getByRole('row').count()).toBe(3);
    await panel.getByText('It was tried again once; its retriers name States.ALL. It has no catcher.').waitFor();
    expect(new URL(page.url()).searchParams.get('state')).toBe('Read');

    await new S3({ ...server.client, forcePathStyle: true }).putObject({ Bucket: 'items', Key: 'late.csv', Body: 'n' });
    await page.getByRole('button', { name: 'Redrive' }).click();
    await page.getByRole('dialog').getByText('telar retry').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
    await node(page, /^Done, .*Succeeded/).waitFor();
    await node(page, /^Read, .*Succeeded/).waitFor();
    await page.getByText('once, last').waitFor();
    expect(await page.getByRole('button', { name: 'Redrive' }).count()).toBe(0);

    // Each event once, but for the newest, which tells whether anything is new.
    const events = asked();
    expect(new Set(events.asked).size).toBe(events.asked.length);
    expect(Math.max(...events.asked, ...events.newest)).toBe(await eventCount('journey', 'first'));
  });

  it('is stopped, and started again with its input', async () => {
    const arn = await start(
      await create('long', { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3600, End: true } } }),
      'one',
      { a: 7 },
    );
    const page = await signedIn();
    await show(page, executionPath(arn));
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await node(page, /^W, .*Aborted/).waitFor();
    await page.getByRole('button', { name: 'Start again' }).click();
    const dialog = page.getByRole('dialog');
    expect(JSON.parse(await dialog.getByLabel('Input', { exact: true }).inputValue())).toEqual({ a: 7 });
    await dialog.getByLabel('Name').fill('two');
    await dialog.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('heading', { level: 1, name: 'two' }).waitFor();
    await node(page, /^W, .*Running/).waitFor();
    const again = arn.replace(/one$/, 'two');
    expect(await sfn.describeExecution({ executionArn: again })).toMatchObject({ input: expect.stringContaining('7') });
    await sfn.stopExecution({ executionArn: again });
  });

  it('has a panel in which a state is tested with another input, and leaves no trace of it', async () => {
    const arn = await start(await create('choosing', JOURNEY), 'small', { size: 1 });
    await ended(arn);
    const page = await signedIn();
    await show(page, `${executionPath(arn)}?state=Which`);
    await page.getByRole('button', { name: 'Test this state' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Input', { exact: true }).fill('{"size": 12}');
    await dialog.getByRole('button', { name: 'Test', exact: true }).click();
    await dialog.getByRole('status').getByText('Both').waitFor();
    await dialog.getByRole('status').getByText('Succeeded').waitFor();
    expect(
      (await sfn.listExecutions({ stateMachineArn: arn.replace(/:execution:(\w+):small$/, ':stateMachine:$1') }))
        .executions,
    ).toHaveLength(1);
  });

  it('of a distributed Map leads to the executions of its items', async () => {
    const items = Array.from({ length: 30 }, (_, n) => ({ n, bad: n % 7 === 0 }));
    const arn = await bench.start(distributed({ ItemsPath: '$.items', ToleratedFailurePercentage: 50 }, PICKY), {
      items,
    });
    await ended(arn);
    const page = await signedIn();
    await show(page, `${executionPath(arn)}?tab=runs`);
    await page.getByText('25 of 30 succeeded, 5 failed').waitFor();
    const row = page
      .getByRole('grid', { name: 'Executions of items' })
      .getByRole('row', { name: /Failed/ })
      .first();
    await row.getByRole('link').click();
    await node(page, /^Bad, .*Failed/).waitFor();
    expect(await page.getByRole('button', { name: 'Redrive' }).count()).toBe(0);
  });

  it('leads to the execution that its state began, and back', async () => {
    await new IAM(server.client).putRolePolicy({
      ...{ RoleName: 'maps', PolicyName: 'executions' },
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['states:*', 'events:*'], Resource: '*' }],
      }),
    });
    const child = await create('child', { StartAt: 'P', States: { P: PASS } });
    const Call = {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', End: true },
      Parameters: {
        ...{ StateMachineArn: child, Name: 'begun' },
        Input: { 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id' },
      },
    };
    const arn = await start(await create('parent', { StartAt: 'Call', States: { Call } }), 'outer');
    await ended(arn);
    const page = await signedIn();
    await show(page, `${executionPath(arn)}?state=Call`);
    await page.getByRole('link', { name: 'execution child / begun' }).click();
    await page.getByRole('heading', { level: 1, name: 'begun' }).waitFor();
    await page.getByRole('link', { name: 'outer' }).click();
    await page.getByRole('heading', { level: 1, name: 'outer' }).waitFor();
  });

  it('of a version of the machine that is no longer the present one, which the console compares with it', async () => {
    const stateMachineArn = await create('revised', { StartAt: 'P', States: { P: { ...PASS, Result: 'before' } } });
    await sfn.publishStateMachineVersion({ stateMachineArn, description: 'the first' });
    const now = { StartAt: 'P', States: { P: { ...PASS, Result: 'after' } } };
    await sfn.updateStateMachine({ stateMachineArn, definition: JSON.stringify(now) });
    const arn = await start(`${stateMachineArn}:1`, 'old');
    await ended(arn);
    const page = await signedIn();
    await show(page, executionPath(arn));
    await page.getByText('Version', { exact: true }).waitFor();
    await show(page, '/machines/revised?tab=versions');
    await page.getByRole('grid', { name: 'Versions' }).getByRole('row', { name: /^1/ }).click();
    await page.getByText('the first').waitFor();
    const row = page.getByRole('row', { name: /^States.P.Result/ });
    expect([await row.getByText('before').count(), await row.getByText('after').count()]).toEqual([1, 1]);
  });

  it('of an Express machine answers in the form', async () => {
    await create('express', { StartAt: 'P', States: { P: { ...PASS, Result: { answer: 42 } } } }, 'EXPRESS');
    const page = await signedIn();
    await show(page, '/machines/express?start=now');
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
    await page.getByRole('dialog').getByText('answer: 42').waitFor();
  });

  it('is kept when its machine is deleted: its events tell what it did', async () => {
    const stateMachineArn = await create('deleted', { StartAt: 'P', States: { P: PASS } });
    const arn = await start(stateMachineArn, 'one');
    await ended(arn);
    await sfn.deleteStateMachine({ stateMachineArn });
    const page = await signedIn({ allow: [/DescribeStateMachineForExecution/] });
    await show(page, executionPath(arn));
    await page.getByRole('alert').getByText('StateMachineDoesNotExist').waitFor();
    await page.getByRole('tab', { name: /^Events/ }).click();
    await page
      .getByRole('grid', { name: 'Events' })
      .getByRole('row', { name: /PassStateExited/ })
      .waitFor();
  });

  it('is compared with another: data, and how long each state took', async () => {
    const machine = await create('compared', JOURNEY);
    await ended(await start(machine, 'left', { size: 1 }));
    await ended(await start(machine, 'right', { size: 2, more: true }));
    const page = await signedIn();
    await show(page, '/machines/compared');
    for (const name of ['left', 'right']) await page.getByRole('checkbox', { name: `Compare ${name}` }).check();
    await page.getByRole('link', { name: /^Compare the two/ }).click();
    await page.getByRole('row', { name: /^size/ }).first().waitFor();
    await page.getByRole('row', { name: /^more/ }).first().waitFor();
    await page
      .getByRole('table', { name: 'States' })
      .getByRole('row', { name: /^Small Succeeded/ })
      .waitFor();
    await expectAccessible(page);
  });
});

/** Ids of the events that a page was answered: by what asked for more than the newest, and by what asked for that. */
function historyAsked(page: Page): () => { asked: number[]; newest: number[] } {
  const asked: number[] = [];
  const newest: number[] = [];
  page.on('response', async (response: Response) => {
    if (!response.url().endsWith('/GetExecutionHistory') || !response.ok()) return;
    const { maxResults, nextToken } = response.request().postDataJSON() as { maxResults: number; nextToken?: string };
    const answer = (await response.json().catch(() => ({}))) as { events?: { id: number }[] };
    const probe = maxResults === 1 && nextToken === undefined;
    (probe ? newest : asked).push(...(answer.events ?? []).map(({ id }) => id));
  });
  return () => ({ asked, newest });
}

/** How many pages of executions were asked for. */
function listsAsked(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/ListExecutions')) count += 1;
  });
  return () => count;
}

async function eventCount(machine: string, name: string): Promise<number> {
  const executionArn = `arn:aws:states:us-east-1:000000000000:execution:${machine}:${name}`;
  const { events } = await sfn.getExecutionHistory({ executionArn, reverseOrder: true, maxResults: 1 });
  return events![0]!.id!;
}

describe('of many', () => {
  it('states, each is a node of the graph that keys reach', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `S${index}`);
    const States = Object.fromEntries(
      names.map((name, index) => [
        name,
        { Type: 'Pass', ...(index === 199 ? { End: true } : { Next: names[index + 1] }) },
      ]),
    );
    const arn = await start(await create('chain', { StartAt: 'S0', States }), 'all');
    await ended(arn);
    const page = await signedIn();
    await show(page, executionPath(arn));
    await node(page, /^S199, .*Succeeded/).waitFor({ state: 'attached' });
    expect(
      await page
        .getByRole('listbox', { name: /^States/ })
        .getByRole('option')
        .count(),
    ).toBe(200);
    await page.getByRole('listbox', { name: /^States/ }).focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'S199' }).waitFor();
  });

  it('events, those near the window alone are in the page, and one is found by what it says', async () => {
    const States = {
      M: { Type: 'Map', ItemProcessor: { StartAt: 'A', States: { A: PASS } }, End: true },
    };
    const { executionArn: arn } = await sfn.startExecution({
      stateMachineArn: await create('items', { StartAt: 'M', States }),
      input: JSON.stringify(Array.from({ length: 600 }, (_, n) => `item-${n}`)),
    });
    await ended(arn!);
    const page = await signedIn();
    await show(page, `${executionPath(arn!)}?tab=events`);
    const table = page.getByRole('grid', { name: 'Events' });
    await page.getByText('2,406 rows').waitFor();
    expect(await table.getByRole('row').count()).toBeLessThan(100);
    await page.getByLabel('Find').fill('item-599');
    await page.getByText(/^6 rows$/).waitFor();
  });

  it('executions, what happens to those far down and at the top shows, and nothing else moves', async () => {
    const machine = await create('lively', {
      StartAt: 'Which',
      States: {
        Which: { Type: 'Choice', Choices: [{ Variable: '$.wait', IsPresent: true, Next: 'Wait' }], Default: 'Pass' },
        Wait: { Type: 'Wait', Seconds: 3600, End: true },
        Pass: PASS,
      },
    });
    const waits = [];
    for (const name of ['old-stopped', 'old-waits']) waits.push(await start(machine, name, { wait: true }));
    for (let made = 0; made < 520; made += 40) {
      await Promise.all(Array.from({ length: 40 }, (_, index) => start(machine, `run-${made + index}`)));
    }
    const page = await signedIn();
    const asked = listsAsked(page);
    await show(page, '/machines/lively');
    const table = page.getByRole('grid', { name: 'Executions' });
    const foot = page.locator('.table-foot');
    await table.getByRole('row').nth(5).hover();
    while (!/^522 rows$/.test(await foot.innerText())) {
      await page.mouse.wheel(0, 100_000);
      await pause(20);
    }
    const loaded = asked();
    await page.mouse.wheel(0, 100_000);

    // The last page: one that has just ended is told of, where it stands.
    const stopped = table.getByRole('row', { name: /^old-stopped/ });
    await stopped.getByText('Running').waitFor();
    const place = await stopped.boundingBox();
    // The table scrolls, not the page: nothing in its rows makes that longer.
    expect(await page.evaluate<number>('document.documentElement.scrollHeight')).toBeLessThan(1600);
    await sfn.stopExecution({ executionArn: waits[0]! });
    await stopped.getByText('Aborted').waitFor();
    expect(await stopped.boundingBox()).toEqual(place);

    // The first: new ones are counted, and shown once somebody looks; what is looked at stays in its place.
    await start(machine, 'new-one');
    await start(machine, 'new-two');
    await foot.getByText(/^524 rows$/).waitFor();
    expect(await stopped.boundingBox()).toEqual(place);
    await table
      .getByRole('row', { name: /^old-waits/ })
      .getByText('Running')
      .waitFor();
    await page.mouse.wheel(0, -100_000);
    await table.getByRole('link', { name: 'new-two' }).waitFor();
    const names = async () => (await table.getByRole('link').allInnerTexts()).map((name) => name.trim());
    expect((await names()).slice(0, 3)).toEqual(['new-two', 'new-one', 'run-519']);

    // Every row is there, once.
    const found: string[] = [];
    while (!found.includes('old-stopped')) {
      const here = await names();
      expect(new Set(here).size).toBe(here.length);
      found.push(...here);
      await page.mouse.wheel(0, 400);
      await pause(30);
    }
    expect(new Set(found).size).toBe(524);
    // Three executions changed, with two events each: as a whole, it would be six times six pages.
    expect(asked() - loaded).toBeLessThan(36 / 2);
  });

  it('executions, they come page by page, and are filtered by the server', async () => {
    const machine = await create('often', { StartAt: 'P', States: { P: PASS } });
    const names = Array.from({ length: 230 }, (_, index) => `run-${index}`);
    await Promise.all(names.map((name) => start(machine, name)));
    const page = await signedIn();
    await show(page, '/machines/often');
    const table = page.getByRole('grid', { name: 'Executions' });
    await page.getByText(/^1\d\d rows loaded|^100 rows loaded/).waitFor();
    await table.getByRole('row').nth(1).focus();
    await page.keyboard.press('End');
    await page.getByText(/^200 rows loaded/).waitFor();
    await page.getByLabel('Status').selectOption('FAILED');
    await says(page, 'No execution is failed');
    expect(new URL(page.url()).searchParams.get('status')).toBe('FAILED');
  });
});

describe.each(['light', 'dark'] as const)('axe finds nothing, %s,', (colorScheme) => {
  const name = `shown-${colorScheme}`;
  let arn: string;
  beforeAll(async () => {
    arn = await start(await create(name, JOURNEY), 'failed', { size: 11, items: [1, 2], key: 'none' });
    await ended(arn);
  });

  async function judge(pages: readonly [path: string, shows: string][]): Promise<void> {
    const page = await signedIn({ colorScheme });
    for (const [path, shows] of pages) {
      await show(page, path);
      await says(page, shows);
      await expectAccessible(page);
    }
  }

  it('on the pages of machines', () =>
    judge([
      ['/machines', name],
      [`/machines/${name}`, 'Redrives'],
      [`/machines/${name}?tab=graph&state=Which`, 'NumericGreaterThan'],
      [`/machines/${name}?tab=definition`, '"StartAt"'],
      [`/machines/${name}?tab=versions`, 'No version was published'],
      [`/machines/${name}?start=now`, 'Input of an earlier execution'],
    ]));

  it('on the pages of executions', () =>
    judge([
      [`${executionPath(arn)}?state=Read`, 'Attempts'],
      [`${executionPath(arn)}?tab=timeline&state=Both`, 'Parallel'],
      [`${executionPath(arn)}?tab=events&event=3`, 'Event 3, after 2'],
      [`${executionPath(arn)}?tab=data`, 'It has no output'],
      [`/machines/${name}/compare?left=failed&right=failed`, 'Nothing differs'],
    ]));
});
