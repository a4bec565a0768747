/**
 * Who listens at a port of this machine's network (Linux).
 *
 * L1. A port is a job's only while a process of that job holds the very socket that listens: what another job, or anybody else,
 *     has opened under the same number is not spoken to.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FILES } from './folder.ts';
import { descendants, isAlive, parseIdentity } from './processes.ts';
import type { JobFolder } from './runner.ts';

/** Its number in /proc/net/tcp. */
const LISTEN = '0A';

/** The inodes of the sockets that listen at a port. @param table /proc/net/tcp, or tcp6 */
export function listeningInodes(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === LISTEN && local?.endsWith(`:${hex}`) && inode ? [inode] : [];
  });
}

/** Whether a process of a running job listens at a port of the network that this process is in, too. */
export function jobListensAt({ root }: Pick<JobFolder, 'root'>, port: number): boolean {
  const inodes = ['tcp', 'tcp6'].flatMap((name) => listeningInodes(textOf(`/proc/net/${name}`), port));
  if (inodes.length === 0) return false;
  const target = parseIdentity(textOf(join(root, FILES.target)));
  if (!target || !isAlive(target)) return false;
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  return [target.pid, ...descendants(target.pid)].some((pid) => holds(pid, sockets));
}

function holds(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((name) => sockets.has(linkOf(join(folder, name))));
  } catch {
    return false; // it has gone, or is not ours to look into
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
