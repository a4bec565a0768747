/**
 * The step cache: whether a step may take over what an earlier run of it left, and why.
 *
 * H1. A hit needs the same pipeline, step and key (the attributes of facts that AWS documents), within ExpireAfter.
 * H2. Stricter than AWS, which compares URIs: every object version that the earlier run read must still be the current one,
 *     every prefix must hold what it held, and every output must still be there. `trackObjects: false` gives AWS's rule.
 * H3. The verdict names every difference from the newest earlier run, so that `telar why` only has to show it.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
 */
import { parseDuration } from '../../base/duration.ts';
import { type CacheAttribute, cacheAttributes, cacheKey, canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { StepResult } from '../../definition/pipeline/resolve.ts';
import type { Json, Step } from '../../definition/pipeline/types.ts';
import type { CacheChange, CacheVerdict, StepMetadata } from '../../engine/pipelines/state.ts';
import type { JobLineage, ObjectVersion, PipelinePorts } from './ports.ts';
import type { CacheRow, PipelinesStore } from './store.ts';

/** What a successful run leaves for later ones. */
export type CacheEntry = {
  attributes: readonly CacheAttribute[];
  result: StepResult;
  metadata: StepMetadata;
  lineage: JobLineage;
};

export type CacheLookup = { verdict: CacheVerdict; hit: { entry: CacheEntry; source: string } | undefined };

/** Entries of one key that are looked at: beyond them, the newest ones fail for a reason that older ones share. */
const CANDIDATES = 20;

type Looking = {
  db: Pick<PipelinesStore, 'cacheEntries' | 'cacheEntriesOfKey'>;
  ports: Pick<PipelinePorts, 'currentVersion' | 'prefixFingerprint'>;
  trackObjects: boolean;
};

/**
 * Looks a step up.
 *
 * @param now milliseconds since the epoch
 * @param more attributes that count beside those of AWS, where objects are tracked
 * @param beside the expressions beside its arguments, resolved
 */
export function lookUp(
  { db, ports, trackObjects }: Looking,
  pipeline: string,
  step: Step,
  resolved: { readonly [key: string]: Json },
  now: number,
  more: readonly CacheAttribute[] = [],
  beside: { readonly [key: string]: Json } = {},
): CacheLookup {
  const config = 'CacheConfig' in step ? step.CacheConfig : undefined;
  if (!config?.Enabled) return { verdict: { verdict: 'off' }, hit: undefined };
  const attributes = [...cacheAttributes(step, resolved, beside), ...(trackObjects ? more : [])];
  const since = now - (parseDuration(config.ExpireAfter ?? '') ?? 0);
  const where = { pipeline, step: step.Name };
  for (const row of db.cacheEntriesOfKey({ ...where, key: cacheKey(attributes), since, limit: CANDIDATES })) {
    const entry = parseEntry(row);
    if (trackObjects && lineageChanges(entry.lineage, ports).length > 0) continue;
    return {
      verdict: { verdict: 'hit', source: row.execution, attributes },
      hit: { entry, source: row.execution },
    };
  }
  const newest = db.cacheEntries({ ...where, since: 0, limit: 1 })[0];
  return {
    verdict: missed(newest, attributes, since, config.ExpireAfter, trackObjects ? ports : undefined),
    hit: undefined,
  };
}

function missed(
  newest: CacheRow | undefined,
  attributes: readonly CacheAttribute[],
  since: number,
  expireAfter: string | undefined,
  ports: Looking['ports'] | undefined,
): CacheVerdict {
  const miss = { verdict: 'miss', attributes } as const;
  if (!newest) return { ...miss, reason: 'No earlier run of this step has succeeded in this pipeline.', changes: [] };
  const compared = newest.execution;
  const entry = parseEntry(newest);
  const changes = [
    ...attributeChanges(entry.attributes, attributes),
    ...(ports ? lineageChanges(entry.lineage, ports) : []),
  ];
  if (changes.length > 0) {
    return { ...miss, compared, reason: 'Its inputs are not those of the newest successful run.', changes };
  }
  if (newest.ended_at < since) {
    const reason = `The newest successful run with these inputs is older than ExpireAfter (${expireAfter}).`;
    return { ...miss, compared, reason, changes };
  }
  return { ...miss, compared, reason: 'An earlier run with these inputs cannot be reused.', changes };
}

function parseEntry(row: CacheRow): CacheEntry {
  return JSON.parse(row.entry) as CacheEntry;
}

function attributeChanges(before: readonly CacheAttribute[], after: readonly CacheAttribute[]): CacheChange[] {
  const texts = (attributes: readonly CacheAttribute[]) =>
    new Map(attributes.map(({ name, value }) => [name, value] as const));
  const [old, fresh] = [texts(before), texts(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((name) =>
    valueChanges(name, old.get(name), fresh.get(name)),
  );
}

/** Walks two values side by side, so that a change is named by its own path and not by the whole attribute. */
function valueChanges(path: string, before: Json | undefined, after: Json | undefined): CacheChange[] {
  if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)) return [];
  if (before === undefined && after === undefined) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => valueChanges(`${path}[${index}]`, item, after[index]));
  }
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => valueChanges(`${path}.${key}`, before[key], after[key]));
  }
  return [{ input: path, before: shown(before), after: shown(after) }];
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: Json | undefined): string {
  return value === undefined ? '(absent)' : typeof value === 'string' ? value : canonicalJson(value);
}

function lineageChanges({ reads, prefixes, outputs }: JobLineage, ports: Looking['ports']): CacheChange[] {
  const changes: CacheChange[] = [];
  const compare = ({ bucket, key, version }: ObjectVersion, what: string) => {
    const current = ports.currentVersion(bucket, key);
    if (current === version) return;
    changes.push({
      input: `${what} s3://${bucket}/${key}`,
      before: `version ${version}`,
      after: current ? `version ${current}` : '(deleted)',
    });
  };
  for (const object of reads) compare(object, 'read');
  for (const { uri, fingerprint } of prefixes) {
    if (ports.prefixFingerprint(uri) === fingerprint) continue;
    changes.push({ input: `objects under ${uri}`, before: 'those the earlier run read', after: 'others' });
  }
  for (const object of outputs) compare(object, 'output');
  return changes;
}
