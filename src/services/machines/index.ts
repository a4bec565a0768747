/** Step Functions: state machines, their versions and aliases, activities, tags; executions. Owns the tables `machine*`, `activities`, `executions` and what belongs to them. */
import { createExpress, type ExpressEnd } from '../../engine/machines/express.ts';
import { machineLanguage } from '../../engine/machines/language.ts';
import type { Service } from '../../protocol/service.ts';
import { createChecker } from './checks.ts';
import type { MachinesContext, Parts } from './context.ts';
import type { ExecutionParts } from './executions/context.ts';
import { compiledDefinitions } from './executions/definitions.ts';
import { executionEnded, passOn } from './executions/ends.ts';
import { createMachineExecutor } from './executions/executor.ts';
import { executionsStore } from './executions/store.ts';
import { createWaiters } from './executions/tasks.ts';
import { createIntegrations } from './integrations/index.ts';
import { machinesOperations } from './operations.ts';
import { machinesStore } from './store.ts';

export { executionMigrations } from './executions/store.ts';
export type { MachinePorts } from './ports.ts';
export { migrations as machinesMigrations } from './store.ts';

/** How a job ended, as its service tells it, inside the transaction that records it. */
type JobEnd = { jobArn: string; describe: Readonly<Record<string, unknown>> };

export type Machines = {
  service: Service;
  /** Inside the transaction that ends a job: passes its end on to the tasks that wait for it. */
  jobEnded(end: JobEnd): void;
};

/** Makes the service and registers its language with the engine. */
export function createMachinesService({ api, store, engine, world, account, ports }: MachinesContext): Machines {
  const db = machinesStore(store.sql);
  const executions = executionsStore(store.sql);
  const integrations = createIntegrations(ports);
  const checker = createChecker(integrations);
  const waiters = createWaiters({ world });
  const compiled = compiledDefinitions(db, (id) => db.machineOfId({ id })!.type);
  const language = machineLanguage(compiled);
  const executor = createMachineExecutor({
    ...{ executions, integrations, ports },
    activityScheduled: (activity) => store.whenDurable(() => waiters.wake(activity)),
    observed: (run, at) => executionEnded({ ...parts, integrations }, run, at),
  });
  const express = createExpress({
    ...{ language, executor, world, transact: store.transact },
    keeps: () => false,
    ended: noLog,
  });
  const machineParts: Parts = {
    ...{ account, ports, world, db, check: checker.check },
    unfinished: ({ id }) => executions.openOf({ machine: id }) !== undefined,
  };
  const parts: ExecutionParts = { ...machineParts, engine, store, executions, compiled, express };
  engine.register(language, executor);
  return {
    service: {
      name: 'machines',
      api,
      operations: machinesOperations({ ...parts, waiters, integrations }),
      async stop() {
        waiters.stop();
        await checker.stop();
      },
    },
    jobEnded: ({ jobArn, describe }) => passOn({ executions, engine, integrations }, 'job', jobArn, () => describe),
  };
}

function noLog(_end: ExpressEnd): void {}
