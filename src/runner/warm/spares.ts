/**
 * Processes of the node image that wait for their job. Node.js cannot be forked, so each has its sandbox, its supervisor and
 * its interpreter before it is known whose they will be: it is a cold start of a folder of its own. To launch a job, what was
 * staged moves into that folder, and the folder is renamed to the job's: what is bound in the sandbox follows, since a bind
 * names a folder and not a path.
 *
 * P1. The rename is the claim: it succeeds once, and with it the supervisor that is there already is the job's. A folder that
 *     another server has claimed is put back.
 * P2. What to run goes over a socket that only the server has. If the server ends between the rename and that, the job fails
 *     as a sandbox that could not be made does: as Telar's fault, to be tried again.
 * P3. A spare ends with its server. Folders that a server left behind are cleared away by the next.
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { extname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cancel, Clock } from '../../base/clock.ts';
import type { Confinement } from '../confinement.ts';
import { FILES, type JobFolder } from '../folder.ts';
import type { ReadyImage } from '../images/image.ts';
import { JOB_UID, SYSTEM_PATH } from '../isolation.ts';
import { descendants, parseIdentity } from '../processes.ts';
import { INSIDE, type SandboxPlan } from '../sandbox.ts';
import { isClaimed, SUPERVISOR } from '../supervision.ts';
import type { WaitingGroup, WaitingGroups } from '../waitingGroups.ts';
import type { ColdParts, Launched, WarmJob } from './job.ts';

export type Spares = {
  /** Jobs of this image are to be expected. */
  expect(image: ReadyImage, as: 'root' | 'user'): void;
  launch(job: WarmJob): Launched;
  close(): void;
};

export type SparesOptions = {
  clock: Clock;
  jobsFolder: string;
  hide: readonly string[];
  /** Names this server among the folders of all. */
  owner: string;
  cold: ColdParts;
  /** The limits that the first job will probably have. @default none */
  usual?: Confinement['rlimits'];
  groups?: WaitingGroups | undefined;
  /** One could not be made. */
  failed(error: Error): void;
};

type Spare = {
  folder: JobFolder;
  control: Socket;
  ready: boolean;
  environment: Readonly<Record<string, string>>;
  /** Where it waits. */
  waiting: WaitingGroup | undefined;
  /** Its processes, all of them, once it is ready: they only wait. */
  pids: readonly number[];
};
type Kind = { as: 'root' | 'user'; networkIsolation: boolean; rlimits: Confinement['rlimits'] };

export const SPARE_PREFIX = '.spare-';
/** From source in development, from compiled JavaScript when published. */
const ENDING = extname(import.meta.url);
const PROGRAM = {
  from: fileURLToPath(new URL(`./nodeWorker${extname(import.meta.url)}`, import.meta.url)),
  name: `warm/spare.m${ENDING.slice(1)}`,
};
const CONTROL = 3;
/** How many wait, for jobs with and without a network; the second kind from the first such job on. */
const WAITING = { network: 2, isolated: 1 };
/** Nobody used one for so long: they end. In milliseconds. */
const IDLE = 15 * 60_000;
/**
 * Between the taking of one and the making of another, in milliseconds: starting a Node.js takes a processor for as long as a short
 * job lasts, and the loop for some milliseconds. While others wait that is left until the job is well under way, or over.
 */
const BREATHER = { othersWait: 250, noneWaits: 25 };
/** In a spare's folder: what it sees as /var/task. */
const TASK = 'task';
/** Staged files that are handed to the job's user one by one, here; and files of a function's code that are linked. */
const MOST_FILES = 200;
const SCRIPT = /\.[cm]?[jt]s$/;
/** Read by Node.js, or by a library of it, when it starts. */
const READ_AT_START = /^(NODE_|UV_|LD_|OPENSSL_|SSL_|MALLOC_|GLIBC_|LC_|LANG|ICU_|TZ)/;

/**
 * The script that a command runs in the image's Node.js, and its arguments.
 *
 * @returns a reason where there is none; undefined where the command is another program
 */
export function nodeScript(
  command: readonly string[],
): { script: string; args: readonly string[] } | string | undefined {
  const [program, script, ...args] = command;
  if (program !== 'node' && program !== `${INSIDE.telar}/bin/node`) return undefined;
  if (script === undefined) return 'node is given no script';
  if (script.startsWith('-')) return `node is given the option '${script}'`;
  return { script, args };
}

/** Whether a script lies among what was staged, or may once a command before it has run. */
function liesThere(ml: string, script: string, afterwards: boolean): boolean {
  const path = posix.resolve(INSIDE.ml, script);
  if (!path.startsWith(`${INSIDE.ml}/`) || !SCRIPT.test(path)) return false;
  const staged = join(ml, path.slice(INSIDE.ml.length));
  return afterwards || lstatSync(staged, { throwIfNoEntry: false })?.isFile() === true;
}

/** Everything below a folder, itself included; undefined when it is more than `most`. Links are not followed. */
function everything(folder: string, most: number): string[] | undefined {
  const found = [folder];
  for (let next = 0; next < found.length && found.length <= most; next += 1) {
    if (!lstatSync(found[next]!, { throwIfNoEntry: false })?.isDirectory()) continue;
    for (const name of readdirSync(found[next]!)) found.push(join(found[next]!, name));
  }
  return found.length > most ? undefined : found;
}

/** As `sandboxScript` gives: a hard link keeps its owner. */
function give(paths: readonly string[]): void {
  for (const path of paths) {
    const entry = lstatSync(path);
    if (entry.isDirectory() || entry.nlink === 1) lchownSync(path, JOB_UID, JOB_UID);
  }
}

/** The code of a function appears in the folder that the spare sees as /var/task: linked, since what is bound there is bound. */
function linkCode(root: string, code: readonly string[]): boolean {
  const [from, ...below] = code;
  try {
    for (const path of below) {
      const to = join(root, TASK, relative(from!, path));
      if (lstatSync(path).isDirectory()) mkdirSync(to, { mode: 0o755 });
      else linkSync(path, to);
    }
    return true;
  } catch {
    return false; // another file system: a cold start binds the code itself
  }
}

function changedAtStart(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].find((name) => READ_AT_START.test(name) && one[name] !== other[name]);
}

/** What was staged for the job becomes the spare's, and the spare's folder the job's. @returns whether it is */
function moveIn(spare: Spare, { root }: JobFolder, owned: readonly string[]): boolean {
  const staged = join(spare.folder.root, '.incoming');
  try {
    give(owned);
    renameSync(root, staged);
    if (isClaimed(staged)) {
      renameSync(staged, root);
      return false;
    }
    for (const name of readdirSync(staged)) {
      const from = join(staged, name);
      if (name === FILES.ml)
        for (const part of readdirSync(from)) renameSync(join(from, part), join(spare.folder.ml, part));
      else if (name === FILES.log) appendFileSync(spare.folder.log, readFileSync(from));
      else if (name !== FILES.tmp && name !== FILES.stage) renameSync(from, join(spare.folder.root, name));
    }
    rmSync(staged, { recursive: true });
    renameSync(spare.folder.root, root);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    return false; // another server was faster: the job is its own
  }
}

/** The first process of a spare's namespaces and all below it, as the machine numbers them. */
function processesOf(root: string): number[] {
  try {
    const target = parseIdentity(readFileSync(join(root, FILES.target), 'utf8'));
    return target ? [target.pid, ...descendants(target.pid)] : [];
  } catch {
    return [];
  }
}

/** What they start later is in the groups with them. */
function enterGroups({ pids }: Spare, groups: readonly string[]): boolean {
  try {
    for (const group of groups) for (const pid of pids) writeFileSync(group, String(pid));
    return true;
  } catch {
    return false;
  }
}

export function createSpares(options: SparesOptions): Spares {
  const { clock, jobsFolder, cold } = options;
  const waiting = new Map<string, Spare[]>();
  let made = 0;
  let closed = false;
  let cancelIdle: Cancel = () => {};
  /** Of the last job: those of the next. */
  let last = options.usual ?? {};

  const keyOf = (kind: Kind) => JSON.stringify([kind.as, kind.networkIsolation, kind.rlimits]);
  const poolOf = (kind: Kind) => waiting.get(keyOf(kind)) ?? waiting.set(keyOf(kind), []).get(keyOf(kind))!;

  function begin(image: ReadyImage, kind: Kind): void {
    const pool = poolOf(kind);
    const root = join(jobsFolder, `${SPARE_PREFIX}${options.owner}-${++made}`);
    const folder: JobFolder = { root, ml: join(root, FILES.ml), log: join(root, FILES.log) };
    const { as, networkIsolation, rlimits } = kind;
    const environment = cold.environmentOf(folder, image, networkIsolation);
    const mounts = { ...image.mounts, [PROGRAM.name]: PROGRAM.from };
    const task = join(root, TASK);
    const plan: SandboxPlan = { as, networkIsolation, folder, mounts, needs: image.needs, hide: options.hide, task };
    cold.prepareFolder(folder);
    mkdirSync(task, { mode: 0o755 });
    const command = ['node', `${INSIDE.telar}/${PROGRAM.name}`];
    const waitingIn = options.groups?.open();
    cold.writeScripts(folder, { join: waitingIn?.join ?? [], rlimits }, { command, environment, notices: [] }, plan);
    const child = spawn('/bin/sh', [SUPERVISOR, root], {
      ...{ detached: true, cwd: '/', stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
      env: { PATH: SYSTEM_PATH, LC_ALL: 'C' },
    });
    const control = child.stdio[CONTROL] as Socket;
    const spare: Spare = { folder, control, ready: false, environment, waiting: waitingIn, pids: [] };
    child.unref();
    control.unref();
    control.on('error', () => {}); // its end is heard of
    control.once('data', () => {
      spare.pids = processesOf(root);
      spare.ready = spare.pids.length > 0;
    });
    pool.push(spare);
    const gone = () => {
      const at = pool.indexOf(spare);
      if (at < 0) return; // it has become a job
      pool.splice(at, 1);
      if (waitingIn) options.groups?.discard(waitingIn);
      rm(root, { recursive: true, force: true }).catch(() => {}); // else the next server clears it away
    };
    child.on('error', gone);
    child.on('exit', gone);
  }

  function fill(image: ReadyImage, kind: Kind): void {
    if (closed) return;
    const wanted = kind.networkIsolation ? WAITING.isolated : WAITING.network;
    try {
      for (let count = poolOf(kind).length; count < wanted; count += 1) begin(image, kind);
    } catch (error) {
      options.failed(error as Error); // no job is the worse for it: it starts cold
    }
    cancelIdle();
    cancelIdle = clock.at(clock.now() + IDLE, end);
  }

  function end(): void {
    for (const pool of waiting.values()) for (const { control } of pool) control.destroy();
  }

  function launch({ spec, image, plan, before, command, environment }: WarmJob): Launched {
    const found = nodeScript(command);
    if (typeof found !== 'object') return { warm: false, cold: found };
    const { folder, as } = plan;
    if (isClaimed(folder.root)) return { warm: false, cold: undefined };
    if (!liesThere(folder.ml, found.script, before !== undefined)) return { warm: false, cold: undefined };
    const owned = as === 'root' ? everything(folder.ml, MOST_FILES) : [];
    if (!owned) return { warm: false, cold: `more than ${MOST_FILES} files were staged` };
    const kind = {
      as,
      networkIsolation: spec.networkIsolation,
      rlimits: (spec.bounding ?? spec.confinement)?.rlimits ?? {},
    };
    last = kind.rlimits;
    const pool = poolOf(kind);
    const at = pool.findIndex(({ ready }) => ready);
    if (at < 0) {
      endOthers(kind);
      fill(image, kind);
      return { warm: false, cold: undefined }; // none yet, or not again: nothing that anybody could change
    }
    const changed = changedAtStart(environment, pool[at]!.environment);
    if (changed) return { warm: false, cold: `the variable ${changed} is read when Node.js starts` };
    const code = spec.task === undefined ? [] : everything(spec.task, MOST_FILES);
    if (!code) return { warm: false, cold: `the function has more than ${MOST_FILES} files` };
    const [spare] = pool.splice(at, 1) as [Spare];
    const { waiting: group } = spare;
    const { join: groups = [] } = (group ? spec.bounding?.take(group) : spec.bounding?.own()) ?? spec.confinement ?? {};
    if (!linkCode(spare.folder.root, code)) {
      spare.control.destroy();
      return { warm: false, cold: undefined };
    }
    if (!enterGroups(spare, groups)) {
      spare.control.destroy();
      return { warm: false, cold: 'the process that waited could not enter its control groups' };
    }
    const done = moveIn(spare, folder, owned);
    if (done) spare.control.end(`${JSON.stringify({ ...found, before, environment })}\n`);
    else spare.control.destroy();
    const breather = pool.some(({ ready }) => ready) ? BREATHER.othersWait : BREATHER.noneWaits;
    clock.at(clock.now() + breather, () => fill(image, kind));
    return done ? { warm: true } : { warm: false, cold: undefined };
  }

  /** Spares with limits that nobody asks for any more make room. */
  function endOthers(kind: Kind): void {
    for (const [key, pool] of waiting) {
      const [as, networkIsolation] = JSON.parse(key) as [string, boolean];
      if (as !== kind.as || networkIsolation !== kind.networkIsolation || key === keyOf(kind)) continue;
      for (const { control } of pool) control.destroy();
    }
  }

  return {
    expect: (image, as) => fill(image, { as, networkIsolation: false, rlimits: last }),
    launch,
    close() {
      closed = true;
      cancelIdle();
      end();
    },
  };
}
