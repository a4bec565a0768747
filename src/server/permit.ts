/** Permission for what Telar's services do with objects in someone's name, outside any S3 request. */
import type { Access, Call } from '../protocol/service.ts';
import type { Authorize } from './authorize.ts';

/** @throws AccessDenied, worded as S3 words it */
export type Permit = (call: Call, access: Access) => void;

export function createPermit(authorize: Authorize): Permit {
  return (call, access) => {
    const refusal = authorize({ protocol: 'rest-xml' }, call.principal, [access], call);
    if (refusal) throw refusal;
  };
}

/** The policy of the bucket that an ARN names or lies in. */
export function bucketPolicy(arn: string, policyOf: (bucket: string) => string | undefined): string | undefined {
  const [, bucket] = /^arn:aws:s3:::([^/*]+)/.exec(arn) ?? [];
  return bucket === undefined ? undefined : policyOf(bucket);
}
