/** Step Functions: state machines, their versions and aliases, activities and tags. Owns the tables `machine*` and `activities`. */
import type { Service } from '../../protocol/service.ts';
import { createChecker } from './checks.ts';
import type { MachinesContext, Parts } from './context.ts';
import type { Place } from './names.ts';
import { machinesOperations } from './operations.ts';
import { type Resolved, resolveMachine } from './resolve.ts';
import { machinesStore } from './store.ts';

export type { MachinePorts } from './ports.ts';
export { migrations as machinesMigrations } from './store.ts';

export type Machines = {
  service: Service;
  /** What the ARN of a machine, a version or an alias leads to; `chance` (from 0 to 1) decides between an alias's two. */
  resolve(place: Place, arn: string, chance: number): Resolved;
};

/** @example const machines = createMachinesService({ api: states, store, world, account, ports }); */
export function createMachinesService({ api, store, world, account, ports }: MachinesContext): Machines {
  const checker = createChecker();
  // There are no executions yet that a machine could wait for.
  const parts: Parts = {
    account,
    ports,
    world,
    db: machinesStore(store.sql),
    check: checker.check,
    unfinished: () => false,
  };
  return {
    service: { name: 'machines', api, operations: machinesOperations(parts), stop: checker.stop },
    resolve: (place, arn, chance) => resolveMachine(parts, place, arn, chance),
  };
}
