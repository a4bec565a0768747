/** Jobs and what they use, as a table and as records. Pure. */
import { formatDuration } from '../base/duration.ts';
import type { TelarOutputs } from '../services/telar/api.ts';
import type { Style } from './render/style.ts';
import { table } from './render/text.ts';

type Use = TelarOutputs['ListJobUse'];
type Job = Use['Jobs'][number];
type Host = Job['Hosts'][number];

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for people, in powers of 1024. @example formatBytes(1_610_612_736) // '1.5 GB' */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Math.round(value * 10) / 10} ${UNITS[unit]}`;
}

/** @example ordinal(3) // '3rd' */
export function ordinal(position: number): string {
  const tens = position % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th');
  return `${position}${ending}`;
}

/** The last part of an image's URI: what tells it from others on this machine. */
const shortImage = (image: string): string => image.slice(image.indexOf('/', image.indexOf('.amazonaws.com')) + 1);

/** Who a job belongs to, without account and path. @example 'arn:aws:sts::000000000000:assumed-role/r/pipeline-ab12' → 'pipeline-ab12' */
const shortRequester = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** The machine's line, then a table with a row for each host of each job: those that run, then those that wait, in their order. */
export function topLines({ Machine, Jobs }: Use, now: number, { bold, dim, accent }: Style): string[] {
  const running = Jobs.filter(({ QueuePosition }) => QueuePosition === undefined);
  const waiting = Jobs.filter(({ QueuePosition }) => QueuePosition !== undefined);
  waiting.sort((a, b) => a.QueuePosition! - b.QueuePosition!);
  const head = [
    `${bold(`${running.length} under way`)}, ${Machine.JobsWaiting} waiting`,
    `processors promised ${Machine.PromisedCpus} of ${Machine.CapacityCpus}`,
    `memory promised ${formatBytes(Machine.PromisedMemoryBytes)} of ${formatBytes(Machine.CapacityMemoryBytes)}`,
  ].join(dim('  '));
  const rows = [
    ...running.flatMap((job) => job.Hosts.map((host, index) => row(job, host, index, now))),
    ...waiting.map((job) => row(job, job.Hosts[0]!, 0, now).map(dim)),
  ];
  const titles = ['Job', 'Image', 'State', 'CPU', 'Memory', 'Disk', 'Elapsed', 'For'];
  return [
    head,
    ...(Machine.NotBounded ? [accent(`Not bounded: ${Machine.NotBounded}`)] : []),
    ...(rows.length === 0 ? [dim('No job runs or waits.')] : ['', ...table([titles.map(bold), ...rows])]),
    ...(Machine.JobsWaiting > waiting.length
      ? [dim(`and ${Machine.JobsWaiting - waiting.length} more that wait`)]
      : []),
  ];
}

function row(job: Job, host: Host, index: number, now: number): string[] {
  const name = job.InstanceCount > 1 ? `${index === 0 ? `${job.JobName} ` : '  '}${host.Name}` : job.JobName;
  const since = Date.parse(job.StartedAt ?? job.CreatedAt);
  const of = (value: number | undefined, limit: number) =>
    value === undefined ? '' : `${formatBytes(value)} / ${formatBytes(limit)}`;
  return [
    name,
    shortImage(job.Image),
    job.QueuePosition === undefined ? job.Phase : `waits, ${ordinal(job.QueuePosition)}`,
    host.CpuPercent === undefined ? '' : `${Math.round(host.CpuPercent)} %`,
    of(host.MemoryBytes, job.MemoryLimitBytes),
    of(host.DiskBytes, job.VolumeBytes),
    formatDuration(Math.max(0, now - since)),
    shortRequester(job.Requester),
  ];
}
