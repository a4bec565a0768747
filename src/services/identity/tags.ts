/** Tags of roles, users and policies. IAM keeps one tag to a key without regard to the key's case. */
import { iamErrors } from './errors.ts';

const MOST_TAGS = 50;

/** The SDK's tag, whose members the chain has found present. */
type GivenTag = { Key: string | undefined; Value: string | undefined };
export type Tag = { Key: string; Value: string };

/** What lists of tags are ordered by. */
export const tagKey = ({ Key }: Tag): string => Key;

/** Tags as a store column holds them. */
export const readTags = (column: string): Tag[] =>
  Object.entries(JSON.parse(column) as Record<string, string>).map(([Key, Value]) => ({ Key, Value }));

const writeTags = (tags: readonly Tag[]): string =>
  JSON.stringify(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])));

/** The column after `given` are added to it, each replacing the tag of its key. */
export function addTags(column: string, given: readonly GivenTag[]): string {
  const tags = given.map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' }));
  const keys = tags.map(({ Key }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw iamErrors.invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  const reserved = keys.find((key) => key.startsWith('aws:'));
  if (reserved) throw iamErrors.invalidInput(`Tag keys that begin with aws: are reserved; '${reserved}' does.`);
  const kept = readTags(column).filter(({ Key }) => !keys.includes(Key.toLowerCase()));
  const all = [...kept, ...tags];
  if (all.length > MOST_TAGS) {
    throw iamErrors.limit(`The number of tags has reached the maximum limit: ${MOST_TAGS}. Remove some first.`);
  }
  return writeTags(all);
}

export function removeTags(column: string, keys: readonly string[]): string {
  const gone = keys.map((key) => key.toLowerCase());
  return writeTags(readTags(column).filter(({ Key }) => !gone.includes(Key.toLowerCase())));
}
