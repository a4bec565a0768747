/** What follows from ends: of executions, for whoever waits for them; of jobs, for the tasks that wait for those. */
import type { TaskState } from '../../../definition/asl/types.ts';
import type { RunView } from '../../../engine/language.ts';
import { type MachineEvent, threadOfTask } from '../../../engine/machines/events.ts';
import type { MachineState } from '../../../engine/machines/state.ts';
import type { Integrations } from '../integrations/types.ts';
import { removeMachine } from '../machines.ts';
import type { MapRuns } from '../mapRuns/driver.ts';
import type { ExecutionParts } from './context.ts';
import { describeRow } from './describe.ts';
import { endOf } from './executor.ts';
import { tellOfExecution } from './telling.ts';

type Parts = Pick<ExecutionParts, 'executions' | 'engine'> & { integrations: Integrations };

/**
 * Inside the transaction that records the end of a job or an execution: passes it on to the `.sync` tasks that wait for it.
 *
 * @param describe what its service answers of it, after the end
 */
export function passOn(parts: Parts, kind: 'job' | 'execution', id: string, describe: () => object): void {
  const { executions, engine, integrations } = parts;
  for (const { execution, task } of executions.awaiting({ kind, id })) {
    executions.removeAwaited({ execution, task });
    const thread = engine.state<MachineState>(execution)?.threads.get(threadOfTask(task));
    const resource = (thread?.state as TaskState | undefined)?.resource;
    if (resource?.kind !== 'integration') continue;
    const outcome = integrations.resolve(resource).ended(describe());
    engine.complete<MachineEvent>(execution, task, endOf(task, outcome));
  }
}

/**
 * Inside the transaction that records that a task awaits an end: passes on the end of an execution that was over before anyone
 * could await it, as one without tasks is.
 */
export function passOnEarlier(parts: Parts, execution: string, task: string, at: number): void {
  const awaited = parts.executions.awaitedBy({ execution, task });
  if (awaited?.kind !== 'execution') return;
  const row = parts.executions.execution({ arn: awaited.id });
  if (row && row.ended_at !== null) passOn(parts, 'execution', row.arn, () => describeRow(row, at));
}

/** Inside the transaction of an event: writes the execution's end down, if that is what it has led to. */
export function executionEnded(
  parts: ExecutionParts & { integrations: Integrations; mapRuns: Pick<MapRuns, 'executionEnded'> },
  { key, state }: RunView<MachineState>,
  at: number,
): void {
  if (state.status === 'RUNNING') return;
  const { db, executions } = parts;
  executions.endExecution({
    arn: key,
    status: state.status,
    ended_at: state.endedAt ?? at,
    output: state.output ?? null,
    error: state.failure.error ?? null,
    cause: state.failure.cause ?? null,
  });
  const row = executions.execution({ arn: key });
  if (!row) return;
  tellOfExecution(parts.ports, row, at);
  if (row.map_run !== null) parts.mapRuns.executionEnded(row);
  passOn(parts, 'execution', key, () => describeRow(row, at));
  const machine = db.machineOfId({ id: row.machine });
  if (machine?.status === 'DELETING' && !parts.unfinished(machine)) removeMachine(parts, machine);
}
