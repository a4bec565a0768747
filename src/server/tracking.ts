/** Lineage, experiments and Search, wired to the services whose jobs, models and pipelines they tell of. */
import type { World } from '../base/world.ts';
import type { Service } from '../protocol/service.ts';
import { createExperimentsService, type ExperimentsService } from '../services/experiments/index.ts';
import type { JobEnd, JobsService } from '../services/jobs/index.ts';
import { createLineageService, type LineageService } from '../services/lineage/index.ts';
import type { PipelinesService } from '../services/pipelines/index.ts';
import type { Registry } from '../services/registry/index.ts';
import { createSearchService, type Source } from '../services/search/index.ts';
import type { createTagsService } from '../services/tags/index.ts';
import type { Store } from '../store/store.ts';
import { adoption } from './adoption.ts';
import { sagemaker } from './apis.ts';

type Parts = {
  store: Store;
  world: World;
  account: string;
  tags: ReturnType<typeof createTagsService>;
  /** Asked for once all are made. */
  others(): { jobs: JobsService; registry: Registry; pipelines: PipelinesService };
};

export type Tracking = Pick<ExperimentsService, 'jobCreated' | 'jobDeleted' | 'pipelineRuns'> &
  Pick<LineageService, 'packageRegistered' | 'approvalChanged'> & {
    services: readonly Service[];
    /** Whether an ARN names something of lineage or experiments: for its tags. */
    exists(arn: string): boolean;
    /** Inside the transaction that ends a job: its lineage. */
    jobEnded(end: JobEnd): void;
  };

export function createTracking({ store, world, account, tags, others }: Parts): Tracking {
  const { setTags, removeTags, tagsOf } = tags;
  const experiments = createExperimentsService({
    ...{ api: sagemaker, store, account },
    ports: { job: (arn) => others().jobs.description(arn), setTags, removeTags },
  });
  const lineage = createLineageService({
    ...{ api: sagemaker, store, account, clock: world.clock },
    ports: { experimentNode: experiments.node, setTags, removeTags },
  });
  const { sources } = experiments;
  const search = createSearchService({
    ...{ api: sagemaker, clock: world.clock },
    ports: {
      tagsOf,
      sources: {
        TrainingJob: numbered((...asked) => others().jobs.trainingJobs(...asked)),
        Pipeline: (region, after, limit) => others().pipelines.pipelines(region, String(after ?? ''), limit),
        PipelineExecution: (region, after, limit) => others().pipelines.executions(region, String(after ?? ''), limit),
        ModelPackage: numbered((...asked) => others().registry.packages(...asked)),
        ModelPackageGroup: numbered((...asked) => others().registry.groups(...asked)),
        Experiment: numbered(sources.experiments),
        ExperimentTrial: numbered(sources.trials),
        ExperimentTrialComponent: numbered(sources.components),
      },
    },
  });
  const { jobCreated, jobDeleted, pipelineRuns } = experiments;
  const { packageRegistered, approvalChanged } = lineage;
  return {
    ...{ jobCreated, jobDeleted, pipelineRuns, packageRegistered, approvalChanged },
    services: [
      { ...experiments.service, ...adoption({ store, world, account, experiments, lineage, others }) },
      experiments.metrics,
      lineage.service,
      search,
    ],
    exists: (arn) => experiments.exists(arn) || lineage.exists(arn),
    jobEnded({ jobArn, describe, servedBy }) {
      const component = experiments.componentOf(jobArn);
      if (!component) return;
      const { arn: componentArn, type: componentType, region } = component;
      const kind = 'TrainingJobArn' in describe ? 'Training' : servedBy ? 'Transform' : 'Processing';
      lineage.jobEnded({ kind, describe, servedBy, componentArn, componentType, region, at: world.clock.now() });
    },
  };
}

/** Rows that are found after a number. */
const numbered =
  (rows: (region: string, after: number, limit: number) => ReturnType<Source>): Source =>
  (region, after, limit) =>
    rows(region, Number(after ?? 0), limit);
