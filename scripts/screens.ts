/**
 * Takes the pictures of the console that the documents show: docs/screens/NAME.png, on a server of its own, on a temporary
 * folder, after `npm run demo` there. A page with a problem (tests/support/pageProblems.ts) is no picture: it ends this.
 *
 *   node scripts/screens.ts                  all of them
 *   node scripts/screens.ts start-dark       those that are named
 *   node scripts/screens.ts --to FOLDER      somewhere else
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { type Connection, connect } from '../src/cli/connection.ts';
import { makeContext } from '../src/cli/context.ts';
import { makeOutput } from '../src/cli/output.ts';
import { down } from '../src/cli/verbs/up.ts';
import { findChromium } from '../tests/support/chromium.ts';
import { launch, signIn, visit } from '../tests/support/console.ts';
import { watchProblems } from '../tests/support/pageProblems.ts';

type Screen = {
  name: string;
  path: string;
  theme: 'light' | 'dark';
  /** What is done on the page before its picture: unfold, scroll, type. */
  prepare?: (page: Page, connection: Connection) => Promise<void>;
};

const SCREENS: readonly Screen[] = [
  { name: 'overview', path: '/console/', theme: 'light' },
  {
    ...{ name: 'pipeline', path: '/console/pipelines/titanic-modelbuild-dev', theme: 'dark' },
    prepare: async (page) => {
      await openFirst(page, /Executions/);
      await page.getByRole('option', { name: /^TrainModel/ }).click();
    },
  },
  {
    ...{ name: 'state-machine', path: '/console/machines/titanic-training', theme: 'light' },
    prepare: async (page) => {
      await openFirst(page, /Executions/);
      await page.getByRole('option', { name: /^EvalMetricsLambda/ }).click();
    },
  },
  { name: 'model', path: '/console/registry/titanic-survival-xgboost/1', theme: 'light' },
  { name: 'lineage', path: '/console/registry/titanic-survival-xgboost/1?show=lineage', theme: 'dark' },
];

/** Opens the newest of a table's rows, and waits for its graph. */
async function openFirst(page: Page, table: RegExp): Promise<void> {
  await page.getByRole('grid', { name: table }).getByRole('link').first().click();
  await page.getByRole('listbox').first().waitFor();
}

const ROOT = join(import.meta.dirname, '..');
const SIZE = { width: 1280, height: 800 };
/** Sharp on the screens that documents are read on. */
const SCALE = 2;

const say = (line: string) => void process.stderr.write(`${line}\n`);
const node = (words: readonly string[]) => promisify(execFile)(process.execPath, [...words], { cwd: ROOT });

function wanted(names: readonly string[]): readonly Screen[] {
  const unknown = names.filter((name) => !SCREENS.some((screen) => screen.name === name));
  if (unknown.length === 0) return names.length === 0 ? SCREENS : SCREENS.filter(({ name }) => names.includes(name));
  const known = SCREENS.map(({ name }) => name).join(', ');
  throw new Error(`There is no picture ${unknown.join(', ')}. There are: ${known}.`);
}

function silent() {
  const nowhere = { write: () => true };
  const io = { stdout: nowhere, stderr: nowhere, environment: process.env, platform: process.platform };
  return makeOutput({ json: false }, io);
}

async function withDemo(use: (connection: Connection) => Promise<void>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'telar-screens-'));
  const context = { ...makeContext({ data, project: ROOT }), out: silent() };
  try {
    say('the demo runs');
    await node(['scripts/demo.ts', '--json', '--data', data, '--port', '0', '--images', '.cache/images']);
    await use(connect(context));
  } finally {
    await down(context);
    rmSync(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

async function take(browser: Browser, connection: Connection, screen: Screen, folder: string): Promise<void> {
  const context = await browser.newContext({
    ...{ viewport: SIZE, deviceScaleFactor: SCALE, colorScheme: screen.theme },
    ...{ reducedMotion: 'reduce', locale: 'en-US', timezoneId: 'UTC' },
  });
  try {
    const page = await context.newPage();
    const problems = watchProblems(page, []);
    await signIn(page, connection);
    await visit(page, connection, screen.path);
    await screen.prepare?.(page, connection);
    if (problems().length > 0) throw new Error(`${screen.path} had problems:\n  ${problems().join('\n  ')}`);
    const path = join(folder, `${screen.name}.png`);
    await page.screenshot({ path });
    say(path);
  } finally {
    await context.close();
  }
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { to: { type: 'string', default: join(ROOT, 'docs/screens') } },
  });
  const screens = wanted(positionals);
  const chromium = await findChromium({ say });
  if ('missing' in chromium) throw new Error(chromium.missing);
  mkdirSync(values.to, { recursive: true });
  await node(['scripts/console.ts']);
  await withDemo(async (connection) => {
    const browser = await launch(chromium);
    try {
      for (const screen of screens) await take(browser, connection, screen, values.to);
    } finally {
      await browser.close();
    }
  });
}

try {
  await main();
} catch (error) {
  say(`The pictures could not be taken. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
