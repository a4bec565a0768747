/** What hosts of a job use, as figures and lines. Pure. */
import type { TelarOutputs } from '../../../../src/services/telar/api.ts';
import type { Series } from '../../parts/series.ts';

export type Host = TelarOutputs['ListJobUse']['Jobs'][number]['Hosts'][number];

/** Undefined while none of them was seen. */
export function totalOf(
  hosts: readonly Host[],
  member: 'CpuPercent' | 'MemoryBytes' | 'CpuSeconds' | 'PeakMemoryBytes',
): number | undefined {
  const known = hosts.flatMap((host) => (host[member] === undefined ? [] : [host[member]]));
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

const MEBIBYTE = 1024 * 1024;

/** A line for each host. */
export function linesOf(hosts: readonly Host[], what: 'cpu' | 'memory'): Series[] {
  return hosts.map(({ Name, Series = [] }) => ({
    label: Name,
    points: Series.map(({ Time, CpuPercent, MemoryBytes }): [number, number] => [
      Date.parse(Time),
      what === 'cpu' ? CpuPercent : MemoryBytes / MEBIBYTE,
    ]),
  }));
}
