/** A server in a process of its own: to be killed, watched from outside, and started again on the same folder and port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { groupNames, groupPlaces, removeGroup } from '../../src/runner/cgroup.ts';
import { jobPlaces } from '../../src/runner/limited.ts';
import { DEFAULT_REGION, type ServerOptions } from '../../src/server/server.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { SHARED_IMAGES } from './server.ts';
import { pause } from './workbench.ts';

const PROGRAM = fileURLToPath(new URL('./serve.ts', import.meta.url));
const POLL = 10;

export type ServerProcess = {
  url: string;
  pid: number;
  /** Resolves once the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
};

/** What the server said instead of starting, or how it ended. */
type Refusal = { error: string };

type Options = Omit<ServerOptions, 'world'>;

/** @param prefix a command that the server is started with, such as `unshare --mount …` */
export async function startServerProcess(options: Options, prefix: readonly string[] = []): Promise<ServerProcess> {
  const started = await tryServerProcess(options, prefix);
  if ('error' in started) throw new Error(started.error);
  return started;
}

async function tryServerProcess(options: Options, prefix: readonly string[] = []): Promise<ServerProcess | Refusal> {
  const command = [...prefix, process.execPath, PROGRAM, JSON.stringify({ imagesFolder: SHARED_IMAGES, ...options })];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  const said = await firstLine(child, exited);
  if (said && 'url' in said) {
    return {
      url: said.url,
      pid: child.pid!,
      async kill(signal = 'SIGKILL') {
        child.kill(signal);
        await exited;
      },
    };
  }
  child.kill('SIGKILL');
  await exited;
  return (
    said ?? { error: `The server ended (${child.exitCode ?? child.signalCode}) before it answered: ${complaints}` }
  );
}

async function firstLine(child: ChildProcess, exited: Promise<void>): Promise<{ url: string } | Refusal | undefined> {
  const lines = createInterface({ input: child.stdout! });
  const line = new Promise<string>((resolve) => lines.once('line', resolve));
  const first = await Promise.race([line, exited.then(() => undefined)]);
  return first === undefined ? undefined : (JSON.parse(first) as { url: string } | Refusal);
}

/** What every SDK client takes. */
export function clientOf(url: string, folder: string) {
  const { accessKeyId, secretAccessKey } = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8')) as {
    accessKeyId: string;
    secretAccessKey: string;
  };
  const credentials = { accessKeyId, secretAccessKey };
  const region = DEFAULT_REGION;
  return { url, region, credentials, client: { endpoint: url, region, credentials, maxAttempts: 1 as const } };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'telar-test-'));
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * Processes that have to do with a folder: their command names it, they work in it, or it is mounted where they see it.
 * Empty where the machine has no /proc.
 */
export function processesOf(folder: string): { pid: number; command: string }[] {
  if (!existsSync('/proc/self')) return [];
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const command = text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const seen = [command, link(`/proc/${pid}/cwd`), text(`/proc/${pid}/mountinfo`)];
    return command !== '' && seen.some((each) => each.includes(folder)) ? [{ pid, command }] : [];
  });
}

/** Waits until no process has to do with a folder any more. @returns those that stayed */
export async function strays(folder: string, patience = 10_000): Promise<{ pid: number; command: string }[]> {
  for (let waited = 0; ; waited += POLL) {
    const found = processesOf(folder);
    if (found.length === 0 || waited >= patience) return found;
    await pause(POLL);
  }
}

/** Ends whatever still runs in a folder, then removes it. */
export async function removeFolder(folder: string): Promise<void> {
  for (const { pid } of processesOf(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has gone meanwhile.
    }
  }
  await strays(folder);
  removeGroups(folder);
  await rm(folder, { recursive: true, force: true });
}

/** A killed server leaves its control groups to the next one on its folder: here there is none. */
function removeGroups(folder: string): void {
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const root of [folder, ...below.map(({ name }) => join(folder, name))]) {
    const { database, jobs } = dataFolder(root);
    if (!existsSync(database) || !existsSync(jobs)) continue;
    const places = jobPlaces(jobs);
    for (const name of groupNames(places)) removeGroup(groupPlaces(places, name));
    removeGroup(places);
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
