/** All that policies decide, wired: requests, what is done with objects outside any S3 request, and explanations. */
import type { Policy } from '../definition/policy/types.ts';
import type { Access, Call } from '../protocol/service.ts';
import type { Identity } from '../services/identity/index.ts';
import type { ObjectAccess } from '../services/objects/index.ts';
import { type Authorize, createAuthorize } from './authorize.ts';
import { createExplainAccess } from './explainAccess.ts';
import type { TagsOf } from './requestContext.ts';

type Parts = {
  identity: Identity;
  /** Of the resources of all services but identity and objects, which keep their own. */
  tagsOf: TagsOf;
  /** The policies of buckets, each parsed once for each text. */
  buckets: Pick<ObjectAccess, 'bucketPolicy' | 'keepsPublicOut'>;
  /** The policy of the model package group that an ARN names or lies in, likewise. */
  groupPolicy(arn: string): { group: string; policy: Policy } | undefined;
  /** The policy of any other resource, likewise. */
  attached(arn: string): Policy | undefined;
  /** False with authentication off. */
  enforced: boolean;
};

export function createPolicies({ identity, tagsOf, buckets, groupPolicy, attached, enforced }: Parts) {
  const parts = {
    ...{ identity, enforced },
    resourcePolicy: (arn: string) =>
      policyOfBucket(arn, buckets) ?? policyOfGroup(arn, groupPolicy) ?? policyOf(arn, attached),
    tagsOf: (arn: string) => (arn.startsWith('arn:aws:iam:') ? identity.tagsOf(arn) : serviceTags(arn, tagsOf)),
  };
  const keepsPublicOut = (arn: string) => buckets.keepsPublicOut(bucketOf(arn) ?? '');
  const authorize = createAuthorize({ ...parts, keepsPublicOut });
  return { authorize, permit: createPermit(authorize), explainAccess: createExplainAccess(parts) };
}

/** Of the services whose resources the tags service keeps the tags of. */
const serviceTags = (arn: string, tagsOf: TagsOf): ReturnType<TagsOf> =>
  /^arn:aws:(?:sagemaker|states|lambda|events|scheduler|glue|sns|sqs):/.test(arn) ? tagsOf(arn) : [];

/** Asks whether a call's principal may do something. @throws AccessDenied, worded as S3 words it */
export type Permit = (call: Call, access: Access) => void;

/** For what Telar's services do with objects in someone's name. */
function createPermit(authorize: Authorize): Permit {
  return (call, access) => {
    const refusal = authorize({ name: 's3', protocol: 'rest-xml' }, call.principal, [access], call);
    if (refusal) throw refusal;
  };
}

const bucketOf = (arn: string): string | undefined => /^arn:aws:s3:::([^/*]+)/.exec(arn)?.[1];

/** The policy of the bucket that an ARN names or lies in. */
function policyOfBucket(arn: string, buckets: Parts['buckets']) {
  const bucket = bucketOf(arn);
  const policy = bucket === undefined ? undefined : buckets.bucketPolicy(bucket);
  return policy && { id: `policy of bucket ${bucket}`, policy };
}

function policyOfGroup(arn: string, groupPolicy: Parts['groupPolicy']) {
  const found = MODEL_PACKAGE.test(arn) ? groupPolicy(arn) : undefined;
  return found && { id: `policy of model package group ${found.group}`, policy: found.policy };
}

/** Most ARNs are of something else, and are not looked up. */
const MODEL_PACKAGE = /^arn:aws:sagemaker:[^:]*:\d+:model-package/;

function policyOf(arn: string, attached: Parts['attached']) {
  const policy = attached(arn);
  return policy && { id: `policy of ${arn}`, policy };
}
