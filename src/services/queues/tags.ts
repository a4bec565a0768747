/** Tags of queues, kept by the tags service. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import type { ConditionKeys } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { queueErrors } from './errors.ts';

export type GivenTags = Readonly<Record<string, string>>;

const MOST_TAGS = 50;
const LEGAL = /^[\p{L}\p{N}\s_.:/=+\-@]*$/u;
const LONGEST = { key: 128, value: 256 };

/** Each replaces the one of its key. @throws InvalidParameterValue */
export function addTags({ ports }: Pick<Parts, 'ports'>, arn: string, tags: GivenTags): void {
  const given = Object.entries(tags);
  for (const [key, value] of given) {
    if (key === '' || key.length > LONGEST.key || !LEGAL.test(key))
      throw queueErrors.tags(`The tag key '${key.slice(0, LONGEST.key)}' is not legal.`);
    if (value.length > LONGEST.value || !LEGAL.test(value))
      throw queueErrors.tags(`The value of the tag '${key}' is not legal.`);
    if (/^aws:/i.test(key)) throw queueErrors.tags(`The tag key '${key}' is not legal: the prefix aws: is reserved.`);
  }
  const there = ports.tagsOf(arn).filter(({ Key }) => !Object.hasOwn(tags, Key));
  if (there.length + given.length > MOST_TAGS)
    throw queueErrors.tags(`Too many tags added for queue ${arn}: ${MOST_TAGS} are allowed.`);
  ports.setTags(
    arn,
    given.map(([Key, Value]) => ({ Key, Value })),
  );
}

export const tagsOf = ({ ports }: Parts, arn: string): Record<string, string> =>
  Object.fromEntries(ports.tagsOf(arn).map(({ Key, Value }) => [Key, Value]));

export const tagKeys = (tags: GivenTags | undefined): ConditionKeys =>
  requestTagKeys(Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value })));
