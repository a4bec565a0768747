/**
 * The machine and those who wait for it: what instance types stand for here, and which jobs may begin.
 *
 * A job stands for its instances' processors and memory, but never for more than the machine has: it is then capped, and its log
 * says so. The machine is promised more than once (`promise`), since few jobs use all of what they stand for; each is still held to
 * its own bound, and when all of them want it at once, it is a job that ends and not the server (limited.ts).
 *
 * A1. What is held is held from `take` to `release`, once for each job.
 */
import { instanceType } from '../../runner/instanceTypes.ts';
import { type HostLimits, processesFor } from '../../runner/limited.ts';
import type { JobPlan } from './plan.ts';
import { type Amount, fairQueue, fits } from './queue.ts';

export type Machine = {
  /** What there is: no job gets more. */
  machine: Amount;
  /** How many times over it is promised to jobs. */
  promise: number;
  /** Jobs that run at a time, whatever they stand for. */
  atATime: number;
};

export type Share = {
  /** For each of the job's hosts. */
  limits: HostLimits;
  /** What the job stands for in all. */
  amount: Amount;
  /** Where it gets less than its instances have: a sentence for its log. */
  notice: string | undefined;
};

const GIBIBYTE = 1024 ** 3;
const gibibytes = (bytes: number) => `${Math.round((bytes / GIBIBYTE) * 10) / 10} GiB`;

/** What a job's instances get of this machine. */
export function shareOf(
  { instances, volumeBytes }: Pick<JobPlan, 'instances' | 'volumeBytes'>,
  { machine }: Machine,
): Share {
  const { type, count, size } = instances;
  const wants = size ?? instanceType(type) ?? machine;
  const cpus = Math.min(wants.cpus, machine.cpus);
  // All hosts together never have more memory than there is; processors they may share.
  const memoryBytes = Math.min(wants.memoryBytes, Math.floor(machine.memoryBytes / count));
  const less = [
    ...(cpus < wants.cpus ? [`${cpus} of ${wants.cpus} processors`] : []),
    ...(memoryBytes < wants.memoryBytes
      ? [`${gibibytes(memoryBytes)} of ${gibibytes(wants.memoryBytes)} of memory`]
      : []),
  ];
  const each = count > 1 ? `each of ${count} ${type} gets` : `${type} gets`;
  return {
    limits: { cpus, memoryBytes, processes: processesFor(wants.cpus), volumeBytes },
    amount: { cpus: Math.min(cpus * count, machine.cpus), memoryBytes: memoryBytes * count },
    notice:
      less.length === 0
        ? undefined
        : `telar: This machine is smaller than what the job asks for: ${each} ${less.join(' and ')}.`,
  };
}

export type Admission = {
  wait(arn: string, requester: string, amount: Amount): void;
  /** Whether it waited. */
  giveUp(arn: string): boolean;
  /** A job that may begin now; it holds its amount from here on. */
  take(): string | undefined;
  /** A job that runs already, of an earlier server: it holds its amount, whether there is room or not. */
  hold(arn: string, amount: Amount): void;
  release(arn: string): void;
  waits(arn: string): boolean;
  /** The jobs that wait, in the order in which they stand. */
  order(): string[];
  waiting(): number;
  promised(): Amount;
};

export function createAdmission({ machine, promise, atATime }: Machine): Admission {
  const capacity: Amount = { cpus: machine.cpus * promise, memoryBytes: machine.memoryBytes * promise };
  const queue = fairQueue(capacity);
  const held = new Map<string, Amount>();

  function promised(): Amount {
    const sum = { cpus: 0, memoryBytes: 0 };
    for (const { cpus, memoryBytes } of held.values()) {
      sum.cpus += cpus;
      sum.memoryBytes += memoryBytes;
    }
    return sum;
  }

  return {
    promised,
    wait(id, requester, amount) {
      const capped = fits(amount, capacity)
        ? amount
        : {
            cpus: Math.min(amount.cpus, capacity.cpus),
            memoryBytes: Math.min(amount.memoryBytes, capacity.memoryBytes),
          };
      queue.add({ id, requester, amount: capped });
    },
    giveUp: queue.remove,
    take() {
      if (held.size >= atATime) return undefined;
      const { cpus, memoryBytes } = promised();
      const taken = queue.take({ cpus: capacity.cpus - cpus, memoryBytes: capacity.memoryBytes - memoryBytes });
      if (taken) held.set(taken.id, taken.amount);
      return taken?.id;
    },
    hold: (arn, amount) => void held.set(arn, amount),
    release: (arn) => void held.delete(arn),
    waits: queue.has,
    order: queue.order,
    waiting: queue.size,
  };
}
