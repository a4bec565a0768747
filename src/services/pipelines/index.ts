/** SageMaker pipelines: definitions, their versions, executions and the step cache. */
import { pipelineLanguage } from '../../engine/pipelines/language.ts';
import type { PipelineState } from '../../engine/pipelines/state.ts';
import type { Service } from '../../protocol/service.ts';
import type { Parts, PipelinesContext } from './context.ts';
import { executionOperations } from './executionOperations.ts';
import { createExecutor } from './executor.ts';
import { pipelineOperations } from './pipelineOperations.ts';
import type { JobEnd } from './ports.ts';
import { type Searched, searched } from './searching.ts';
import { pipelinesStore } from './store.ts';

export type { PipelinePorts } from './ports.ts';
export { migrations as pipelinesMigrations } from './store.ts';

export type PipelinesService = Searched & {
  service: Service;
  /** Inside the transaction that ends a job: passes its end on to the step that made it, if one did. */
  jobEnded(end: JobEnd): void;
  /** The folded state of an execution, for `telar why` and the console; undefined when there is none. */
  executionState(arn: string): PipelineState | undefined;
  /** What its row alone says of an execution: no journal is read. */
  executionTimes(arn: string): ExecutionTimes | undefined;
  /** Whether a pipeline exists: for its tags. */
  exists(arn: string): boolean;
};

export type ExecutionTimes = { version: number; startedAt: number; endedAt: number | undefined };

/** Makes the service and registers its language with the engine. */
export function createPipelinesService(context: PipelinesContext): PipelinesService {
  const { api, store, world, engine, ports, trackObjects = true } = context;
  const parts: Parts = { store, world, engine, ports, trackObjects, db: pipelinesStore(store.sql) };
  const executor = createExecutor(parts);
  engine.register(pipelineLanguage, executor);
  return {
    service: {
      name: 'pipelines',
      api,
      operations: { ...pipelineOperations(parts), ...executionOperations(parts) },
    },
    jobEnded: executor.jobEnded,
    executionState: (arn) => engine.state<PipelineState>(arn),
    executionTimes(arn) {
      const row = parts.db.execution({ arn });
      return row && { version: row.version, startedAt: row.created_at, endedAt: row.ended_at ?? undefined };
    },
    ...searched(parts, context.account),
    exists: (arn) => parts.db.pipeline({ arn }) !== undefined || parts.db.execution({ arn }) !== undefined,
  };
}
