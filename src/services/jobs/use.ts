/** What jobs use, and where they stand: for people who watch. */

import type { JobStatus } from '../../definition/jobs/statuses.ts';
import { shareOf } from './admission.ts';
import type { Parts } from './context.ts';
import { hostsOf } from './hosts.ts';
import { jobOf } from './job.ts';
import type { Amount } from './queue.ts';
import type { JobResult } from './row.ts';
import type { JobKind, JobRow } from './store.ts';
import type { Phase } from './transitions.ts';

export type HostView = {
  name: string;
  cpuSeconds?: number | undefined;
  cpuPercent?: number | undefined;
  memoryBytes?: number | undefined;
  peakMemoryBytes?: number | undefined;
  diskBytes?: number | undefined;
  processes?: number | undefined;
  series?: readonly { at: number; cpuPercent: number; memoryBytes: number }[] | undefined;
};

export type JobView = {
  arn: string;
  name: string;
  kind: JobKind;
  image: string;
  status: JobStatus;
  phase: Phase;
  requester: string;
  /** From 1; only of a job that waits. */
  queuePosition: number | undefined;
  instances: { type: string; count: number };
  /** Of each host. */
  limits: { cpus: number; memoryBytes: number; volumeBytes: number };
  createdAt: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  hosts: readonly HostView[];
};

export type MachineView = {
  machine: Amount;
  /** What may be promised to jobs in all, and what is. */
  capacity: Amount;
  promised: Amount;
  waiting: number;
  /** What cannot be bounded here: a sentence. */
  notBounded: string | undefined;
};

export type JobUse = {
  /** Jobs under way, the oldest first, then those that wait, in their order. @param mostWaiting of these */
  jobs(mostWaiting: number): JobView[];
  /** One job, also when it is over; undefined when there is none. */
  job(arn: string): JobView | undefined;
  machine(): MachineView;
};

export function jobUse(parts: Parts): JobUse {
  const { db, admission, limits, runner } = parts;
  return {
    jobs(mostWaiting) {
      const order = admission.order().slice(0, mostWaiting);
      const waiting = order.flatMap((arn, index) => {
        const row = db.job({ arn });
        return row ? [view(parts, row, index + 1)] : [];
      });
      return [...db.running({}).map((row) => view(parts, row, undefined)), ...waiting];
    },
    job(arn) {
      const row = db.job({ arn });
      const position = row && admission.waits(arn) ? admission.order().indexOf(arn) + 1 : undefined;
      return row && view(parts, row, position);
    },
    machine: () => ({
      machine: limits.machine,
      capacity: {
        cpus: limits.machine.cpus * limits.promise,
        memoryBytes: limits.machine.memoryBytes * limits.promise,
      },
      promised: admission.promised(),
      waiting: admission.waiting(),
      notBounded: runner.missing,
    }),
  };
}

function view({ limits, runner }: Parts, row: JobRow, queuePosition: number | undefined): JobView {
  const job = jobOf(row);
  const { cpus, memoryBytes, volumeBytes } = shareOf(job.plan, limits).limits;
  const { uses } = JSON.parse(row.result) as JobResult;
  const hosts = hostsOf(job).map(({ id, name }, index) => ({ name, ...(uses?.[index] ?? runner.use?.(id)) }));
  return {
    ...{ arn: row.arn, name: row.name, kind: row.kind, image: job.plan.image, requester: row.requester },
    ...{ status: row.status, phase: row.phase, instances: job.plan.instances },
    queuePosition,
    limits: { cpus, memoryBytes, volumeBytes },
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    hosts,
  };
}
