/** Both versions of control groups, on folders that look like them: which files are written, and how they are read. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupNames, groupPlaces, groupProcesses, groupUse, joinFiles, makeGroup, missingBounds } from './cgroup.ts';
import { findPlaces, type Places, parseMembership, parseMounts } from './cgroupPlaces.ts';
import { parseUsage, treeUse } from './processUse.ts';

const LIMITS = { memoryBytes: 1_000_000, cpus: 0.5, processes: 64 };
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};
const text = (folder: string | undefined, file: string) => readFileSync(join(folder!, file), 'utf8');

/** A /proc/self of a process in these groups of these mounts. */
function proc(membership: string, ...mounts: string[]): string {
  put('proc/cgroup', membership);
  put('proc/mountinfo', mounts.join('\n'));
  return join(root, 'proc');
}
const v1 = (controllers: string, at = controllers, below = '/') =>
  `31 23 0:28 ${below} ${root}/${at} rw,relatime - cgroup cgroup rw,${controllers}`;
const v2 = () => `31 23 0:28 / ${root}/unified rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate`;

describe('version 1', () => {
  const places = () => {
    for (const tree of ['memory', 'cpu,cpuacct', 'pids']) mkdirSync(join(root, tree, 'mine'), { recursive: true });
    const membership = '9:memory:/mine\n8:cpu,cpuacct:/mine\n7:pids:/mine\n1:name=systemd:/\n0::/';
    return findPlaces('telar-x', proc(membership, v1('memory'), v1('cpu,cpuacct'), v1('pids')));
  };

  it('has a tree for each controller, below the server’s own group in each', () => {
    const { memory, cpu, cpuacct, pids } = places();
    expect([memory, pids].map((place) => place!.folder)).toEqual([
      `${root}/memory/mine/telar-x`,
      `${root}/pids/mine/telar-x`,
    ]);
    expect(cpu).toEqual({ version: 1, folder: `${root}/cpu,cpuacct/mine/telar-x` });
    expect(cpuacct).toEqual(cpu);
    expect(missingBounds(places())).toBeUndefined();
  });

  it('is bounded and read by its own files', () => {
    const group = groupPlaces(places(), 'job-1');
    makeGroup(group, LIMITS);
    const { memory, cpu, pids } = group;
    expect(text(memory?.folder, 'memory.limit_in_bytes')).toBe('1000000');
    expect(text(memory?.folder, 'memory.memsw.limit_in_bytes')).toBe('1000000');
    expect(text(cpu?.folder, 'cpu.cfs_quota_us')).toBe('50000');
    expect(text(pids?.folder, 'pids.max')).toBe('64');
    expect(joinFiles(group)).toHaveLength(3);
    makeGroup(group, { ...LIMITS, cpus: availableParallelism() });
    expect(text(cpu?.folder, 'cpu.cfs_quota_us')).toBe('-1');
    const write = (folder: string | undefined, file: string, value: string) =>
      writeFileSync(join(folder!, file), value);
    write(memory?.folder, 'memory.usage_in_bytes', '900\n');
    write(memory?.folder, 'memory.stat', 'cache 1\ntotal_inactive_file 300\n');
    write(memory?.folder, 'memory.max_usage_in_bytes', '990\n');
    write(memory?.folder, 'memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n');
    write(cpu?.folder, 'cpuacct.usage', '2500000000\n');
    write(pids?.folder, 'pids.current', '5\n');
    write(pids?.folder, 'pids.events', 'max 7\n');
    expect(groupUse(group)).toEqual({
      ...{ cpuSeconds: 2.5, memoryBytes: 600, peakMemoryBytes: 990, processes: 5, outOfMemory: 2, refusedProcesses: 7 },
    });
    expect(groupNames(places())).toEqual(['job-1']);
  });

  it('of a container, whose mount shows a part of the tree', () => {
    mkdirSync(join(root, 'memory'));
    const membership = '9:memory:/docker/abc\n';
    expect(findPlaces('t', proc(membership, v1('memory', 'memory', '/docker/abc'))).memory?.folder).toBe(
      `${root}/memory/t`,
    );
  });
});

describe('version 2', () => {
  function tree(...folders: string[]) {
    for (const folder of folders) {
      put(`unified/${folder}/cgroup.controllers`, 'cpuset cpu io memory pids\n');
      put(`unified/${folder}/cgroup.subtree_control`, 'memory\n');
    }
  }

  it('shares controllers out in the nearest group that can', () => {
    tree('', 'user', 'user/app');
    // A group with processes in it refuses to share out: here, since its file is a folder.
    rmSync(join(root, 'unified/user/app/cgroup.subtree_control'));
    mkdirSync(join(root, 'unified/user/app/cgroup.subtree_control'));
    const places = findPlaces('telar-x', proc('0::/user/app\n', v2()));
    expect(places.memory).toEqual({ version: 2, folder: `${root}/unified/user/telar-x` });
    expect(places.cpuacct).toBeUndefined();
    expect(text(`${root}/unified/user`, 'cgroup.subtree_control')).toBe('+cpu +pids');
    expect(existsSync(`${root}/unified/user/app/telar-x`)).toBe(false);
  });

  it('is bounded and read by its own files', () => {
    const place = { version: 2 as const, folder: join(root, 'group') };
    const group: Places = { memory: place, cpu: place, pids: place };
    makeGroup(group, LIMITS);
    expect(['memory.max', 'memory.swap.max', 'cpu.max', 'pids.max'].map((file) => text(place.folder, file))).toEqual([
      ...['1000000', '0', '50000 100000', '64'],
    ]);
    put('group/memory.current', '900\n');
    put('group/memory.stat', 'anon 1\ninactive_file 300\n');
    put('group/memory.events', 'low 0\noom 1\noom_kill 1\n');
    put('group/cpu.stat', 'usage_usec 1500000\nuser_usec 1\n');
    put('group/cgroup.procs', '12\n0\n13\n');
    expect(groupUse(group)).toEqual({
      ...{ cpuSeconds: 1.5, memoryBytes: 600, peakMemoryBytes: undefined, processes: undefined },
      ...{ outOfMemory: 1, refusedProcesses: 0 },
    });
    // 0 is a process that this one cannot see.
    expect(groupProcesses(group)).toEqual([12, 13]);
  });
});

describe('where nothing can be made', () => {
  it('nothing is bounded, and that is said', () => {
    expect(findPlaces('t', join(root, 'nowhere'))).toEqual({});
    expect(missingBounds({})).toContain('memory and processors and processes of jobs are not bounded');
    expect(groupUse({})).toMatchObject({ outOfMemory: 0, memoryBytes: undefined });
  });

  it('membership and mounts that are no such lines are passed over', () => {
    expect(parseMounts('nonsense\n\n1 2 3 / /sys rw - sysfs sysfs rw')).toEqual([]);
    expect([...parseMembership('nonsense\n4:pids:/a:b\n')]).toEqual([['pids', '/a:b']]);
  });
});

describe('process trees', () => {
  it('are summed up from /proc', async () => {
    const stat = '7 (a (b) c) S 3 7 7 0 -1 4194560 1 0 0 0 10 5 20 15 20 0 1 0 100 4096 25 18446744073709551615';
    expect(parseUsage(7, stat)).toEqual({ pid: 7, parent: 3, ticks: 50, pages: 25 });
    expect((await treeUse([])).size).toBe(0);
    if (process.platform !== 'linux') return;
    const use = (await treeUse([process.pid])).get(process.pid)!;
    expect(use.processes).toBeGreaterThan(0);
    expect(use.memoryBytes).toBeGreaterThan(1_000_000);
  });
});
