/**
 * `telar gc`: what the object store may free, given what models and jobs still need.
 *
 * K1. A version is needed when a model's lineage names it: it was the model's data or a report that speaks for it, or a job
 *     read or wrote it on the way there, however many steps before.
 * K2. While jobs are under way, nothing that was there when the oldest of them began is freed.
 */
import type { Clock } from '../base/clock.ts';
import type { JobsService } from '../services/jobs/index.ts';
import type { CollectGarbage } from '../services/objects/index.ts';
import type { Registry } from '../services/registry/index.ts';
import type { GarbageReport, TelarPorts } from '../services/telar/index.ts';
import { parseS3Uri } from './s3Uris.ts';

type Parts = {
  clock: Clock;
  collect: CollectGarbage;
  jobs: Pick<JobsService, 'writersOf' | 'lineageOf' | 'unfinishedSince'>;
  registry: Pick<Registry, 'modelData'>;
};

const DAY = 86_400_000;
/** How long one request works, in milliseconds: well below the patience of its caller. */
const BUDGET = 5000;
const PAGE = 100;

export function garbage(parts: Parts): TelarPorts['collectGarbage'] {
  return async ({ dryRun, keepDays, after }): Promise<GarbageReport> => {
    const now = parts.clock.now();
    const needed = await neededByModels(parts);
    const found = await parts.collect({
      ...{ dryRun, after, budget: BUDGET },
      before: Math.min(now - keepDays * DAY + 1, parts.jobs.unfinishedSince() ?? Number.POSITIVE_INFINITY),
      keeps: ({ bucket, key, version }) => needed.versions.has(version) || needed.names.has(`${bucket}/${key}`),
    });
    return found;
  };
}

type Needed = { names: Set<string>; versions: Set<number> };

/** Follows the lineage of every registered model back to where it began. */
async function neededByModels({ clock, jobs, registry }: Parts): Promise<Needed> {
  const needed: Needed = { names: new Set(), versions: new Set() };
  const seen = new Set<string>();
  const waiting: string[] = [];
  const reach = (job: string) => {
    if (seen.has(job)) return;
    seen.add(job);
    waiting.push(job);
  };
  for (let after = 0; ; ) {
    const page = registry.modelData(after, PAGE);
    for (const uri of page.flatMap(({ uris }) => uris)) {
      const { bucket, key } = parseS3Uri(uri);
      needed.names.add(`${bucket}/${key}`);
      for (const { job } of jobs.writersOf(bucket, key)) reach(job);
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.id;
    await new Promise<void>((resolve) => clock.soon(resolve));
  }
  for (let job = waiting.pop(); job !== undefined; job = waiting.pop()) {
    const { reads, outputs } = jobs.lineageOf(job);
    for (const { version } of [...reads, ...outputs]) needed.versions.add(Number(version));
    for (const { bucket, key, version } of reads) {
      for (const writer of jobs.writersOf(bucket, key)) {
        if (writer.key === key && writer.version === version) reach(writer.job);
      }
    }
    await new Promise<void>((resolve) => clock.soon(resolve));
  }
  return needed;
}
