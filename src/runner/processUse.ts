/**
 * What process trees use, read from /proc: for jobs without control groups. What ended between two looks is not seen.
 */
import { readdir, readFile } from 'node:fs/promises';

export type TreeUse = { cpuSeconds: number; memoryBytes: number; processes: number };

type Row = { pid: number; parent: number; ticks: number; pages: number };

/** Both are constants of the interface between Linux and its programs on every platform that Telar runs on (USER_HZ; pages of x64
 * and most arm64 kernels). */
const TICKS_PER_SECOND = 100;
const PAGE = 4096;
/** Files read at a time: a machine may run thousands of processes. */
const AT_A_TIME = 64;

/** Of /proc/<pid>/stat: parent, processor time of the process and of its ended children, resident pages. */
export function parseUsage(pid: number, stat: string): Row {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
  return { pid, parent: fields[1] ?? 0, ticks, pages: fields[21] ?? 0 };
}

async function table(): Promise<Row[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows: Row[] = [];
  for (let from = 0; from < pids.length; from += AT_A_TIME) {
    const read = pids.slice(from, from + AT_A_TIME).map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
      if (stat !== undefined) rows.push(parseUsage(pid, stat));
    });
    await Promise.all(read);
  }
  return rows;
}

/** @param roots the processes that stand for the jobs. @returns what each and all below it use; empty where there is no /proc */
export async function treeUse(roots: readonly number[]): Promise<Map<number, TreeUse>> {
  if (roots.length === 0) return new Map();
  const rows = await table().catch(() => []);
  const children = Map.groupBy(rows, ({ parent }) => parent);
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  return new Map(roots.map((root) => [root, sum(root, byPid, children)]));
}

function sum(root: number, byPid: ReadonlyMap<number, Row>, children: ReadonlyMap<number, Row[]>): TreeUse {
  const use = { cpuSeconds: 0, memoryBytes: 0, processes: 0 };
  const pending = [byPid.get(root)];
  for (let row = pending.pop(); row; row = pending.pop()) {
    use.cpuSeconds += row.ticks / TICKS_PER_SECOND;
    use.memoryBytes += row.pages * PAGE;
    use.processes += 1;
    pending.push(...(children.get(row.pid) ?? []));
  }
  return use;
}
