/**
 * `npm run demo`: the main job, end to end, by one command. Starts a server in the background (or uses the one that runs on
 * the data folder), then does what `telar run titanic-modelbuild-dev` does in examples/01-titanic.
 *
 *   npm run demo                        train, evaluate, gate, register
 *   npm run demo -- --threshold 0.99    the gate refuses
 *   npm run demo -- --stop              stop the server afterwards, if this started it
 *
 * It owns nothing but the order of things: each is a verb of `telar` (src/cli).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runningServer } from '../src/cli/connection.ts';
import { type Context, makeContext } from '../src/cli/context.ts';
import { codeOf, describeError, type ExitStatus, misuse } from '../src/cli/errors.ts';
import { table } from '../src/cli/render/text.ts';
import { run } from '../src/cli/verbs/run.ts';
import { down, health, startInBackground } from '../src/cli/verbs/up.ts';

const PIPELINE = 'titanic-modelbuild-dev';
const root = join(import.meta.dirname, '..');
const OPTIONS = {
  threshold: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  images: { type: 'string' },
  stop: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

type Options = { threshold?: string; data?: string; port?: string; images?: string; stop: boolean; json: boolean };

function options(): Options {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    const known = Object.keys(OPTIONS).map((name) => `--${name}`);
    throw misuse(`${(error as Error).message.split('. ')[0]}. The demo takes ${known.join(', ')}.`);
  }
}

/** Uses the server that runs on the data folder, or starts one; answers whether it was started here. */
async function ensureServer(context: Context, { port, images }: Options): Promise<boolean> {
  const { out, data } = context;
  const there = runningServer(data);
  if (there && (await health(there.url)) === there.pid) {
    out.line(`Using the server at ${out.style.accent(there.url)} (process ${there.pid}).`);
    return false;
  }
  const wanted = { detach: true, ...(images && { images }) };
  const server = await startInBackground(context, { ...wanted, ...(port && { port }) }).catch((error: unknown) => {
    if (port !== undefined || codeOf(error) !== 'NotStarted' || !/Port \d+.* is taken/.test(String(error))) throw error;
    out.line('Port 4566 is taken by another program: this server takes a free one.');
    return startInBackground(context, { ...wanted, port: '0' });
  });
  out.line(`Telar runs at ${out.style.accent(server.url)} in the background (process ${server.pid}).`);
  out.line(out.style.dim(`  data folder ${data.root}`));
  out.event({ event: 'server', url: server.url, pid: server.pid });
  return true;
}

async function demo(): Promise<ExitStatus> {
  const given = options();
  const { json, data } = given;
  const environment = { ...process.env, npm_command: 'run-script' };
  const globals = { json, project: join(root, 'examples/01-titanic') };
  const context = makeContext(
    { ...globals, ...(data && { data }) },
    { TELAR_DATA: join(root, '.telar'), ...environment },
  );
  const { out } = context;
  const started = await ensureServer(context, given);
  out.line();
  const parameter = given.threshold === undefined ? [] : [`AccuracyThreshold=${given.threshold}`];
  const status = await run(context, PIPELINE, { parameter }).finally(() => (started && given.stop ? down(context) : 0));
  if (!(started && given.stop)) {
    out.line();
    out.line('The server goes on running in the background.');
    out.lines(table([[`  ${out.command('down')}`, out.style.dim('stops it')]]));
  }
  return status;
}

try {
  process.exitCode = await demo();
} catch (error) {
  const { message, exitStatus } = describeError(error);
  process.stderr.write(`The demo could not be finished. ${message}\n`);
  process.exitCode = exitStatus;
}
