/**
 * Processes across restarts of the server: who is alive, who descends from whom.
 *
 * P1. A pid alone names nothing, since pids are used again: an identity is pid, start time and the boot it was taken in.
 * P2. A zombie is dead: it runs nothing any more, whoever has yet to collect it.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export type ProcessIdentity = { pid: number; start: string; boot: string };

const LINUX = process.platform === 'linux';

/** Reads what the supervisor and the sandbox write: pid, start time, boot id, a line each. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const [pid, start, boot] = text.split('\n');
  if (!pid || !/^\d+$/.test(pid) || !start || !boot) return undefined;
  return { pid: Number(pid), start: start.trim(), boot: boot.trim() };
}

let boot: string | undefined;

/** Changes with each start of the machine. The same text as supervisor.sh takes. */
function bootId(): string {
  boot ??= LINUX
    ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    : execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
  return boot;
}

type Stat = { state: string; parent: number; start: string };

/** /proc/<pid>/stat: the fields after the command's name, which may itself hold blanks and parentheses. */
export function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]), start: fields[19] ?? '' };
}

function stat(pid: number): Stat | undefined {
  try {
    if (LINUX) return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    const env = { ...process.env, LC_ALL: 'C' };
    const line = execFileSync('ps', ['-o', 'state=,ppid=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env,
    }).trim();
    const [state, parent, ...start] = line.split(/\s+/);
    return { state: state ?? '', parent: Number(parent), start: start.join(' ') };
  } catch {
    return undefined; // no such process
  }
}

/** Whether this very process, and not a later one with its pid, still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.boot !== bootId()) return false;
  const now = stat(identity.pid);
  return now !== undefined && !now.state.startsWith('Z') && now.state !== 'X' && now.start === identity.start;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, start: stat(process.pid)?.start ?? '', boot: bootId() };
}

/** The pids of all processes below `pid` (Linux). Orphans of a pid namespace are adopted by its first process: none escapes. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const found = stat(Number(name));
    if (!found || found.state === 'Z') continue;
    const siblings = children.get(found.parent);
    if (siblings) siblings.push(Number(name));
    else children.set(found.parent, [Number(name)]);
  }
  const below: number[] = [];
  const pending = [pid];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const direct = children.get(next) ?? [];
    below.push(...direct);
    pending.push(...direct);
  }
  return below;
}

/** Sends a signal; a process that has gone meanwhile is no error. */
export function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  sent(pid, name);
}

/** To a process group, or to the process that is about to lead it. */
export function signalGroup(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  if (!sent(-pid, name)) sent(pid, name);
}

/** @returns whether anybody was there to get it */
function sent(pid: number, name: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
