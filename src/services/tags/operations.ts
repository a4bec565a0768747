/** AddTags, ListTags and DeleteTags, for every SageMaker resource. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import { pageOf } from '../../protocol/pages.ts';
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import { tagErrors } from './errors.ts';
import type { TagsPorts } from './ports.ts';
import { type GivenTag, isModelPackageVersion, MOST_TAGS, type Tag, type TagsOf } from './tags.ts';

type Sdk = typeof import('@aws-sdk/client-sagemaker');

const on =
  (action: string) =>
  (input: { ResourceArn?: string | undefined; Tags?: readonly GivenTag[]; TagKeys?: readonly string[] }): Access[] => [
    {
      action: `sagemaker:${action}`,
      resource: input.ResourceArn!,
      keys: () => ({ 'aws:TagKeys': input.TagKeys, ...requestTagKeys(input.Tags) }),
    },
  ];

export function tagOperations(
  { setTags, tagsOf, removeTagsOfKeys }: TagsOf,
  ports: TagsPorts,
): Operations<Sdk, 'AddTags' | 'ListTags' | 'DeleteTags'> {
  const existing = (arn: string): string => {
    if (!ports.exists(arn)) throw tagErrors.noResource(arn);
    return arn;
  };
  return {
    AddTags: writes(on('AddTags'), ({ ResourceArn, Tags }) => {
      const arn = existing(ResourceArn!);
      if (isModelPackageVersion(arn)) throw tagErrors.versionsUntagged();
      setTags(arn, Tags!);
      return { Tags: tagsOf(arn) };
    }),
    ListTags: reads(on('ListTags'), (input) => {
      const arn = existing(input.ResourceArn!);
      const { items, next } = pageOf<Tag>(
        { query: { operation: 'ListTags', arn }, token: input.NextToken, limit: input.MaxResults ?? MOST_TAGS },
        (after, limit) =>
          tagsOf(arn)
            .filter(({ Key }) => after === undefined || Key > after[0]!)
            .slice(0, limit),
        ({ Key }) => [Key],
      );
      return { Tags: items, ...(next === undefined ? {} : { NextToken: next }) };
    }),
    DeleteTags: writes(on('DeleteTags'), ({ ResourceArn, TagKeys }) => {
      removeTagsOfKeys(existing(ResourceArn!), TagKeys!);
      return {};
    }),
  };
}
