/**
 * What a run's capacity stands for: processors, memory and disk, as AWS publishes them. All workers of a Spark job are one process
 * tree here, so that they count together.
 * https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
 */
import type { Job } from './context.ts';
import { glueErrors } from './errors.ts';

const GIBIBYTE = 1024 ** 3;

type WorkerType = NonNullable<Job['WorkerType']>;

/** vCPU, GiB of memory, GB of disk, and DPUs of one worker. */
const WORKERS: Readonly<
  Partial<Record<WorkerType, readonly [cpus: number, gibibytes: number, disk: number, units: number]>>
> = {
  Standard: [4, 16, 50, 1],
  'G.025X': [2, 4, 84, 0.25],
  'G.1X': [4, 16, 94, 1],
  'G.2X': [8, 32, 138, 2],
  'G.4X': [16, 64, 256, 4],
  'G.8X': [32, 128, 512, 8],
  'G.12X': [48, 192, 768, 12],
  'G.16X': [64, 256, 1024, 16],
  'R.1X': [4, 32, 94, 1],
  'R.2X': [8, 64, 138, 2],
  'R.4X': [16, 128, 256, 4],
  'R.8X': [32, 256, 512, 8],
};

/** Of one DPU. */
const UNIT = { cpus: 4, gibibytes: 16, disk: 50 };
/** Of a Python shell job: its only two capacities. */
const SHELL_CAPACITIES: readonly number[] = [0.0625, 1];
const SHELL_DISK = 20;
const MOST_WORKERS = 299;
const DEFAULT_WORKERS = 10;

type Asked = {
  MaxCapacity?: number | undefined;
  AllocatedCapacity?: number | undefined;
  WorkerType?: WorkerType | undefined;
  NumberOfWorkers?: number | undefined;
};

export type Capacity = {
  /** What the API answers. */
  described: Required<Pick<Job, 'MaxCapacity' | 'AllocatedCapacity'>> & Pick<Job, 'WorkerType' | 'NumberOfWorkers'>;
  size: { name: string; cpus: number; memoryBytes: number; diskBytes: number };
};

/** @throws InvalidInputException */
export function shellCapacity({ MaxCapacity, AllocatedCapacity, WorkerType, NumberOfWorkers }: Asked): Capacity {
  if (WorkerType !== undefined || NumberOfWorkers !== undefined) {
    throw glueErrors.invalid(
      'A pythonshell job has no WorkerType and no NumberOfWorkers: set its MaxCapacity to 0.0625 or 1.',
    );
  }
  const units = MaxCapacity ?? AllocatedCapacity ?? SHELL_CAPACITIES[0]!;
  if (!SHELL_CAPACITIES.includes(units)) {
    throw glueErrors.invalid(`The MaxCapacity of a pythonshell job is 0.0625 or 1, and not ${units}.`);
  }
  return ofUnits(units, SHELL_DISK, 'DPU');
}

/** @throws InvalidInputException */
export function sparkCapacity({ MaxCapacity, AllocatedCapacity, WorkerType, NumberOfWorkers }: Asked): Capacity {
  const units = MaxCapacity ?? AllocatedCapacity;
  if (WorkerType === undefined && NumberOfWorkers === undefined && units !== undefined) {
    if (!(units >= 2 && units <= 100)) {
      throw glueErrors.invalid(`The MaxCapacity of a glueetl job is from 2 to 100 DPUs, and not ${units}.`);
    }
    return ofUnits(units, UNIT.disk * units, 'DPU');
  }
  if (MaxCapacity !== undefined) {
    throw glueErrors.invalid('Please set only Allocated Capacity or Worker Type and Number Of Workers.');
  }
  return ofWorkers(WorkerType ?? 'G.1X', NumberOfWorkers ?? DEFAULT_WORKERS);
}

function ofUnits(units: number, disk: number, unit: string): Capacity {
  return {
    described: { MaxCapacity: units, AllocatedCapacity: Math.floor(units) },
    size: {
      name: `${units} ${unit}`,
      cpus: UNIT.cpus * units,
      memoryBytes: UNIT.gibibytes * units * GIBIBYTE,
      diskBytes: disk * GIBIBYTE,
    },
  };
}

function ofWorkers(type: WorkerType, count: number): Capacity {
  const worker = WORKERS[type];
  if (!worker) {
    throw glueErrors.unsupported(`the WorkerType ${type}`, `Use one of ${Object.keys(WORKERS).join(', ')}.`);
  }
  if (count < 1 || count > MOST_WORKERS) {
    throw glueErrors.invalid(`NumberOfWorkers is from 1 to ${MOST_WORKERS}, and not ${count}.`);
  }
  const [cpus, gibibytes, disk, units] = worker;
  const whole = Math.ceil(units * count);
  return {
    described: { MaxCapacity: units * count, AllocatedCapacity: whole, WorkerType: type, NumberOfWorkers: count },
    size: {
      name: `${count} ${type}`,
      cpus: cpus * count,
      memoryBytes: gibibytes * count * GIBIBYTE,
      diskBytes: disk * count * GIBIBYTE,
    },
  };
}
