/** Condition keys that the operations of several services give alike. */
import type { Access, ConditionKeys } from './service.ts';

type Tags = readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;

/** `aws:RequestTag/…` and `aws:TagKeys`, of the tags that a request brings. */
export function requestTagKeys(tags: Tags): ConditionKeys {
  if (!tags || tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value])),
    'aws:TagKeys': tags.map(({ Key = '' }) => Key),
  };
}

/** Handing a role to a service needs iam:PassRole on it. @example passRole(input.RoleArn, 'sagemaker.amazonaws.com') */
export function passRole(roleArn: string, service: string): Access {
  return { action: 'iam:PassRole', resource: roleArn, keys: () => ({ 'iam:PassedToService': service }) };
}
