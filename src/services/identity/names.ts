/** How IAM names things: unique ids, paths and ARNs. IAM is global: its ARNs have no region. */
import { arn, parseArn } from '../../base/arn.ts';
import { BASE64, type Random, randomString, UPPER_BASE32 } from '../../base/random.ts';

/** The first four letters of an id say what it identifies. */
const ID = {
  user: { prefix: 'AIDA', length: 17 },
  role: { prefix: 'AROA', length: 17 },
  group: { prefix: 'AGPA', length: 17 },
  policy: { prefix: 'ANPA', length: 17 },
  accessKey: { prefix: 'AKIA', length: 16 },
  temporaryKey: { prefix: 'ASIA', length: 16 },
} as const;

/** @example newId(random, 'role') === 'AROAQ3EXAMPLE6YTZ7KLM' */
export function newId(random: Random, kind: keyof typeof ID): string {
  const { prefix, length } = ID[kind];
  return prefix + randomString(random, length, UPPER_BASE32);
}

/** A secret access key: 40 characters, 240 bits. */
export const newSecret = (random: Random): string => randomString(random, 40, BASE64);

/** A session token says nothing to its holder; the store knows what it stands for. */
export const newSessionToken = (random: Random): string => randomString(random, 128, BASE64);

export type NamedKind = 'role' | 'user' | 'group' | 'policy';

/** `path` begins and ends with a slash. @example iamArn('000000000000', 'role', '/team/', 'x') === 'arn:aws:iam::000000000000:role/team/x' */
export function iamArn(account: string, kind: NamedKind, path: string, name: string): string {
  return arn('iam', '', account, `${kind}${path}${name}`);
}

/** What a list of roles, users or groups is about. @example listArn('000000000000', 'user', undefined) === 'arn:aws:iam::000000000000:user/' */
export const listArn = (account: string, kind: NamedKind, prefix: string | undefined): string =>
  arn('iam', '', account, `${kind}${prefix ?? '/'}`);

/** The path and name in the ARN of a role, user or policy of this account, or undefined when it is not one. */
export function parseIamArn(
  account: string,
  kind: NamedKind,
  text: string,
): { path: string; name: string } | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'iam' || parsed.account !== account) return undefined;
  const match = new RegExp(`^${kind}(/(?:.*/)?)([^/]+)$`).exec(parsed.resource);
  return match ? { path: match[1]!, name: match[2]! } : undefined;
}

export const assumedRoleArn = (account: string, role: string, session: string): string =>
  arn('sts', '', account, `assumed-role/${role}/${session}`);
