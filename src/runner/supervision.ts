/**
 * The server's side of a supervised job: starting its supervisor, and learning how it ended — also when an earlier
 * server started it.
 *
 * V1. `exit` on disk is the only truth about an ended job. A job whose supervisor died without writing it is lost: its
 *     processes are killed first, and only then is that recorded.
 * V2. Noticing an end costs no polling: the folder is watched. A slow look at the supervisor's pid is the backstop, for
 *     supervisors that were killed and for file systems that cannot be watched.
 */
import { spawn } from 'node:child_process';
import { existsSync, type FSWatcher, linkSync, readFileSync, rmSync, watch } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { runnerError } from './errors.ts';
import { FILES, writeWhole } from './folder.ts';
import { SYSTEM_PATH } from './isolation.ts';
import { descendants, isAlive, type ProcessIdentity, parseIdentity, signal, signalGroup } from './processes.ts';

export type JobExit =
  | { kind: 'exited'; code: number }
  | { kind: 'signalled'; signal: string }
  /** The supervisor vanished (killed, or the machine restarted): what the job had done is unknown. */
  | { kind: 'lost'; reason: string };

const BACKSTOP_MILLISECONDS = 250;
export const SUPERVISOR = join(import.meta.dirname, 'supervisor.sh');

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number as number, name]));

function read(root: string, file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

/** A shell reports death by signal n as 128 + n; a program that exits with such a status by itself cannot be told apart. */
export function parseExit(text: string): JobExit {
  if (text.startsWith('lost ')) return { kind: 'lost', reason: text.slice(5).trim() };
  const code = Number(text);
  const name = code > 128 ? SIGNALS.get(code - 128) : undefined;
  return name ? { kind: 'signalled', signal: name } : { kind: 'exited', code };
}

const recordedExit = (root: string): JobExit | undefined => {
  const text = read(root, FILES.exit);
  return text === undefined ? undefined : parseExit(text);
};

const identityIn = (root: string, file: string): ProcessIdentity | undefined => parseIdentity(read(root, file) ?? '');

/** Whether any supervisor has claimed this job. */
export const isClaimed = (root: string): boolean => existsSync(join(root, FILES.identity));

/** Calls `look` whenever the folder changes, and now and then, until it answers something. */
function until<T>(clock: Clock, root: string, look: () => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let watcher: FSWatcher | undefined;
    let cancel = () => {};
    let done = false;
    const attempt = () => {
      if (done) return;
      try {
        const found = look();
        if (found === undefined) return;
        finish();
        resolve(found);
      } catch (error) {
        finish();
        reject(error);
      }
    };
    const finish = () => {
      done = true;
      watcher?.close();
      cancel();
    };
    const backstop = () => {
      attempt();
      if (!done) cancel = clock.at(clock.now() + BACKSTOP_MILLISECONDS, backstop);
    };
    try {
      watcher = watch(root, { persistent: false }, attempt);
      watcher.on('error', () => watcher?.close());
    } catch {
      // The machine's watches are used up: the backstop looks often enough.
    }
    backstop();
  });
}

/**
 * Waits until some supervisor has claimed a job.
 *
 * @param failed whether it is certain that none will
 * @returns whether one has
 */
export function untilClaimed(root: string, clock: Clock, failed: () => boolean): Promise<boolean> {
  return until(clock, root, () => (isClaimed(root) ? true : failed() ? false : undefined));
}

/** Starts the supervisor of a job whose scripts are written, and waits until it, or an earlier one, has claimed the job. */
export async function startSupervisor(root: string, clock: Clock): Promise<void> {
  const child = spawn('/bin/sh', [SUPERVISOR, root], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C' },
  });
  let failure: string | undefined;
  child.on('error', (error) => {
    failure = error.message;
  });
  child.on('exit', (code) => {
    failure ??= `it ended with status ${code}`;
  });
  await until(clock, root, () => {
    if (isClaimed(root)) return true;
    if (failure === undefined) return undefined;
    throw runnerError(
      'LaunchFailed',
      `The supervisor of the job in ${root} could not start: ${failure}. Is the disk full, or the folder not writable?`,
    );
  });
  child.unref(); // from here on the job is no reason for this process to stay
}

/** Kills what a supervisor left behind, and waits until it has gone. */
async function killRemains(root: string, clock: Clock): Promise<void> {
  const target = identityIn(root, FILES.target);
  if (!target || !isAlive(target)) return;
  killTarget(root, target);
  await until(clock, root, () => (isAlive(target) ? undefined : true));
}

/**
 * How a job's processes are found. `namespace`: all below `target`, which is the first of their namespace. `warm`: all below the
 * supervisor, which is that first process itself and writes a fourth line into its claim. `group`: by their process group.
 */
function kindOf(root: string): 'namespace' | 'warm' | 'group' {
  if (read(root, FILES.identity)?.split('\n')[3] === 'warm') return 'warm';
  return existsSync(join(root, FILES.sandbox)) ? 'namespace' : 'group';
}

/** A job that has filled the disk is stopped all the same. */
function mark(root: string, file: string): void {
  try {
    writeWhole(join(root, file), '');
  } catch {
    // What the mark would have told is a nicety: the signal is what counts.
  }
}

function killTarget(root: string, target: ProcessIdentity): void {
  mark(root, FILES.killed);
  if (kindOf(root) === 'group') signal(-target.pid, 'SIGKILL');
  signal(target.pid, 'SIGKILL');
}

async function recordLost(root: string, clock: Clock): Promise<JobExit> {
  await killRemains(root, clock);
  const reason = 'its supervisor ended without recording how the job ended: it was killed, or the machine restarted.';
  const mine = join(root, `${FILES.exit}.lost`);
  writeWhole(mine, `lost ${reason}\n`);
  try {
    linkSync(mine, join(root, FILES.exit)); // the first record wins
  } catch {
    // The supervisor recorded an end after all.
  }
  rmSync(mine, { force: true });
  return recordedExit(root) ?? { kind: 'lost', reason };
}

/** Resolves with the end of a claimed job, within milliseconds of it; at once when it ended earlier. */
export async function waitForExit(root: string, clock: Clock): Promise<JobExit> {
  const found = await until(clock, root, () => {
    const ended = recordedExit(root);
    if (ended) return ended;
    const supervisor = identityIn(root, FILES.identity);
    if (supervisor && isAlive(supervisor)) return undefined;
    // It may have written its last word between the two looks.
    return recordedExit(root) ?? 'vanished';
  });
  return found === 'vanished' ? recordLost(root, clock) : found;
}

/**
 * Asks every process of a job to end, kills what still runs after the grace, and resolves when all are gone.
 *
 * @param grace milliseconds between SIGTERM and SIGKILL
 */
export async function stopJob(root: string, grace: number, clock: Clock): Promise<JobExit> {
  const ended = waitForExit(root, clock);
  const target = await until(clock, root, () => identityIn(root, FILES.target) ?? recordedExit(root));
  if ('kind' in target) return target;
  if (isAlive(target) && grace > 0) terminate(root, target);
  const cancel = clock.at(clock.now() + grace, () => {
    if (isAlive(target)) killTarget(root, target);
  });
  try {
    return await ended;
  } finally {
    cancel();
  }
}

function terminate(root: string, target: ProcessIdentity): void {
  // Before the look for processes: what has not begun by then does not begin (sandbox.ts).
  mark(root, FILES.stopping);
  const kind = kindOf(root);
  if (kind === 'group') return signalGroup(target.pid, 'SIGTERM');
  const first = kind === 'warm' ? identityIn(root, FILES.identity) : target;
  for (const pid of first ? descendants(first.pid) : []) signal(pid, 'SIGTERM');
}
