/**
 * Jobs and models of releases that kept no lineage get theirs: once for each data folder, in the background, a few at a time.
 *
 * A1. What has a component, or an artifact, is left alone: a server that was stopped on the way begins again.
 * A2. Once all were seen it is over for good: what a client deletes later does not come back.
 */
import type { World } from '../base/world.ts';
import type { Call } from '../protocol/service.ts';
import type { ExperimentsService } from '../services/experiments/index.ts';
import type { JobsService, KnownJob } from '../services/jobs/index.ts';
import type { LineageService } from '../services/lineage/index.ts';
import type { Registry } from '../services/registry/index.ts';
import type { Store } from '../store/store.ts';

type Parts = {
  store: Store;
  world: World;
  account: string;
  experiments: ExperimentsService;
  lineage: LineageService;
  others(): { jobs: JobsService; registry: Registry };
};

/** Jobs or models to a transaction: some milliseconds. */
const PAGE = 10;

export function adoption({ store, world, account, experiments, lineage, others }: Parts) {
  let closing = false;
  let working: Promise<void> = Promise.resolve();

  /** Calls `page` with where the one before ended, each time in a transaction of its own, until there is none. */
  async function pages(page: (after: number) => number | undefined): Promise<void> {
    for (let after: number | undefined = 0; after !== undefined && !closing; ) {
      const from: number = after;
      after = await store.transact(() => page(from));
      await new Promise<void>((resolve) => world.clock.soon(resolve));
    }
  }

  function jobs(after: number): number | undefined {
    const page = others().jobs.jobsAfter(after, PAGE);
    for (const job of page) adopt(job);
    return page.at(-1)?.after;
  }

  function adopt(job: KnownJob): void {
    if (experiments.componentOf(job.arn)) return;
    experiments.jobCreated(job, {}, callOf(job));
    const component = experiments.componentOf(job.arn);
    if (!component || job.endedAt === null) return;
    const { kind, region, record: describe, endedAt: at } = job;
    lineage.jobEnded({ kind, region, describe, at, componentArn: component.arn, componentType: component.type });
  }

  /** As the one who created the job, at that time. */
  function callOf({ region, requester, createdAt }: KnownJob): Call {
    const principal = { kind: 'service', arn: requester, userId: '', account, accessKeyId: undefined } as const;
    return { requestId: 'adoption', account, region, principal, now: createdAt, headers: {} };
  }

  function models(after: number): number | undefined {
    const page = others().registry.registrations(after, PAGE);
    for (const { registered } of page) {
      if (!lineage.knows(registered.region, registered.arn)) lineage.packageRegistered(registered);
    }
    return page.at(-1)?.after;
  }

  async function work(): Promise<void> {
    await pages(jobs);
    await pages(models);
    if (!closing) await store.transact(experiments.setAdopted);
  }

  return {
    start() {
      if (experiments.adopted()) return;
      working = work().catch((error: Error) => {
        // Begun again at the next start.
        world.log('warn', 'lineage.not-adopted', { message: error.message });
      });
    },
    async stop() {
      closing = true;
      await working;
    },
  };
}
