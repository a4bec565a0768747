/**
 * `telar up` and `telar down`: the server in the foreground or the background, and its end.
 *
 * U1. `down` ends only a process that answers as the server of this very folder.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import module from 'node:module';
import { extname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MISSED_POLICIES, type MissedPolicy } from '../../definition/schedules/missed.ts';
import type { Service } from '../../protocol/service.ts';
import { openInBrowser, opensBrowser } from '../browser.ts';
import { isAlive, type RunningServer, runningServer } from '../connection.ts';
import type { Context } from '../context.ts';
import { codeOf, type ExitStatus, failure, misuse } from '../errors.ts';
import { type JobOptions, jobLimitsOf } from '../jobLimits.ts';
import { mailServerOf } from '../mailServer.ts';
import { leave } from '../shell/before.ts';
import { consoleLink } from './console.ts';

export type UpOptions = JobOptions & {
  port?: string;
  detach?: boolean;
  open?: boolean;
  auth?: string;
  account?: string;
  images?: string;
  containers?: string;
  registries?: string;
  missedSchedules?: string;
  smtp?: string;
  mailFrom?: string;
  notificationLinks?: string;
};

const MAIN = join(import.meta.dirname, '..', `main${extname(import.meta.filename)}`);
const PATIENCE_MS = 30_000;
const LARGEST_LOG = 10 * 1024 * 1024;

export async function up(context: Context, options: UpOptions): Promise<ExitStatus> {
  if (options.detach) {
    const { url, pid } = await startInBackground(context, options);
    context.out.line(`Telar runs at ${context.out.style.accent(url)} in the background, as process ${pid}.`);
    context.out.line(context.out.style.dim(`  data folder ${context.data.root}`));
    context.out.line(context.out.style.dim(`  log         ${logFile(context)}`));
    await tellOfConsole(context, url, options);
    context.out.line(`  ${context.out.command('down')}    stops it`);
    context.out.result({ url, pid, dataFolder: context.data.root, log: logFile(context) });
    return 0;
  }
  return serve(context, options);
}

async function serve(context: Context, options: UpOptions): Promise<ExitStatus> {
  const { out, data, environment } = context;
  const port = portOf(options.port);
  const auth = options.auth ?? 'sigv4';
  if (auth !== 'sigv4' && auth !== 'off') throw misuse(`--auth is '${auth}': give sigv4 or off.`);
  const containers = options.containers ?? 'auto';
  if (containers !== 'auto' && containers !== 'docker') {
    throw misuse(`--containers is '${containers}': give auto or docker.`);
  }
  const jobLimits = jobLimitsOf(options);
  const missedSchedules = missedOf(options.missedSchedules);
  const mailServer = mailServerOf(options, environment);
  const notificationLinks = linksOf(options.notificationLinks);
  // Started in `telar shell`, it must not reach the network, nor send its jobs there, through itself.
  leave(process.env);
  // Before anything exists that would have to be closed: a request to end never finds nobody listening.
  const stopRequested = askedToStop();
  const { startServer } = await import('../../server/server.ts');
  const imagesFolder = options.images ?? environment['TELAR_IMAGES'];
  const server = await startServer({
    folder: data.root,
    missedSchedules,
    ...(mailServer && { mailServer }),
    notificationLinks,
    ...(port !== undefined && { port }),
    auth,
    ...(options.account && { account: options.account }),
    ...(imagesFolder && { imagesFolder: resolve(imagesFolder) }),
    containers,
    ...(options.registries && { registriesFile: resolve(options.registries) }),
    jobLimits,
    world: await worldFor(process.stderr.isTTY === true),
  }).catch((error: Error) => {
    throw failure(codeOf(error) === 'Error' ? 'NotStarted' : codeOf(error), error.message);
  });
  const { accent, bold, dim } = out.style;
  out.line(`${bold('Telar')} runs at ${accent(server.url)}`);
  out.line(dim(`  data folder  ${data.root}`));
  await tellOfConsole(context, server.url, options);
  out.line(`${dim('  keys         ')}eval "$(${out.command('env')})"`);
  if (auth === 'off') out.line('  Requests are not authenticated: whoever reaches the port is the administrator.');
  out.line(dim('  Ctrl-C stops it; jobs that run go on, and the next start finds them.'));
  out.event({ event: 'started', url: server.url, pid: process.pid, dataFolder: data.root });
  void loadApis(server.system.services);
  await stopRequested;
  out.line('Stopping…');
  await server.close();
  out.result({ stopped: true });
  return 0;
}

/** Where the console is: by a link that signs in once, where the keys are at hand. A person at a desktop is shown it. */
async function tellOfConsole(context: Context, url: string, options: UpOptions): Promise<void> {
  const { out, environment } = context;
  const { stdin, stdout, platform } = process;
  const link = await consoleLink({ ...context, url }).catch(() => ({ url: `${url}/console/` }));
  out.line(`${out.style.dim('  console      ')}${out.style.accent(link.url)}`);
  const terminal = { stdin: stdin.isTTY === true, stdout: stdout.isTTY === true };
  const detach = options.detach === true;
  if (opensBrowser({ asked: options.open, terminal, json: out.json, detach, platform, environment }))
    openInBrowser(link.url, context.data.temporary);
}

/** In milliseconds. */
const BETWEEN_APIS = 100;

/**
 * Loads the models of what is served, one after the other while nothing else is to be done, since the first request to an API would
 * wait for its own: some 20 ms.
 */
async function loadApis(services: readonly Service[]): Promise<void> {
  for (const api of new Set(services.map((service) => service.api))) {
    await sleep(BETWEEN_APIS, undefined, { ref: false });
    // Reading it makes it.
    api.operations.size;
  }
}

/** At a terminal the server's own log is kept to what needs attention; in a file it is whole. */
async function worldFor(quiet: boolean) {
  const [{ systemWorld }, { jsonLog }] = await Promise.all([
    import('../../base/world.ts'),
    import('../../base/log.ts'),
  ]);
  const log = jsonLog((line) => void process.stderr.write(line), systemWorld.clock.now, quiet ? 'warn' : 'info');
  return { ...systemWorld, log };
}

/** Resolves at the first request to end; a second one ends the process at once. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const handle = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle);
  });
}

/**
 * Starts the server in a session of its own and waits until it answers.
 *
 * @throws AlreadyRunning, or what the server said before it ended
 */
export async function startInBackground(context: Context, options: UpOptions): Promise<RunningServer> {
  const { data } = context;
  const there = runningServer(data);
  if (there && (await health(there.url)) === there.pid) {
    throw failure(
      'AlreadyRunning',
      `A Telar server runs on ${data.root} already (process ${there.pid}, at ${there.url}). Use it, or stop it with 'telar down'.`,
    );
  }
  portOf(options.port);
  jobLimitsOf(options);
  mailServerOf(options, context.environment);
  linksOf(options.notificationLinks);
  missedOf(options.missedSchedules);
  mkdirSync(data.logs, { recursive: true, mode: 0o700 });
  const log = logFile(context);
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG) renameSync(log, `${log}.1`);
  const from = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  const descriptor = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [...process.execArgv, MAIN, 'up', ...serverArguments(context, options)], {
    detached: true,
    stdio: ['ignore', descriptor, descriptor],
    env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: module.getCompileCacheDir() },
  });
  child.unref();
  let ended: string | undefined;
  child.on('error', (error) => {
    ended = error.message;
  });
  child.on('exit', (code, signal) => {
    ended = signal ?? `status ${code}`;
  });
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(30)) {
    const server = runningServer(data);
    if (server && server.pid === child.pid && (await health(server.url)) === server.pid) return server;
    if (ended !== undefined)
      throw failure('NotStarted', lastWords(log, from) ?? `The server ended with ${ended}: see ${log}.`);
  }
  process.kill(child.pid!, 'SIGTERM');
  throw failure('NotStarted', `The server did not answer within ${PATIENCE_MS / 1000} s and was stopped: see ${log}.`);
}

function serverArguments({ data }: Context, options: UpOptions): string[] {
  const given: [string, string | undefined][] = [
    ['--data', data.root],
    ['--port', options.port],
    ['--auth', options.auth],
    ['--account', options.account],
    ['--images', options.images],
    ['--containers', options.containers],
    ['--registries', options.registries],
    ['--cpus', options.cpus],
    ['--memory', options.memory],
    ['--promise', options.promise],
    ['--network', options.network],
    ['--missed-schedules', options.missedSchedules],
    ['--smtp', options.smtp],
    ['--mail-from', options.mailFrom],
    ['--notification-links', options.notificationLinks],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}

/** What the program said last, without its structured log. */
function lastWords(log: string, from: number): string | undefined {
  const lines = readFileSync(log).subarray(from).toString('utf8').trim().split('\n');
  const said = lines.findLast((line) => line.startsWith('telar: '));
  return said?.slice('telar: '.length);
}

export function logFile({ data }: Pick<Context, 'data'>): string {
  return join(data.logs, 'server.log');
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw misuse(`--port is '${text}': give a number from 0 to 65535 (0 takes any free one).`);
}

function linksOf(text: string | undefined): 'local' | 'aws' {
  if (text !== undefined && text !== 'local' && text !== 'aws')
    throw misuse(`--notification-links is '${text}': give local or aws.`);
  return text ?? 'local';
}

function missedOf(text: string | undefined): MissedPolicy | undefined {
  const policy = MISSED_POLICIES.find((one) => one === text);
  if (text !== undefined && !policy) throw misuse(`--missed-schedules is '${text}': give run-once or skip.`);
  return policy;
}

/** The process that answers at an address; undefined when nothing does, or something else than Telar. */
export async function health(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/_telar/health`, { signal: AbortSignal.timeout(5000) });
    const { pid } = (await response.json()) as { pid?: unknown };
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}

export async function down({ out, data }: Context): Promise<ExitStatus> {
  const server = runningServer(data);
  if (!server) {
    out.line(`No server runs on ${data.root}.`);
    out.result({ stopped: false });
    return 0;
  }
  if ((await health(server.url)) !== server.pid) {
    throw failure(
      'NotTelar',
      `${data.server} names process ${server.pid} at ${server.url}, which does not answer as the server of this folder. If it is one that hangs, end it with 'kill ${server.pid}'; otherwise remove that file.`,
    );
  }
  process.kill(server.pid, 'SIGTERM');
  for (const until = Date.now() + PATIENCE_MS; isAlive(server.pid); await sleep(30)) {
    if (Date.now() < until) continue;
    throw failure(
      'NotStopped',
      `Process ${server.pid} was asked to stop and still runs. See ${logFile({ data })}, or end it with 'kill -9 ${server.pid}': nothing is lost.`,
    );
  }
  out.line(`Stopped the server on ${data.root}. Jobs that run go on, and the next start finds them.`);
  out.result({ stopped: true, pid: server.pid });
  return 0;
}
