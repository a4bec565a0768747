/**
 * Where on this machine control groups can be made: found by trying, as isolation.ts finds namespaces.
 *
 * Version 1 has a tree for each controller, version 2 one for all; a hybrid machine has both, and each controller lies in one of
 * them. Groups are made below the server's own one, so that what bounds the server (a container, a systemd unit) bounds its jobs
 * with it. Version 2 lets only groups without processes share out controllers: the nearest group above that can is taken, which is
 * what a user's delegated slice is for.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SYSTEM_PATH } from './isolation.ts';
import { quote } from './shell.ts';

export type Controller = 'memory' | 'cpu' | 'cpuacct' | 'pids';
/** A folder in a tree of control groups. */
export type Place = { version: 1 | 2; folder: string };
export type Places = Readonly<Partial<Record<Controller, Place>>>;

const CONTROLLERS: readonly Controller[] = ['memory', 'cpu', 'cpuacct', 'pids'];

type Mount = { type: string; at: string; root: string; options: readonly string[] };

/** The mounts of control groups, out of /proc/self/mountinfo. */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , , root = '', at = ''] = mount.split(' ');
    const [type = '', , options = ''] = source.split(' ');
    return type === 'cgroup' || type === 'cgroup2' ? [{ type, at, root, options: options.split(',') }] : [];
  });
}

/** The process's own group in each tree, out of /proc/self/cgroup: controller → path; '' is version 2. */
export function parseMembership(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, ...path] = line.split(':');
    if (controllers === undefined) continue;
    for (const controller of controllers.split(',')) found.set(controller, path.join(':'));
  }
  return found;
}

/** The folder of a group, as this process sees it; a mount may show only a part of the tree (in a container). */
function folderOf({ at, root }: Mount, path: string): string {
  const below = root === '/' ? path : path.startsWith(`${root}/`) ? path.slice(root.length) : '';
  return below.includes('/..') ? at : join(at, below);
}

/** Makes a folder for groups in version 1. */
function makeV1(mounts: readonly Mount[], membership: ReadonlyMap<string, string>, name: string): Places {
  const places: Partial<Record<Controller, Place>> = {};
  for (const controller of CONTROLLERS) {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    const path = membership.get(controller);
    if (!mount || path === undefined) continue;
    const folder = join(folderOf(mount, path), name);
    if (succeeds(() => mkdirSync(folder, { recursive: true }))) places[controller] = { version: 1, folder };
  }
  return places;
}

/** Makes a folder for groups in version 2, in the nearest group that can give controllers to it. */
function makeV2(mounts: readonly Mount[], membership: ReadonlyMap<string, string>, name: string): Places {
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  const path = membership.get('');
  if (!mount || path === undefined) return {};
  for (let group = folderOf(mount, path); group.startsWith(mount.at); group = dirname(group)) {
    const available = read(join(group, 'cgroup.controllers'))?.trim().split(' ') ?? [];
    const wanted = (['memory', 'cpu', 'pids'] as const).filter((controller) => available.includes(controller));
    if (wanted.length === 0) continue;
    const folder = join(group, name);
    const made = succeeds(() => {
      mkdirSync(folder, { recursive: true });
      for (const each of [group, folder]) share(each, wanted);
    });
    if (made && canJoin(folder)) {
      const place: Place = { version: 2, folder };
      return Object.fromEntries(wanted.map((controller) => [controller, place]));
    }
    succeeds(() => rmdirSync(folder));
  }
  return {};
}

function share(group: string, controllers: readonly string[]): void {
  const file = join(group, 'cgroup.subtree_control');
  const shared = (read(file) ?? '').trim().split(' ');
  const missing = controllers.filter((controller) => !shared.includes(controller));
  if (missing.length > 0) writeFileSync(file, missing.map((controller) => `+${controller}`).join(' '));
}

/** Whether a process of this one's may move into a group there: the kernel asks for rights in the groups above, too. */
function canJoin(folder: string): boolean {
  const probe = join(folder, `probe-${process.pid}`);
  const joined = succeeds(() => {
    mkdirSync(probe);
    const options = { timeout: 5000, stdio: 'ignore' as const, env: { PATH: SYSTEM_PATH } };
    execFileSync('sh', ['-c', `echo 0 >${quote(join(probe, 'cgroup.procs'))}`], options);
  });
  succeeds(() => rmdirSync(probe));
  return joined;
}

/**
 * Makes, in each tree that this process may write to, the folder under which the groups of one data folder's jobs lie.
 *
 * @param name tells the data folders of a machine apart
 * @param proc another `/proc/self`, in tests
 */
export function findPlaces(name: string, proc = '/proc/self'): Places {
  if (!existsSync(join(proc, 'cgroup'))) return {};
  const mounts = parseMounts(read(join(proc, 'mountinfo')) ?? '');
  const membership = parseMembership(read(join(proc, 'cgroup')) ?? '');
  return { ...makeV2(mounts, membership, name), ...makeV1(mounts, membership, name) };
}

/** Where trees of control groups are mounted. */
export function groupMounts(): string[] {
  return parseMounts(read('/proc/self/mountinfo') ?? '').map(({ at }) => at);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
