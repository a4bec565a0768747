/** The rules of bucket policies, pure: which documents S3 takes, and which of them open a bucket to everyone. */
import { parsePolicy } from '../../definition/policy/parse.ts';
import type { ConditionTest, Policy, PolicyProblem, Statement } from '../../definition/policy/types.ts';
import { isConditionKey } from './conditionKeys.ts';
import { s3Errors } from './errors.ts';

/** In bytes. */
const LONGEST = 20 * 1024;

/** @throws MalformedPolicy, PolicyTooLarge */
export function checkBucketPolicy(bucket: string, text: string): Policy {
  if (Buffer.byteLength(text) > LONGEST) throw s3Errors.policyTooLarge();
  if (!text.trimStart().startsWith('{')) {
    throw s3Errors.malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  }
  const parsed = parsePolicy(text, 'resource');
  if ('problems' in parsed) throw s3Errors.malformedPolicy(worded(parsed.problems));
  for (const [index, statement] of parsed.policy.statements.entries()) checkStatement(bucket, statement, index);
  return parsed.policy;
}

/**
 * Checks what is checked of a policy only when it is set: one who is gone later takes nothing of it away, and what an earlier
 * Telar took goes on.
 *
 * @throws MalformedPolicy
 */
export function checkNames({ statements }: Policy, principalExists: (name: string) => boolean): void {
  for (const [index, { principals, conditions }] of statements.entries()) {
    const at = `(at $.Statement[${index}])`;
    const stranger = principals?.of.AWS?.find((name) => !principalExists(name));
    if (stranger !== undefined) {
      const advice = 'Create it first, or name the account and narrow by aws:PrincipalArn.';
      throw s3Errors.malformedPolicy(`Invalid principal in policy: there is no ${stranger}. ${advice} ${at}`);
    }
    const unknown = conditions.find(({ key }) => /^s3:/i.test(key) && !isConditionKey(key));
    if (unknown) throw s3Errors.malformedPolicy(`Policy has an invalid condition key: '${unknown.key}' ${at}`);
  }
}

/** What S3 says where it has words of its own, followed by where and why. */
function worded(problems: readonly PolicyProblem[]): string {
  const [first] = problems;
  const detail = problems.map(({ path, message }) => `${message} (at ${path})`).join('; ');
  const sentence = SENTENCES.find(([pattern]) => pattern.test(first!.message))?.[1];
  return sentence === undefined ? detail : `${sentence}: ${detail}`;
}

const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/Missing required field Principal/, 'Missing required field Principal'],
  [/nvalid principal|A principal is/, 'Invalid principal in policy'],
  [/must contain actions/, 'Missing required field Action'],
  [/prefaced by a vendor/, 'Policy has invalid action'],
  [/must contain resources/, 'Missing required field Resource'],
  [/must be in ARN format/, 'Policy has invalid resource'],
  [/Effect must be/, 'Invalid effect'],
  [/At least one statement/, 'Missing required field Statement'],
  [/Version must be/, 'The policy must contain a valid version string'],
  [/SID/, 'Statement IDs must be unique'],
];

function checkStatement(bucket: string, statement: Statement, index: number): void {
  const at = `(at $.Statement[${index}])`;
  const foreign = statement.actions.of.find((action) => action !== '*' && !/^s3:/i.test(action));
  if (foreign !== undefined) throw s3Errors.malformedPolicy(`Policy has invalid action: '${foreign}' ${at}`);
  const outside = statement.resources?.of.find((resource) => !isWithin(bucket, resource));
  if (outside !== undefined) {
    throw s3Errors.malformedPolicy(
      `Policy has invalid resource: '${outside}' is neither the bucket ${bucket} nor in it ${at}`,
    );
  }
  const { actions, resources } = statement;
  if (actions.negated || !resources || resources.negated) return;
  const matches = actions.of.every((action) =>
    resources.of.some((resource) => mayConcern(action, resource.includes('/', `arn:aws:s3:::${bucket}`.length))),
  );
  if (!matches) throw s3Errors.malformedPolicy(`Action does not apply to any resource(s) in statement ${at}`);
}

function isWithin(bucket: string, resource: string): boolean {
  const name = /^arn:aws:s3:::(.*)$/s.exec(resource)?.[1];
  return name !== undefined && (name === bucket || name.startsWith(`${bucket}/`));
}

/** Actions on objects; `ListBucket…` and the settings of buckets are on the bucket. */
const ON_OBJECTS =
  /^s3:(Get|Put|Delete|Restore|Replicate|Abort|List|Bypass|ObjectOwner)(Object|MultipartUpload|GovernanceRetention|Delete|Tags|Override)/i;

function mayConcern(action: string, onObjects: boolean): boolean {
  if (action.includes('*') || action.includes('?')) return true;
  return ON_OBJECTS.test(action) === onObjects;
}

/** Keys that, compared with fixed values, keep a statement for everyone from being public. */
const NARROWING =
  /^(aws:(PrincipalArn|PrincipalAccount|PrincipalOrgID|SourceArn|SourceAccount|SourceIp|SourceVpc|SourceVpce|SourceOwner|userid|PrincipalOrgPaths)|s3:(x-amz-server-side-encryption-aws-kms-key-id|DataAccessPointArn|DataAccessPointAccount))$/i;

/**
 * Whether a policy grants anything to everyone.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html "The meaning of public"
 */
export function isPublic({ statements }: Policy): boolean {
  return statements.some(
    ({ effect, principals, conditions }) =>
      effect === 'Allow' && (principals?.negated || principals?.of.AWS?.includes('*')) && !conditions.some(narrows),
  );
}

function narrows({ key, operator, values }: ConditionTest): boolean {
  if (!NARROWING.test(key) || /Not|Null/.test(operator)) return false;
  return values.every((value) => !/^[*?]*$/.test(value) && !/\/0$/.test(value) && !value.includes('${'));
}
