/**
 * The condition keys of a request: those that every request has, and those that the operation's row gives. Each is worked
 * out only when a condition asks for it.
 *
 * Mirrors "AWS global condition context keys" in the IAM user guide. A key that is not here is absent from every request, as
 * AWS documents of keys that do not apply.
 */
import { parseArn } from '../base/arn.ts';
import type { Context } from '../definition/policy/variables.ts';
import type { Access, Call, ConditionValue, Principal } from '../protocol/service.ts';
import { epochOf } from '../protocol/sigv4Parse.ts';
import type { Caller } from '../services/identity/index.ts';

/** The tags of a resource. */
export type TagsOf = (arn: string) => readonly { Key: string; Value: string }[];

type Facts = { caller: Caller; principal: Principal; access: Access; call: Call; tagsOf: TagsOf };

export function requestContext(facts: Facts): Context {
  let own: Map<string, ConditionValue> | undefined;
  return (key) => {
    const general = GENERAL.get(key);
    if (general) return listed(general(facts));
    own ??= inLowerCase(facts.access.keys?.() ?? {});
    if (own.has(key)) return listed(own.get(key));
    const slash = key.indexOf('/');
    return slash < 0 ? undefined : listed(tagNamed(key.slice(0, slash), key.slice(slash + 1), facts));
  };
}

const listed = (value: ConditionValue): readonly string[] | undefined =>
  typeof value === 'string' ? [value] : value && value.length > 0 ? value : undefined;

const inLowerCase = (keys: Readonly<Record<string, ConditionValue>>): Map<string, ConditionValue> =>
  new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]));

const TYPES: Readonly<Record<Principal['kind'], string>> = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  anonymous: 'Anonymous',
  service: 'Service',
};

/** Services whose endpoints are in one region, wherever they are called from. */
const GLOBAL = new Set(['iam']);

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
const date = (milliseconds: number) => new Date(seconds(milliseconds) * 1000).toISOString().replace('.000', '');

const isS3 = ({ action }: Access) => action.startsWith('s3:');
const AUTH_TYPES = { header: 'REST-HEADER', query: 'REST-QUERY-STRING', form: 'POST' } as const;
const VERSIONS = { 2: 'AWS', 4: 'AWS4-HMAC-SHA256' } as const;

/** Of how a request to S3 was signed. @see https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html */
const SIGNATURE: Readonly<Record<string, (facts: Facts) => ConditionValue>> = {
  's3:authtype': ({ access, call }) => (isS3(access) && call.signature ? AUTH_TYPES[call.signature.form] : undefined),
  's3:signatureversion': ({ access, call }) =>
    isS3(access) && call.signature ? VERSIONS[call.signature.version] : undefined,
  's3:signatureage': ({ access, call: { signature, now } }) => {
    if (!isS3(access) || !signature || signature.form === 'header') return undefined;
    return signature.version === 4 ? String(now - epochOf(signature.date)) : '0';
  },
  's3:x-amz-content-sha256': ({ access, call: { signature, headers } }) => {
    if (!isS3(access) || !signature || signature.form === 'form') return undefined;
    return headers['x-amz-content-sha256'] ?? signature.contentSha256 ?? 'UNSIGNED-PAYLOAD';
  },
};

const GENERAL: ReadonlyMap<string, (facts: Facts) => ConditionValue> = new Map(
  Object.entries({
    // Whose request is not signed has no ARN, and is of no account.
    'aws:principalarn': ({ caller, principal }: Facts) =>
      principal.kind === 'anonymous' ? undefined : caller.principalArn,
    'aws:principalaccount': ({ principal }: Facts) =>
      principal.kind === 'anonymous' ? 'anonymous' : principal.account,
    'aws:principaltype': ({ principal }: Facts) => TYPES[principal.kind],
    'aws:principalisawsservice': ({ principal }: Facts) => String(principal.kind === 'service'),
    'aws:principalservicename': ({ principal }: Facts) => (principal.kind === 'service' ? principal.arn : undefined),
    'aws:sourcearn': ({ call }: Facts) => call.sourceArn,
    'aws:sourceaccount': ({ call }: Facts) => (call.sourceArn === undefined ? undefined : call.account),
    'aws:userid': ({ principal }: Facts) => principal.userId,
    'aws:username': ({ caller }: Facts) => caller.username,
    'aws:sourceip': ({ call }: Facts) => call.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, ''),
    // The server listens on this machine only: nothing that reaches it has crossed a network.
    'aws:securetransport': () => 'true',
    'aws:currenttime': ({ call }: Facts) => date(call.now),
    'aws:epochtime': ({ call }: Facts) => String(seconds(call.now)),
    'aws:tokenissuetime': ({ principal }: Facts) => principal.session && date(principal.session.issuedAt),
    // Long-term keys do not have the key at all; no session here is opened with a second factor.
    'aws:multifactorauthpresent': ({ principal }: Facts) => principal.session && 'false',
    'aws:useragent': ({ call }: Facts) => call.headers['user-agent'],
    'aws:referer': ({ call }: Facts) => call.headers['referer'],
    'aws:requestedregion': ({ access, call }: Facts) =>
      GLOBAL.has(access.action.slice(0, access.action.indexOf(':'))) ? 'us-east-1' : call.region,
    'aws:resourceaccount': ({ call }: Facts) => call.account,
    's3:resourceaccount': ({ access, call }: Facts) => (isS3(access) ? call.account : undefined),
    'aws:viaawsservice': () => 'false',
    ...SIGNATURE,
  } satisfies Record<string, (facts: Facts) => ConditionValue>),
);

function tagNamed(kind: string, name: string, { caller, access, tagsOf }: Facts): string | undefined {
  if (kind === 'aws:principaltag') return caller.tags.get(name);
  const service = parseArn(access.resource)?.service;
  const ofResource = kind === 'aws:resourcetag' || (service !== undefined && kind === `${service}:resourcetag`);
  return ofResource ? tagsOf(access.resource).find(({ Key }) => Key.toLowerCase() === name)?.Value : undefined;
}
