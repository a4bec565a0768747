/**
 * The rules of life cycles, pure: what a configuration may say, and what is due when.
 *
 * C1. What is due is due at a midnight (UTC), as on S3: an age in days is counted from the version's time and rounded up.
 * C2. Of several rules that apply, expiration goes before transition, and the earliest before the later.
 */
import { s3Errors } from './errors.ts';
import type { AgeingVersion } from './store.ts';
import type { Tag } from './tags.ts';
import type { Input } from './wire.ts';

type AskedRule = NonNullable<
  NonNullable<Input<'PutBucketLifecycleConfiguration'>['LifecycleConfiguration']>['Rules']
>[number];
type AskedTransition = NonNullable<AskedRule['Transitions']>[number];
type AskedNoncurrent = NonNullable<AskedRule['NoncurrentVersionTransitions']>[number];

/** In days, or at an instant (milliseconds since the epoch). */
type When = { days: number } | { at: number };

export type LifecycleRule = {
  id: string;
  enabled: boolean;
  /** Written as the obsolete `Prefix` of the rule, without a filter. */
  plainPrefix: boolean;
  prefix: string | undefined;
  tags: readonly Tag[];
  largerThan: number | undefined;
  smallerThan: number | undefined;
  /** Whether the filter was written as `And`. */
  joined: boolean;
  expiration: When | 'lone markers' | undefined;
  noncurrent: { days: number; keep: number | undefined } | undefined;
  abortAfterDays: number | undefined;
  transitions: readonly { when: When; storageClass: string }[];
  noncurrentTransitions: readonly { days: number; keep: number | undefined; storageClass: string }[];
};

const DAY = 86_400_000;
const MOST_RULES = 1000;
/** In the order in which an object may move, and never back: it moves by being called so. */
const CLASSES = ['STANDARD_IA', 'INTELLIGENT_TIERING', 'ONEZONE_IA', 'GLACIER_IR', 'GLACIER', 'DEEP_ARCHIVE'];

/** How old, in days, what is seldom read has to be. */
const FREQUENT_DAYS = { STANDARD_IA: 30, ONEZONE_IA: 30 } as const;

/** @throws MalformedXML, InvalidArgument, InvalidRequest, NotImplemented */
export function lifecycleRules(asked: readonly AskedRule[] | undefined, newId: () => string): LifecycleRule[] {
  if (!asked || asked.length === 0 || asked.length > MOST_RULES) throw s3Errors.malformedXml();
  const rules = asked.map((rule) => ruleOf(rule, newId));
  if (new Set(rules.map(({ id }) => id)).size < rules.length) {
    throw invalid('Rule ID must be unique. Found same ID for one or more rules', 'ID', '');
  }
  return rules;
}

const invalid = (message: string, name: string, value: unknown) =>
  s3Errors.invalidArgument(message, name, String(value));

function ruleOf(asked: AskedRule, newId: () => string): LifecycleRule {
  const id = asked.ID || newId();
  if (id.length > 255) throw invalid('ID length should not exceed allowed limit of 255', 'ID', id);
  if (asked.Status !== 'Enabled' && asked.Status !== 'Disabled') throw s3Errors.malformedXml();
  if ((asked.Filter === undefined) === (asked.Prefix === undefined)) throw s3Errors.malformedXml();
  const filter = asked.Filter ?? {};
  const { And: and } = filter;
  const tags = (and?.Tags ?? (filter.Tag ? [filter.Tag] : [])).map(({ Key, Value }) => ({
    key: Key ?? '',
    value: Value ?? '',
  }));
  const rule: LifecycleRule = {
    ...{
      id,
      enabled: asked.Status === 'Enabled',
      plainPrefix: asked.Filter === undefined,
      tags,
      joined: and !== undefined,
    },
    prefix: asked.Prefix ?? and?.Prefix ?? filter.Prefix,
    largerThan: and?.ObjectSizeGreaterThan ?? filter.ObjectSizeGreaterThan,
    smallerThan: and?.ObjectSizeLessThan ?? filter.ObjectSizeLessThan,
    expiration: expirationOf(asked.Expiration),
    noncurrent: noncurrentOf(asked.NoncurrentVersionExpiration),
    abortAfterDays: days(asked.AbortIncompleteMultipartUpload?.DaysAfterInitiation, 'AbortIncompleteMultipartUpload'),
    transitions: (asked.Transitions ?? []).map(transitionOf),
    noncurrentTransitions: (asked.NoncurrentVersionTransitions ?? []).map(noncurrentTransitionOf),
  };
  checkRule(rule);
  return rule;
}

function checkRule(rule: LifecycleRule): void {
  const { expiration, noncurrent, abortAfterDays, transitions, noncurrentTransitions } = rule;
  const acts =
    expiration !== undefined ||
    noncurrent !== undefined ||
    abortAfterDays !== undefined ||
    transitions.length + noncurrentTransitions.length > 0;
  if (!acts) throw s3Errors.invalidRequest('At least one action needs to be specified in a rule');
  if (rule.tags.length > 0 && abortAfterDays !== undefined) {
    throw s3Errors.invalidRequest('AbortIncompleteMultipartUpload cannot be specified with Tags.');
  }
  if (rule.tags.length > 0 && expiration === 'lone markers') {
    throw s3Errors.invalidRequest('ExpiredObjectDeleteMarker cannot be specified with Tags.');
  }
}

function days(value: number | undefined, action: string): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < 1 || value > 2 ** 31 - 1) {
    throw invalid(`'Days' for ${action} action must be a positive integer`, 'Days', value);
  }
  return value;
}

function midnight(date: Date): number {
  if (date.getTime() % DAY !== 0) throw invalid("'Date' must be at midnight GMT", 'Date', date.toISOString());
  return date.getTime();
}

function expirationOf(asked: AskedRule['Expiration']): LifecycleRule['expiration'] {
  if (!asked) return undefined;
  const said = [asked.Date, asked.Days, asked.ExpiredObjectDeleteMarker].filter((one) => one !== undefined);
  if (said.length !== 1) throw s3Errors.malformedXml();
  if (asked.Date) return { at: midnight(asked.Date) };
  if (asked.Days !== undefined) return { days: days(asked.Days, 'Expiration')! };
  return asked.ExpiredObjectDeleteMarker ? 'lone markers' : undefined;
}

function noncurrentOf(asked: AskedRule['NoncurrentVersionExpiration']): LifecycleRule['noncurrent'] {
  if (!asked) return undefined;
  const noncurrentDays = days(asked.NoncurrentDays, 'NoncurrentVersionExpiration');
  if (noncurrentDays === undefined) throw s3Errors.malformedXml();
  return { days: noncurrentDays, keep: asked.NewerNoncurrentVersions };
}

function transitionOf(asked: AskedTransition): LifecycleRule['transitions'][number] {
  if ((asked.Date === undefined) === (asked.Days === undefined)) throw s3Errors.malformedXml();
  const storageClass = classOf(asked.StorageClass);
  if (asked.Date) return { when: { at: midnight(asked.Date) }, storageClass };
  requireAge(asked.Days!, 'Days', 'Transition', storageClass);
  return { when: { days: asked.Days! }, storageClass };
}

function noncurrentTransitionOf(asked: AskedNoncurrent): LifecycleRule['noncurrentTransitions'][number] {
  const { NoncurrentDays: age = 0, NewerNoncurrentVersions: keep } = asked;
  const storageClass = classOf(asked.StorageClass);
  requireAge(age, 'NoncurrentDays', 'NoncurrentVersionTransition', storageClass);
  return { days: age, keep, storageClass };
}

function requireAge(age: number, member: string, action: string, storageClass: string): void {
  if (age < 0) throw invalid(`'${member}' in ${action} action must be nonnegative`, member, age);
  const least = FREQUENT_DAYS[storageClass as keyof typeof FREQUENT_DAYS] ?? 0;
  if (age >= least) return;
  const bound = `must be greater than or equal to ${least} for storageClass '${storageClass}'`;
  throw invalid(`'${member}' in ${action} action ${bound}`, member, age);
}

function classOf(name: string | undefined): string {
  if (name !== undefined && CLASSES.includes(name)) return name;
  throw s3Errors.malformedXml();
}

const whenMembers = (when: When) => ('days' in when ? { Days: when.days } : { Date: new Date(when.at) });
const keepMember = (keep: number | undefined) => (keep === undefined ? {} : { NewerNoncurrentVersions: keep });

/** A rule as clients wrote it. */
export function ruleMembers(rule: LifecycleRule): AskedRule {
  const { expiration, noncurrent, abortAfterDays } = rule;
  return {
    ...{ ID: rule.id, Status: rule.enabled ? 'Enabled' : 'Disabled' },
    ...(rule.plainPrefix ? { Prefix: rule.prefix ?? '' } : { Filter: filterMembers(rule) }),
    ...(expiration === undefined
      ? {}
      : { Expiration: expiration === 'lone markers' ? { ExpiredObjectDeleteMarker: true } : whenMembers(expiration) }),
    ...(noncurrent === undefined
      ? {}
      : { NoncurrentVersionExpiration: { NoncurrentDays: noncurrent.days, ...keepMember(noncurrent.keep) } }),
    ...(abortAfterDays === undefined
      ? {}
      : { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortAfterDays } }),
    ...(rule.transitions.length === 0
      ? {}
      : {
          Transitions: rule.transitions.map(({ when, storageClass }) => ({
            ...whenMembers(when),
            StorageClass: storageClass as NonNullable<AskedTransition['StorageClass']>,
          })),
        }),
    ...(rule.noncurrentTransitions.length === 0
      ? {}
      : {
          NoncurrentVersionTransitions: rule.noncurrentTransitions.map((one) => ({
            ...{ NoncurrentDays: one.days, ...keepMember(one.keep) },
            StorageClass: one.storageClass as NonNullable<AskedTransition['StorageClass']>,
          })),
        }),
  };
}

function filterMembers(rule: LifecycleRule): NonNullable<AskedRule['Filter']> {
  const tags = rule.tags.map(({ key, value }) => ({ Key: key, Value: value }));
  const sizes = {
    ...(rule.prefix === undefined ? {} : { Prefix: rule.prefix }),
    ...(rule.largerThan === undefined ? {} : { ObjectSizeGreaterThan: rule.largerThan }),
    ...(rule.smallerThan === undefined ? {} : { ObjectSizeLessThan: rule.smallerThan }),
  };
  if (rule.joined) return { And: { ...sizes, ...(tags.length > 0 ? { Tags: tags } : {}) } };
  return { ...sizes, ...(tags[0] ? { Tag: tags[0] } : {}) };
}

/** What rules weigh of a version. */
export type Ageing = Pick<AgeingVersion, 'key' | 'modifiedAt' | 'size'> & { tags: readonly Tag[] };

function applies(rule: LifecycleRule, { key, size, tags }: Ageing): boolean {
  return (
    rule.enabled &&
    key.startsWith(rule.prefix ?? '') &&
    rule.tags.every((wanted) => tags.some(({ key, value }) => key === wanted.key && value === wanted.value)) &&
    (rule.largerThan === undefined || size > rule.largerThan) &&
    (rule.smallerThan === undefined || size < rule.smallerThan)
  );
}

const dueAfter = (from: number, count: number) => Math.ceil((from + count * DAY) / DAY) * DAY;
const dueAt = (from: number, when: When) => ('days' in when ? dueAfter(from, when.days) : when.at);

/** When a current version expires, and by which rule; undefined when by none. */
export function expiryOf(rules: readonly LifecycleRule[], version: Ageing): { at: number; rule: string } | undefined {
  let first: { at: number; rule: string } | undefined;
  for (const rule of rules) {
    if (rule.expiration === undefined || rule.expiration === 'lone markers' || !applies(rule, version)) continue;
    const at = dueAt(version.modifiedAt, rule.expiration);
    if (!first || at < first.at) first = { at, rule: rule.id };
  }
  return first;
}

/** Whether rules remove a delete marker that hides nothing any more. */
export function removesLoneMarker(rules: readonly LifecycleRule[], marker: Ageing, now: number): boolean {
  return rules.some(({ expiration, ...rule }) => {
    if (expiration === undefined || !applies({ ...rule, expiration }, marker)) return false;
    return expiration === 'lone markers' || dueAt(marker.modifiedAt, expiration) <= now;
  });
}

/** Whether a life cycle may move an object from one class (null: STANDARD) to another. */
export const movesDown = (from: string | null, to: string): boolean =>
  CLASSES.indexOf(to) > (from === null ? -1 : CLASSES.indexOf(from));

/** The storage class that a current version is due to be called; undefined when none is. */
export function transitionDue(rules: readonly LifecycleRule[], version: Ageing, now: number): string | undefined {
  const due = rules
    .filter((rule) => applies(rule, version))
    .flatMap(({ transitions }) => transitions.map((one) => ({ ...one, at: dueAt(version.modifiedAt, one.when) })))
    .filter(({ at }) => at <= now);
  return due.sort((a, b) => b.at - a.at)[0]?.storageClass;
}

/**
 * What is due for a noncurrent version.
 *
 * @param since when it ceased to be current
 * @param newer how many noncurrent versions of its key are newer
 */
export function noncurrentDue(
  rules: readonly LifecycleRule[],
  version: Ageing,
  { since, newer, now }: { since: number; newer: number; now: number },
): 'remove' | { storageClass: string } | undefined {
  const applied = rules.filter((rule) => applies(rule, version));
  const due = (one: { days: number; keep: number | undefined }) =>
    newer >= (one.keep ?? 0) && dueAfter(since, one.days) <= now;
  if (applied.some(({ noncurrent }) => noncurrent && due(noncurrent))) return 'remove';
  const moves = applied.flatMap(({ noncurrentTransitions }) => noncurrentTransitions).filter(due);
  const latest = moves.sort((a, b) => b.days - a.days)[0];
  return latest && { storageClass: latest.storageClass };
}

/** When an upload that nobody completes is given up; undefined when it is not. */
export function abortDue(
  rules: readonly LifecycleRule[],
  upload: { key: string; initiatedAt: number },
): number | undefined {
  const due = rules
    .filter((rule) => rule.enabled && rule.abortAfterDays !== undefined && upload.key.startsWith(rule.prefix ?? ''))
    .map((rule) => dueAfter(upload.initiatedAt, rule.abortAfterDays!));
  return due.length > 0 ? Math.min(...due) : undefined;
}
