/** What the parts of the scheduler service share. */
import type { World } from '../../base/world.ts';
import type { MissedPolicy } from '../../definition/schedules/missed.ts';
import type { Deliveries } from '../../engine/deliveries.ts';
import type { Occurrences } from '../../engine/occurrences.ts';
import type { Api } from '../../protocol/api.ts';
import type { InputOf } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { SchedulerPorts } from './ports.ts';
import type { SchedulerStore } from './store.ts';

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-scheduler');
export type CreateInput = InputOf<Sdk, 'CreateSchedule'>;
export type Target = NonNullable<CreateInput['Target']>;

export type SchedulerContext = {
  /** The Scheduler's API, made once by the server. */
  api: Api;
  store: Store;
  world: World;
  /** The account's twelve digits. */
  account: string;
  /** Of schedules whose group does not say. @default run-once */
  missed?: MissedPolicy | undefined;
  ports: SchedulerPorts;
};

/** One invocation of a target, as it waits to be made: all that it takes, whatever becomes of the schedule meanwhile. */
export type Invocation = {
  /** The schedule's id. */
  schedule: number;
  arn: string;
  name: string;
  region: string;
  account: string;
  /** The time that it was scheduled for, and the time that it was to be made, in milliseconds since the epoch. */
  at: number;
  due: number;
  /** No other comes after it. */
  last: boolean;
  target: Target;
};

export type Parts = {
  account: string;
  world: World;
  missed: MissedPolicy;
  db: SchedulerStore;
  ports: SchedulerPorts;
  occurrences: Pick<Occurrences, 'set' | 'remove' | 'nextOf'>;
  deliveries: Pick<Deliveries<Invocation>, 'add' | 'removeLane'>;
};
