/** Tags of rules and event buses, kept by the tags service. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import type { Access, Call } from '../../protocol/service.ts';
import { findBus } from './bus.ts';
import type { Parts } from './context.ts';
import { eventErrors } from './errors.ts';
import { MOST_TAGS } from './legal.ts';
import { nameIn, ruleIn } from './names.ts';
import type { GivenTag } from './ports.ts';
import { requirePolicyTag } from './schedules.ts';

/** Each replaces the one of its key. */
export function addTags({ ports }: Pick<Parts, 'ports'>, arn: string, tags: readonly GivenTag[]): void {
  requirePolicyTag(tags);
  const keys = tags.map(({ Key = '' }) => Key);
  for (const [at, key] of keys.entries()) {
    if (/^aws:/i.test(key)) throw eventErrors.reservedTag(key);
    if (keys.indexOf(key) !== at) throw eventErrors.tagTwice(key);
  }
  const others = ports.tagsOf(arn).filter(({ Key }) => !keys.includes(Key));
  if (others.length + keys.length > MOST_TAGS) throw eventErrors.tooManyTags(arn, MOST_TAGS);
  ports.setTags(arn, tags);
}

/** The ARN of something that has tags. @throws ResourceNotFoundException */
export function requireTagged(parts: Parts, arn: string, call: Call): string {
  const bus = nameIn(call, arn, 'event-bus');
  const rule = ruleIn(call, arn);
  const there =
    (bus !== undefined && findBus(parts, call, bus) !== undefined) ||
    (rule !== undefined && parts.db.rule({ region: call.region, ...rule }) !== undefined);
  if (!there) throw eventErrors.noTagged(arn);
  return arn;
}

/** To create something with tags takes the right to tag it, too. */
export const tagging = (resource: string, tags: readonly GivenTag[] | undefined): Access[] =>
  tags?.length ? [{ action: 'events:TagResource', resource, keys: () => requestTagKeys(tags) }] : [];
