/** S3's operations as its official SDK types them, and the ARNs that IAM knows its resources by. */
import type { Access, ConditionKeys, InputOf, OutputOf } from '../../protocol/service.ts';

export type S3Sdk = typeof import('@aws-sdk/client-s3');
/** The input of an operation. @example Input<'PutObject'> */
export type Input<Name extends string> = InputOf<S3Sdk, Name>;
export type Output<Name extends string> = OutputOf<S3Sdk, Name>;

type Keys = () => ConditionKeys;

export function onBucket(action: string, bucket: string | undefined, keys?: Keys): Access[] {
  return [{ action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}`, keys }];
}

export function onObject(
  action: string,
  input: { Bucket?: string | undefined; Key?: string | undefined },
  keys?: Keys,
): Access[] {
  return [{ action: `s3:${action}`, resource: `arn:aws:s3:::${input.Bucket}/${input.Key}`, keys }];
}

/** S3 quotes entity tags wherever it writes them. */
export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** S3 keeps times by the second. */
export function bySecond(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}
