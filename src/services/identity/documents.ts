/** Policy documents as IAM takes them: parsed, measured, and given back encoded. */
import { describeProblems, parsePolicy } from '../../definition/policy/parse.ts';
import type { Policy, PolicyKind } from '../../definition/policy/types.ts';
import { iamErrors } from './errors.ts';

/** Characters, white space not counted. */
export const SIZE_LIMITS = {
  managed: 6144,
  roleInline: 10_240,
  userInline: 2048,
  groupInline: 5120,
  trust: 2048,
} as const;

/** @throws MalformedPolicyDocument with every problem of the text */
export function checkDocument(text: string, kind: PolicyKind): Policy {
  const parsed = parsePolicy(text, kind);
  if ('problems' in parsed) throw iamErrors.malformedPolicy(describeProblems(parsed.problems));
  return parsed.policy;
}

/** The length that AWS's quotas count. */
export const documentSize = (text: string): number => text.replaceAll(/\s/g, '').length;

/** IAM answers documents percent-encoded after RFC 3986; clients decode them. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
