/** The rules of tags on SageMaker resources. */
import { parseArn } from '../../base/arn.ts';
import { assert } from '../../base/assert.ts';
import { tagErrors } from './errors.ts';
import type { TagRows } from './store.ts';

export const MOST_TAGS = 50;

export type Tag = { Key: string; Value: string };
/** The SDK's tag, whose members the chain has found present. */
export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

export type TagsOf = {
  /** Adds tags to a resource, each replacing the one of its key. Inside a transaction. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  /** In the order of their keys. */
  tagsOf(arn: string): Tag[];
  /** Forgets all tags of a resource that is deleted. Inside a transaction. */
  removeTags(arn: string): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
};

/** Tags as the store keeps them, under the region that the resource's ARN names. */
export function tagsOver(rows: TagRows): TagsOf {
  const tagsOf = (arn: string) => rows.of(resource(arn)).map(({ key, value }) => ({ Key: key, Value: value }));
  return {
    setTags(arn, tags) {
      refuseUnlawful(tags);
      for (const { Key, Value } of tags) rows.put({ ...resource(arn), key: Key ?? '', value: Value ?? '' });
      if (tagsOf(arn).length > MOST_TAGS) throw tagErrors.tooMany(arn, MOST_TAGS);
    },
    tagsOf,
    removeTags: (arn) => void rows.removeAll(resource(arn)),
    removeTagsOfKeys(arn, keys) {
      for (const key of keys) rows.remove({ ...resource(arn), key });
    },
  };
}

function resource(arn: string): { region: string; arn: string } {
  const parsed = parseArn(arn);
  assert(parsed, `'${arn}' is an ARN`);
  return { region: parsed.region, arn };
}

function refuseUnlawful(tags: readonly GivenTag[]): void {
  const seen = new Set<string>();
  for (const { Key: key = '' } of tags) {
    if (seen.has(key)) throw tagErrors.twice(key);
    if (/^aws:/i.test(key)) throw tagErrors.reserved(key);
    seen.add(key);
  }
}

/** A version in a model package group takes no tags of its own: it shares its group's. */
export const isModelPackageVersion = (arn: string): boolean => /:model-package\/[^/]+\/\d+$/.test(arn);
