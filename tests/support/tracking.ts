/** Experiments and lineage over a store in memory, with jobs that a test makes up: for their folders' tests. */
import type { InputOf, Operation, OutputOf } from '../../src/protocol/service.ts';
import {
  createExperimentsService,
  type ExperimentsService,
  experimentsMigrations,
} from '../../src/services/experiments/index.ts';
import type { Sdk } from '../../src/services/lineage/context.ts';
import { createLineageService, lineageMigrations } from '../../src/services/lineage/index.ts';
import { api } from './jobs.ts';
import { ACCOUNT, memoryStore, perform, REGION, START, type TestClock, testCall, testWorld } from './operations.ts';

type Described = Readonly<Record<string, unknown>>;
type Config = Parameters<ExperimentsService['jobCreated']>[1];

export type Tracked = ReturnType<typeof tracking>;

export function tracking() {
  const clock: TestClock = { time: START };
  const still = testWorld(clock);
  let reads = 0;
  let turns = 0;
  // A tenth of a millisecond passes with every look at it, so that long work comes to give way to others.
  const monotonic = () => {
    reads += 1;
    return reads / 10;
  };
  const soon = (run: () => void) => {
    turns += 1;
    still.clock.soon(run);
  };
  const world = { ...still, clock: { ...still.clock, monotonic, soon } };
  const jobs = new Map<string, Described>();
  const store = memoryStore([experimentsMigrations, lineageMigrations], world);
  const tags = new Map<string, unknown>();
  const setTags = (arn: string, given: unknown) => void tags.set(arn, given);
  const removeTags = (arn: string) => void tags.delete(arn);
  const experiments = createExperimentsService({
    ...{ api, store, account: ACCOUNT },
    ports: { job: (arn) => jobs.get(arn), setTags, removeTags },
  });
  const lineage = createLineageService({
    ...{ api, store, account: ACCOUNT, clock: world.clock },
    ports: { experimentNode: experiments.node, setTags, removeTags },
  });
  const operations = { ...experiments.service.operations, ...lineage.service.operations };
  const call = () => testCall({ now: clock.time });
  const run = <N extends string>(name: N, input: InputOf<Sdk, N>) => {
    // A second passes between any two calls, so that creation times differ.
    clock.time += 1000;
    const operation = operations[name] as unknown as Operation<InputOf<Sdk, N>, OutputOf<Sdk, N>>;
    return perform(store, operation, input, call());
  };
  const arnOf = (name: string) => `arn:aws:sagemaker:${REGION}:${ACCOUNT}:training-job/${name}`;
  return {
    ...{ experiments, lineage, store, jobs, tags, clock, run, arnOf },
    /** How often the loop was given free. */
    turns: () => turns,
    /** A training job is created, as the jobs service tells it. @returns its component's ARN */
    async created(name: string, job: Described = {}, config: Config = {}): Promise<string | undefined> {
      const arn = arnOf(name);
      const times = { CreationTime: new Date(clock.time), LastModifiedTime: new Date(clock.time) };
      jobs.set(arn, { TrainingJobName: name, TrainingJobArn: arn, TrainingJobStatus: 'InProgress', ...times, ...job });
      await store.transact(() => experiments.jobCreated({ arn, kind: 'Training', name }, config, call()));
      return experiments.componentOf(arn)?.arn;
    },
    /** It ends: its lineage is recorded. */
    ended(name: string, job: Described = {}): Promise<void> {
      const arn = arnOf(name);
      const describe = { ...jobs.get(arn), TrainingJobStatus: 'Completed', ...job };
      jobs.set(arn, describe);
      const { arn: componentArn, type: componentType, region } = experiments.componentOf(arn)!;
      const end = { kind: 'Training', describe, componentArn, componentType, region, at: clock.time } as const;
      return store.transact(() => lineage.jobEnded(end));
    },
  };
}

/** What a training job reads and makes, in its Describe answer. */
export const training = (data: string, model: string): Described => ({
  AlgorithmSpecification: { TrainingImage: 'image:1' },
  InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: data } } }],
  ModelArtifacts: { S3ModelArtifacts: model },
});
