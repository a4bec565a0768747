/** What `telar doctor` finds out about this machine. Each check answers what it found, and what to do where that is not enough. */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { tryBounds } from '../runner/cgroup.ts';
import { findInterpreters, type Interpreter, supports, versionText } from '../runner/images/python.ts';
import { RECIPES } from '../runner/images/recipes.ts';
import { isolation } from '../runner/isolation.ts';
import { runningServer } from './connection.ts';
import type { Context } from './context.ts';

export type Check = {
  name: string;
  verdict: 'ok' | 'warning' | 'failed';
  found: string;
  action?: string;
};

const run = promisify(execFile);
const NEEDED_NODE = 24;
const DEFAULT_PORT = 4566;
const PATIENCE_MS = 20_000;
const GIGABYTE = 1e9;
/** Two environments, and room for a run. */
const ENOUGH_DISK = 3 * GIGABYTE;

export async function machineChecks(context: Context): Promise<Check[]> {
  const interpreters = await findInterpreters(process.env);
  const [best, rest] = await Promise.all([
    pythonChecks(interpreters),
    Promise.all([gitCheck(), isolationCheck(), limitsCheck(), portCheck(context)]),
  ]);
  return [nodeCheck(), ...best, ...rest, diskCheck(context), dataCheck(context)];
}

function nodeCheck(): Check {
  const major = Number.parseInt(process.versions.node, 10);
  const found = `${process.version} (${process.execPath})`;
  if (major >= NEEDED_NODE) return { name: 'Node', verdict: 'ok', found };
  return { name: 'Node', verdict: 'failed', found, action: `Install Node ${NEEDED_NODE} or later.` };
}

async function pythonChecks(interpreters: readonly Interpreter[]): Promise<Check[]> {
  const usable = RECIPES.map(({ name, variants }) => ({
    name,
    best: interpreters.find(({ version }) => variants.some((variant) => supports(variant, version))),
    exact: interpreters.find(({ version }) => supports(variants[0]!, version)),
  }));
  const lacking = usable.filter(({ best }) => !best).map(({ name }) => name);
  const list = interpreters.map(({ version }) => versionText(version)).join(', ');
  if (interpreters.length === 0 || lacking.length > 0) {
    return [
      {
        name: 'Python',
        verdict: 'failed',
        found: interpreters.length === 0 ? 'none on the PATH' : `${list}: none fits ${lacking.join(', ')}`,
        action: 'Install Python 3.11 (Debian, Ubuntu: apt install python3 python3-venv), or name one in TELAR_PYTHON.',
      },
    ];
  }
  const near = usable.filter(({ exact }) => !exact).map(({ name }) => name);
  const python: Check =
    near.length === 0
      ? { name: 'Python', verdict: 'ok', found: list }
      : {
          name: 'Python',
          verdict: 'warning',
          found: `${list}: ${near.join(', ')} will have newer packages than promised`,
          action: 'Install Python 3.11 for the exact versions.',
        };
  const interpreter = usable[0]!.exact ?? usable[0]!.best!;
  return [python, ...(await Promise.all([venvCheck(interpreter), registryCheck(interpreter)]))];
}

async function venvCheck({ executable, version }: Interpreter): Promise<Check> {
  const name = 'venv';
  try {
    await run(executable, ['-I', '-c', 'import venv, ensurepip'], { timeout: PATIENCE_MS });
    return { name, verdict: 'ok', found: `Python ${versionText(version)} makes virtual environments` };
  } catch {
    const short = version.slice(0, 2).join('.');
    return {
      name,
      verdict: 'failed',
      found: `Python ${versionText(version)} (${executable}) has no venv or no ensurepip module`,
      action: `Install it (Debian, Ubuntu: apt install python${short}-venv), or name another Python in TELAR_PYTHON.`,
    };
  }
}

/** Asks pip itself, since its configuration (mirror, proxy, certificates) is what will be used. */
async function registryCheck({ executable }: Interpreter): Promise<Check> {
  const name = 'package index';
  const options = ['--disable-pip-version-check', '--retries', '0', '--timeout', '10'];
  try {
    await run(executable, ['-m', 'pip', 'index', 'versions', 'pip', ...options], { timeout: PATIENCE_MS });
    return { name, verdict: 'ok', found: 'pip reaches it' };
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? '');
    if (/No module named pip|unknown command/.test(said)) {
      return { name, verdict: 'warning', found: 'not checked: this Python has no pip of its own, or an old one' };
    }
    return {
      name,
      verdict: 'warning',
      found: 'pip does not reach it: images that are not built yet cannot be',
      action: 'Check the network; behind a proxy set HTTPS_PROXY, with a mirror set PIP_INDEX_URL (or pip.conf).',
    };
  }
}

async function gitCheck(): Promise<Check> {
  try {
    const { stdout } = await run('git', ['--version'], { timeout: PATIENCE_MS });
    return { name: 'git', verdict: 'ok', found: stdout.trim() };
  } catch {
    return {
      name: 'git',
      verdict: 'warning',
      found: 'not found: code bundles are named manual-<hash>',
      action: 'Install git to have them named by their commit.',
    };
  }
}

async function isolationCheck(): Promise<Check> {
  const found = await isolation();
  if (found.kind === 'namespaces') return { name: 'isolation', verdict: 'ok', found: `namespaces, as ${found.as}` };
  return {
    name: 'isolation',
    verdict: 'warning',
    found: found.reason,
    action: 'Jobs that need /opt/ml are refused here; scripts that use the SM_* paths run, without isolation.',
  };
}

function limitsCheck(): Check {
  const name = 'limits';
  const missing = tryBounds();
  if (missing === undefined) {
    return { name, verdict: 'ok', found: 'control groups: the memory, processors and processes of jobs are bounded' };
  }
  const action = 'Files, their size and the volume of jobs are bounded in any case; see docs/guides/limits.md.';
  return { name, verdict: 'warning', found: missing, action };
}

async function portCheck({ data }: Context): Promise<Check> {
  const name = 'port';
  const server = runningServer(data);
  if (server) return { name, verdict: 'ok', found: `the server of this data folder answers at ${server.url}` };
  if (await isFree(DEFAULT_PORT)) return { name, verdict: 'ok', found: `${DEFAULT_PORT} is free` };
  return {
    name,
    verdict: 'warning',
    found: `${DEFAULT_PORT} is taken by another program`,
    action: "Stop it, or start with 'telar up --port 0'.",
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function diskCheck({ data }: Context): Check {
  const { bavail, bsize } = statfsSync(nearest(data.root));
  const free = bavail * bsize;
  const found = `${(free / GIGABYTE).toFixed(1)} GB free for ${data.root}`;
  if (free >= ENOUGH_DISK) return { name: 'disk', verdict: 'ok', found };
  const action = 'An environment needs up to 1 GB: free some space, or choose another data folder with --data.';
  return { name: 'disk', verdict: free < GIGABYTE ? 'failed' : 'warning', found, action };
}

function dataCheck({ data }: Context): Check {
  const name = 'data folder';
  const at = nearest(data.root);
  try {
    accessSync(at, constants.W_OK);
  } catch {
    return { name, verdict: 'failed', found: `${at} cannot be written`, action: 'Choose another with --data.' };
  }
  if (!existsSync(data.database)) return { name, verdict: 'ok', found: `${data.root} will be made by the first start` };
  return { name, verdict: 'ok', found: `${data.root}${runningServer(data) ? '' : ', no server runs on it'}` };
}

/** The folder itself, or the first above it that exists. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
