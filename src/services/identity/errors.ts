/** Every refusal of IAM and STS, in AWS's codes, statuses and words. */
import { awsError } from '../../protocol/errors.ts';
import type { HolderKind } from './store.ts';

export const iamErrors = {
  noRole: (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`),
  noUser: (name: string) => noSuchEntity(`The user with name ${name} cannot be found.`),
  noGroup: (name: string) => noSuchEntity(`The group with name ${name} cannot be found.`),
  noInlinePolicy: (kind: HolderKind, policy: string) =>
    noSuchEntity(`The ${kind} policy with name ${policy} cannot be found.`),
  noPolicy: (arn: string) => noSuchEntity(`Policy ${arn} does not exist or is not attachable.`),
  noPolicyVersion: (arn: string, version: string) =>
    noSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`),
  notAttached: (arn: string) => noSuchEntity(`Policy ${arn} was not found.`),
  noAccessKey: (id: string) => noSuchEntity(`The Access Key with id ${id} cannot be found.`),
  exists: (kind: 'Role' | 'User' | 'Group', name: string) =>
    awsError('EntityAlreadyExists', `${kind} with name ${name} already exists.`, 409),
  policyExists: (name: string) =>
    awsError('EntityAlreadyExists', `A policy called ${name} already exists. Duplicate names are not allowed.`, 409),
  deleteConflict: (message: string) => awsError('DeleteConflict', message, 409),
  limit: (message: string) => awsError('LimitExceeded', message, 409),
  malformedPolicy: (message: string) => awsError('MalformedPolicyDocument', message),
  invalidInput: (message: string) => awsError('InvalidInput', message),
  unmodifiable: (arn: string) =>
    awsError('AccessDenied', `Policy ${arn} is managed by AWS and cannot be changed or deleted. Create your own.`, 403),
  invalidMarker: () =>
    awsError(
      'ValidationError',
      'Invalid Marker. Repeat the request that gave it, unchanged, or start again without it.',
    ),
  validation: (message: string) => awsError('ValidationError', message),
  noBoundary: (kind: 'Role' | 'User', name: string) =>
    noSuchEntity(`${kind} ${name} does not have permission boundary attached.`),
} as const;

export const stsErrors = {
  tooLongForRole: () =>
    awsError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
  tooLongForChain: () =>
    awsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    ),
  notForSessions: () => awsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403),
  unsupported: (member: string) =>
    awsError(
      'NotImplemented',
      `Telar does not support ${member} in this operation yet. Repeat the request without it.`,
      501,
    ),
} as const;

function noSuchEntity(message: string) {
  return awsError('NoSuchEntity', message, 404);
}
