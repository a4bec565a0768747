/** IAM's operations on the tags of roles and users. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { iamPage, within } from './listing.ts';
import { requireRole, roleResource } from './roles.ts';
import { addTags, readTags, removeTags, tagKey } from './tags.ts';
import { requireUser, userResource } from './users.ts';

type Names = 'TagRole' | 'UntagRole' | 'ListRoleTags' | 'TagUser' | 'UntagUser' | 'ListUserTags';

type Tagging = {
  Tags?: readonly { Key: string | undefined; Value: string | undefined }[] | undefined;
  TagKeys?: readonly string[] | undefined;
};
const taggingKeys = ({ Tags, TagKeys }: Tagging) => ({ 'aws:TagKeys': TagKeys, ...requestTagKeys(Tags) });

type Paged = { Marker?: string | undefined; MaxItems?: number | undefined };

export function tagOperations(parts: Parts): Operations<Iam, Names> {
  const { roles, users } = parts.store;
  const onRole =
    (action: string) =>
    ({ RoleName, ...tagging }: { RoleName?: string | undefined } & Tagging): Access[] => [
      { action: `iam:${action}`, resource: roleResource(parts, RoleName!), keys: () => taggingKeys(tagging) },
    ];
  const onUser =
    (action: string) =>
    ({ UserName, ...tagging }: { UserName?: string | undefined } & Tagging): Access[] => [
      { action: `iam:${action}`, resource: userResource(parts, UserName!), keys: () => taggingKeys(tagging) },
    ];
  const listed = (operation: string, paged: Paged, { name, tags }: { name: string; tags: string }) => {
    const { items, ...page } = iamPage(paged, { operation, name }, within(readTags(tags), tagKey), tagKey);
    return { Tags: items, ...page };
  };

  return {
    TagRole: writes(onRole('TagRole'), ({ RoleName, Tags }) => {
      const { name, tags } = requireRole(parts, RoleName!);
      roles.setTags({ name, tags: addTags(tags, Tags!) });
      return {};
    }),
    UntagRole: writes(onRole('UntagRole'), ({ RoleName, TagKeys }) => {
      const { name, tags } = requireRole(parts, RoleName!);
      roles.setTags({ name, tags: removeTags(tags, TagKeys!) });
      return {};
    }),
    ListRoleTags: reads(onRole('ListRoleTags'), (input) =>
      listed('ListRoleTags', input, requireRole(parts, input.RoleName!)),
    ),
    TagUser: writes(onUser('TagUser'), ({ UserName, Tags }) => {
      const { name, tags } = requireUser(parts, UserName!);
      users.setTags({ name, tags: addTags(tags, Tags!) });
      return {};
    }),
    UntagUser: writes(onUser('UntagUser'), ({ UserName, TagKeys }) => {
      const { name, tags } = requireUser(parts, UserName!);
      users.setTags({ name, tags: removeTags(tags, TagKeys!) });
      return {};
    }),
    ListUserTags: reads(onUser('ListUserTags'), (input) =>
      listed('ListUserTags', input, requireUser(parts, input.UserName!)),
    ),
  };
}
