/** The rules of the policies that roles, users and groups hold: inline ones and attached ones. */
import type { Parts } from './context.ts';
import { checkDocument, documentSize, encodeDocument, SIZE_LIMITS } from './documents.ts';
import { iamErrors } from './errors.ts';
import { iamPage, within } from './listing.ts';
import { requirePolicy } from './policies.ts';
import type { Holder } from './store.ts';

/** Attached policies of one holder. */
const MOST_ATTACHED = 10;
const QUOTAS = { role: 'PoliciesPerRole', user: 'PoliciesPerUser', group: 'PoliciesPerGroup' } as const;

type Paged = { Marker?: string | undefined; MaxItems?: number | undefined };

export function heldPolicies(parts: Parts) {
  const { held } = parts.store;
  return {
    /** @throws MalformedPolicyDocument; LimitExceeded when all of the holder's inline policies together grow too long */
    putInline(holder: Holder, name: string, document: string) {
      checkDocument(document, 'identity');
      held.putInline({ ...holder, name, document });
      const limit = SIZE_LIMITS[`${holder.holder_kind}Inline`];
      const size = held.inlines(holder).reduce((total, policy) => total + documentSize(policy.document), 0);
      if (size > limit) {
        throw iamErrors.limit(
          `Maximum policy size of ${limit} bytes exceeded for ${holder.holder_kind} ${holder.holder}`,
        );
      }
      return {};
    },
    inline(holder: Holder, name: string) {
      const found = held.inline({ ...holder, name });
      if (!found) throw iamErrors.noInlinePolicy(holder.holder_kind, name);
      return { PolicyName: name, PolicyDocument: encodeDocument(found.document) };
    },
    inlines(holder: Holder, paged: Paged) {
      const names = held.inlines(holder).map(({ name }) => name);
      const self = (name: string) => name;
      const { items, ...page } = iamPage(paged, { operation: 'inline', ...holder }, within(names, self), self);
      return { PolicyNames: items, ...page };
    },
    removeInline(holder: Holder, name: string) {
      if (held.removeInline({ ...holder, name }) === 0) throw iamErrors.noInlinePolicy(holder.holder_kind, name);
      return {};
    },
    /** Attaching twice is the same as once. @throws NoSuchEntity, LimitExceeded */
    attach(holder: Holder, policy_arn: string) {
      requirePolicy(parts, policy_arn);
      held.attach({ ...holder, policy_arn });
      if (held.attached(holder).length > MOST_ATTACHED) {
        throw iamErrors.limit(`Cannot exceed quota for ${QUOTAS[holder.holder_kind]}: ${MOST_ATTACHED}`);
      }
      return {};
    },
    detach(holder: Holder, policy_arn: string) {
      if (held.detach({ ...holder, policy_arn }) === 0) throw iamErrors.notAttached(policy_arn);
      return {};
    },
    attached(holder: Holder, prefix: string | undefined, paged: Paged) {
      const policies = held
        .attached(holder)
        .map(({ policy_arn }) => requirePolicy(parts, policy_arn).policy)
        .filter(({ path }) => path.startsWith(prefix ?? '/'));
      const arn = (policy: { arn: string }) => policy.arn;
      const { items, ...page } = iamPage(
        paged,
        { operation: 'attached', prefix, ...holder },
        within(policies, arn),
        arn,
      );
      return { AttachedPolicies: items.map((policy) => ({ PolicyName: policy.name, PolicyArn: policy.arn })), ...page };
    },
  };
}
