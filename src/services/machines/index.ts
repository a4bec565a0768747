/** Step Functions: state machines, their versions and aliases, activities, tags; executions. Owns the tables `machine*`, `activities`, `executions` and what belongs to them. */
import { createExpress } from '../../engine/machines/express.ts';
import { machineLanguage } from '../../engine/machines/language.ts';
import type { Service } from '../../protocol/service.ts';
import { createChecker } from './checks.ts';
import type { MachinesContext, Parts } from './context.ts';
import type { ExecutionParts } from './executions/context.ts';
import { compiledDefinitions } from './executions/definitions.ts';
import { executionEnded, passOn, passOnEarlier } from './executions/ends.ts';
import { createMachineExecutor } from './executions/executor.ts';
import { logExpress, logOutcome } from './executions/log.ts';
import { createRetention } from './executions/retention.ts';
import { executionsStore } from './executions/store.ts';
import { createWaiters } from './executions/tasks.ts';
import { createIntegrations } from './integrations/index.ts';
import { createMapRuns } from './mapRuns/driver.ts';
import { mapRunsStore } from './mapRuns/store.ts';
import { machinesOperations } from './operations.ts';
import { machinesStore } from './store.ts';

export { executionMigrations } from './executions/store.ts';
export { createIntegrations } from './integrations/index.ts';
export { mapRunMigrations } from './mapRuns/store.ts';
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
    mapRuns: { start: (...of) => mapRuns.start(...of), abort: (task) => mapRuns.abort(task) },
    activityScheduled: (activity) => store.whenDurable(() => waiters.wake(activity)),
    observed(run, event, at, outcome) {
      if (outcome !== undefined) logOutcome(ports, run.state, { at, outcome });
      if (event.kind === 'started') retention.begun();
      if (event.kind === 'task-submitted') passOnEarlier({ ...parts, integrations }, run.key, event.task, at);
      executionEnded({ ...parts, integrations, mapRuns }, run, at);
    },
  });
  const express = createExpress({
    ...{ language, executor, world, transact: store.transact },
    keeps: ({ log }) => log !== undefined,
    ended(end) {
      if (end.outcomes.length > 0) store.transact(() => logExpress(ports, end)).catch(notLogged);
    },
  });
  const machineParts: Parts = {
    ...{ account, ports, world, db, check: checker.check },
    unfinished: ({ id }) => executions.openOf({ machine: id }) !== undefined,
  };
  const parts: ExecutionParts = { ...machineParts, engine, store, executions, compiled, express };
  const runs = mapRunsStore(store.sql);
  const mapRuns = createMapRuns({ ...parts, runs });
  const retention = createRetention({ store, world, engine, executions, runs });
  engine.register(language, executor);

  /** A full disk: as on AWS, logs are kept as well as may be. */
  function notLogged(error: Error): void {
    world.log('error', 'machines.not-logged', { message: error.message });
  }

  return {
    service: {
      name: 'machines',
      api,
      operations: machinesOperations({ ...parts, waiters, runs, mapRuns, integrations }),
      start() {
        retention.start();
        return mapRuns.recover();
      },
      async stop() {
        await retention.stop();
        waiters.stop();
        await mapRuns.stop();
        await checker.stop();
      },
    },
    jobEnded: ({ jobArn, describe }) => passOn({ executions, engine, integrations }, 'job', jobArn, () => describe),
  };
}
