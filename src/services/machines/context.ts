/** What the parts of the machines service share. */
import type { World } from '../../base/world.ts';
import type { Engine } from '../../engine/kernel.ts';
import type { Api } from '../../protocol/api.ts';
import type { InputOf } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { Checker } from './checks.ts';
import type { MachinePorts } from './ports.ts';
import type { MachinesStore } from './store.ts';

export type MachinesContext = {
  /** The Step Functions API, made once by the server. */
  api: Api;
  store: Store;
  engine: Engine;
  world: World;
  /** The account's twelve digits. */
  account: string;
  ports: MachinePorts;
};

export type Parts = Pick<MachinesContext, 'account' | 'ports' | 'world'> & {
  db: MachinesStore;
  check: Checker['check'];
  /** Whether executions of a machine are not at their end yet: it is deleted once none is. */
  unfinished(machine: { id: number }): boolean;
};

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sfn');

export type CreateMachineInput = InputOf<Sdk, 'CreateStateMachine'>;
export type UpdateMachineInput = InputOf<Sdk, 'UpdateStateMachine'>;
