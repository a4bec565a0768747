/** What the console costs a browser: its script, the time until it can be used, and its frames while an execution is live. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { SFN } from '@aws-sdk/client-sfn';
import type { Browser, Page } from 'playwright-core';
import { findChromium } from '../tests/support/chromium.ts';
import { launch, signInLink, visit } from '../tests/support/console.ts';
import { largePages, shownAfter } from './lib/consoleScale.ts';
import { atMost, type Bench } from './lib/figures.ts';
import { frameTimes, openMeasured } from './lib/pageTimes.ts';
import { type BenchServer, withServer } from './lib/server.ts';

const RUNS = 5;
const BRANCHES = 20;
const WAITS = 10;
const SIZE = { width: 1280, height: 800 };
const LIVE_MILLISECONDS = 6000;

export const bench: Bench = {
  name: 'console',
  describe:
    'The console in Chromium without a cache, by a link that signs in, on a server of its own: the compressed script that its first view fetches; the time from the start of the navigation until it shows its data and its main thread is idle; and the time between frames of the page of an execution, a graph of 200 states, while twenty of them change each second; then the time from a navigation until a page of something large is shown, by a browser that has the scripts already.',
  notMeasured: [
    'a slow line: browser and server are on one machine',
    'a graphics card: Chromium draws in software, on the same cores',
    'pages beyond the first view, but for the four large ones',
    'large pages to the millisecond: whether something is shown is looked at every 20 ms',
  ],
  async run(progress) {
    execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/console.ts')], { stdio: ['ignore', 2, 2] });
    const chromium = await findChromium({ say: progress });
    if ('missing' in chromium) throw new Error(chromium.missing);
    const [bytes, interactive, slowest]: [number[], number[], number[]] = [[], [], []];
    const large = new Map<string, number[]>();
    await withServer(async (server) => {
      progress('10,000 executions, 25,000 events, 2,000 steps, a log of 100 MB');
      const pages = await largePages(server, await machineRole(server, 0));
      const browser = await launch(chromium);
      try {
        for (let run = 1; run <= RUNS; run += 1) {
          progress(`run ${run} of ${RUNS}`);
          await inPage(browser, async (page) => {
            const opened = await openMeasured(page, await signInLink(connection(server)));
            bytes.push(opened.scriptBytes / 1000);
            interactive.push(opened.interactive);
            slowest.push(percentile95(await liveFrames(page, server, run)));
            for (const one of pages) {
              const took = await shownAfter(page, server.client.endpoint, one);
              large.set(one.name, [...(large.get(one.name) ?? []), took]);
            }
          });
        }
      } finally {
        await browser.close();
      }
    });
    return [
      atMost('script of the first view, compressed', 'kB', bytes, { target: 300 }),
      atMost('navigation to interactive', 'ms', interactive, { target: 1000 }),
      // 60 frames a second, in whole milliseconds; where one is left out, it takes 33.
      atMost('time of a frame while 200 states are live, p95', 'ms', slowest, { target: 17 }),
      ...[...large].map(([name, times]) => atMost(`${name}: until it is shown`, 'ms', times, { target: 1000 })),
    ];
  },
};

const connection = ({ client: { endpoint: url, region, credentials } }: BenchServer) => ({ url, region, credentials });

async function inPage(browser: Browser, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: SIZE });
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Times of frames while an execution goes on that is watched. */
async function liveFrames(page: Page, server: BenchServer, run: number): Promise<number[]> {
  const sfn = new SFN(server.client);
  const { stateMachineArn } = await sfn.createStateMachine({
    name: `live-${run}`,
    roleArn: await machineRole(server, run),
    definition: liveMachine(),
  });
  const { executionArn } = await sfn.startExecution({ stateMachineArn });
  await visit(page, connection(server), `/console/machine-executions/${encodeURIComponent(executionArn!)}`);
  const times = await frameTimes(page, LIVE_MILLISECONDS);
  const { status } = await sfn.describeExecution({ executionArn });
  if (status !== 'RUNNING') throw new Error(`The execution was ${status} before its frames were over.`);
  await sfn.stopExecution({ executionArn });
  return times;
}

/** Branches of states that wait a second each: something changes all the time, and no job takes the browser's core. */
function liveMachine(): string {
  const branch = (index: number) => {
    const name = (wait: number) => `Wait ${index}.${wait}`;
    const states = Array.from({ length: WAITS }, (_, wait) => {
      const next = wait + 1 < WAITS ? { Next: name(wait + 1) } : { End: true };
      return [name(wait), { Type: 'Wait', Seconds: 1, ...next }];
    });
    return { StartAt: name(0), States: Object.fromEntries(states) };
  };
  const Branches = Array.from({ length: BRANCHES }, (_, index) => branch(index));
  return JSON.stringify({ StartAt: 'All', States: { All: { Type: 'Parallel', Branches, End: true } } });
}

async function machineRole({ client }: BenchServer, run: number): Promise<string> {
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await new IAM(client).createRole({ RoleName: `live-${run}`, AssumeRolePolicyDocument });
  return Role!.Arn!;
}

function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1]!;
}
