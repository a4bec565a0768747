/** Tags of state machines and activities, kept by the tags service. Versions and aliases have none. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import type { Access, Call, ConditionKeys } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { machineErrors } from './errors.ts';
import { MOST_TAGS } from './legal.ts';
import { isHere, type StatesName, statesName } from './names.ts';

/** The SDK's tag, whose members the chain has found within their lengths. */
export type GivenTag = { key?: string | undefined; value?: string | undefined };

const LEGAL = /^[\p{L}\p{N}\s_.:/=+\-@]*$/u;

/** Each replaces the one of its key; of one key given twice, the last stays. */
export function addTags({ ports }: Pick<Parts, 'ports'>, arn: string, tags: readonly GivenTag[]): void {
  const byKey = new Map(tags.map(({ key = '', value = '' }) => [key, value]));
  for (const text of [...byKey.keys(), ...byKey.values()]) if (!LEGAL.test(text)) throw machineErrors.tagText(text);
  for (const key of byKey.keys()) if (/^aws:/i.test(key)) throw machineErrors.reservedTag(key);
  const there = ports.tagsOf(arn).filter(({ Key }) => !byKey.has(Key));
  if (there.length + byKey.size > MOST_TAGS) throw machineErrors.tooManyTags(arn, MOST_TAGS);
  ports.setTags(
    arn,
    [...byKey].map(([Key, Value]) => ({ Key, Value })),
  );
}

export const tagsOf = ({ ports }: Parts, arn: string) =>
  ports.tagsOf(arn).map(({ Key, Value }) => ({ key: Key, value: Value }));

/** The ARN of something that has tags. @throws ResourceNotFound, InvalidArn when it is no ARN of Step Functions' */
export function requireTagged({ db }: Parts, arn: string, call: Call): string {
  const named = statesName(arn);
  if (!named && !arn.startsWith('arn:')) throw machineErrors.arnPrefix(arn);
  if (!named || !isHere(call, named) || !isTagged(db, named)) throw machineErrors.noResource(arn);
  return arn;
}

function isTagged(db: Parts['db'], { kind, region, name }: StatesName): boolean {
  if (kind === 'machine') return db.machine({ region, name }) !== undefined;
  return kind === 'activity' && db.activity({ region, name }) !== undefined;
}

export const tagKeys = (tags: readonly GivenTag[] | undefined): ConditionKeys =>
  requestTagKeys(tags?.map(({ key, value }) => ({ Key: key, Value: value })));

/** To create something with tags takes the right to tag it, too. */
export const tagging = (resource: string, tags: readonly GivenTag[] | undefined): Access[] =>
  tags?.length ? [{ action: 'states:TagResource', resource, keys: () => tagKeys(tags) }] : [];
