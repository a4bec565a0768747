/**
 * SageMaker's experiments: experiments, their trials, and trial components, of which every job has one. Owns the tables
 * `experiments` and `experiment_*`.
 */
import type { Call, Service } from '../../protocol/service.ts';
import { type CreatedJob, keepLast } from './components.ts';
import type { ExperimentsContext, Parts } from './context.ts';
import { sagemakerMetrics } from './metricsApi.ts';
import { componentOperations, experimentOperations, metricOperations, trialOperations } from './operations.ts';
import type { Described } from './ports.ts';
import { type Sources, sources } from './searching.ts';
import { experimentsStore } from './store.ts';
import { type ExperimentConfig, jobCreated, type PipelineRun, pipelineRuns } from './tracking.ts';

export type { ExperimentsContext } from './context.ts';
export { migrations as experimentsMigrations } from './store.ts';

/** An experiment or component as a vertex of lineage. */
export type Node = { name: string; type: string; createdAt: number; modifiedAt: number };

export type ExperimentsService = {
  service: Service;
  /** The API of metrics, which is one of its own. */
  metrics: Service;
  /** Whether an ARN names an experiment, trial or component: for its tags. */
  exists(arn: string): boolean;
  /** What an ARN of an experiment or component names, for lineage. */
  node(arn: string): Node | undefined;
  /** The component of a job; undefined when it has none (any more). */
  componentOf(jobArn: string): { arn: string; region: string; type: string } | undefined;
  /** Inside the transaction that creates a job. */
  jobCreated(job: CreatedJob, config: ExperimentConfig, call: Call): void;
  /** Whether what earlier releases left has its components; and, inside a transaction, that it has. */
  adopted(): boolean;
  setAdopted(): void;
  /** Inside the transaction that deletes a job, with what it was. */
  jobDeleted(arn: string, described: Described): void;
  /** Inside the transaction that starts a pipeline's job: the execution's experiment and trial. */
  pipelineRuns(run: PipelineRun, call: Call): void;
  sources: Sources;
};

/** What lineage calls a component. */
function typeOf(job: string | null): string {
  if (job === null) return 'TrialComponent';
  const kinds = ['training', 'transform'] as const;
  const kind = kinds.find((name) => job.includes(`:${name}-job/`));
  return kind === 'training' ? 'TrainingJob' : kind === 'transform' ? 'TransformJob' : 'ProcessingJob';
}

/** @example const experiments = createExperimentsService({ api: sagemaker, store, account, ports: { job, setTags, removeTags } }); */
export function createExperimentsService({ api, store, account, ports }: ExperimentsContext): ExperimentsService {
  const parts: Parts = { account, ports, db: experimentsStore(store.sql) };
  const { db } = parts;
  return {
    service: {
      name: 'experiments',
      api,
      operations: { ...experimentOperations(parts), ...trialOperations(parts), ...componentOperations(parts) },
    },
    metrics: { name: 'experiments', api: sagemakerMetrics, operations: metricOperations(parts) },
    exists: (arn) => (db.component({ arn }) ?? db.trial({ arn }) ?? db.experiment({ arn })) !== undefined,
    node(arn) {
      const component = db.component({ arn });
      const row = component ?? db.experiment({ arn });
      if (!row) return undefined;
      const type = component ? typeOf(component.job) : 'Experiment';
      return { name: row.name, type, createdAt: row.created_at, modifiedAt: row.modified_at };
    },
    componentOf(job) {
      const row = db.componentOfJob({ job });
      return row && { arn: row.arn, region: row.region, type: typeOf(job) };
    },
    jobCreated: (job, config, call) => jobCreated(parts, job, config, call),
    adopted: () => db.adopted({}) !== undefined,
    setAdopted: () => void db.setAdopted({}),
    jobDeleted: (arn, described) => keepLast(parts, arn, described),
    pipelineRuns: (run, call) => pipelineRuns(parts, run, call),
    sources: sources(parts),
  };
}
