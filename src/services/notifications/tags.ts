/** Tags of topics, kept by the tags service. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import type { Access, Call, ConditionKeys } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { notificationErrors } from './errors.ts';
import { MOST_TAGS } from './legal.ts';
import { snsName } from './names.ts';
import type { GivenTag } from './ports.ts';

/** Each replaces the one of its key. */
export function addTags({ ports }: Pick<Parts, 'ports'>, arn: string, tags: readonly GivenTag[]): void {
  const keys = tags.map(({ Key = '' }) => Key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw notificationErrors.tagKeys(`Duplicated keys are not allowed: ${twice}`);
  const reserved = keys.find((key) => /^aws:/i.test(key));
  if (reserved !== undefined) throw notificationErrors.tagKeys(`Keys that begin with aws: are reserved: ${reserved}`);
  const there = ports.tagsOf(arn).filter(({ Key }) => !keys.includes(Key));
  if (there.length + keys.length > MOST_TAGS) throw notificationErrors.tooManyTags(MOST_TAGS);
  ports.setTags(arn, tags);
}

/** The ARN of a topic that is there. @throws ResourceNotFound */
export function requireTagged({ db }: Pick<Parts, 'db'>, arn: string, call: Call): string {
  const named = snsName(arn);
  const here = named?.subscription === undefined && named?.account === call.account && named.region === call.region;
  if (!here || !db.topic({ region: named.region, name: named.topic })) throw notificationErrors.noResource();
  return arn;
}

export const tagKeys = (tags: readonly GivenTag[] | undefined): ConditionKeys => requestTagKeys(tags);

/** To create something with tags takes the right to tag it, too. */
export const tagging = (resource: string, tags: readonly GivenTag[] | undefined): Access[] =>
  tags?.length ? [{ action: 'SNS:TagResource', resource, keys: () => tagKeys(tags) }] : [];
