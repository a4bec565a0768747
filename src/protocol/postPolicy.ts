/**
 * The policy of a browser's form: until when it holds, and what its fields may say.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { type AwsError, awsError } from './errors.ts';

export type LengthRange = { least: number; most: number };

const invalid = (reason: string): AwsError => awsError('InvalidPolicyDocument', `Invalid Policy: ${reason}`);
const denied = (reason: string): AwsError => awsError('AccessDenied', `Invalid according to Policy: ${reason}`, 403);

/** Fields that a policy need not speak of. */
const FREE = /^(policy|file|signature|awsaccesskeyid|x-amz-signature|x-ignore-.*)$/;

/**
 * Checks a form against its policy.
 *
 * @param encoded the `policy` field
 * @param fields the others, and `bucket`, which the address names
 * @returns how long the file may be
 * @throws InvalidPolicyDocument, AccessDenied
 */
export function checkPostPolicy(
  encoded: string,
  fields: ReadonlyMap<string, string>,
  now: number,
): LengthRange | undefined {
  const { expiration, conditions } = read(encoded);
  if (expiration <= now) throw denied('Policy expired.');
  const covered = new Set<string>();
  let range: LengthRange | undefined;
  for (const condition of conditions) {
    if (isRange(condition)) {
      const [, least, most] = condition;
      range = { least: Number(least), most: Number(most) };
      continue;
    }
    for (const [operator, name, value] of tests(condition)) {
      covered.add(name);
      const given = fields.get(name) ?? '';
      const holds = operator === 'eq' ? given === value : given.startsWith(value);
      if (!holds) throw denied(`Policy Condition failed: ${JSON.stringify(condition)}`);
    }
  }
  const extra = [...fields.keys()].find((name) => name !== 'bucket' && !FREE.test(name) && !covered.has(name));
  if (extra !== undefined) throw denied(`Extra input fields: ${extra}`);
  return range;
}

function read(encoded: string): { expiration: number; conditions: readonly unknown[] } {
  let policy: unknown;
  try {
    policy = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    throw invalid('Invalid JSON.');
  }
  if (typeof policy !== 'object' || policy === null) throw invalid('Invalid JSON.');
  const { expiration, conditions } = policy as { expiration?: unknown; conditions?: unknown };
  const at = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(at)) throw invalid("Policy missing expiration, or it is no date: 'expiration'.");
  if (!Array.isArray(conditions)) throw invalid("Policy missing conditions, or they are no list: 'conditions'.");
  return { expiration: at, conditions };
}

type Range = readonly ['content-length-range', number | string, number | string];

function isRange(condition: unknown): condition is Range {
  if (!Array.isArray(condition) || String(condition[0]).toLowerCase() !== 'content-length-range') return false;
  if (condition.length !== 3 || !condition.slice(1).every((one) => /^\d{1,15}$/.test(String(one)))) {
    throw invalid('Invalid content-length-range.');
  }
  return true;
}

type Test = readonly [operator: 'eq' | 'starts-with', field: string, value: string];

/** `{ "acl": "private" }` or `["eq", "$acl", "private"]`. */
function tests(condition: unknown): Test[] {
  if (Array.isArray(condition)) {
    const [operator, field, value] = condition as unknown[];
    const known = (['eq', 'starts-with'] as const).find((one) => one === String(operator).toLowerCase());
    if (condition.length !== 3 || !known || typeof field !== 'string' || !field.startsWith('$')) {
      throw invalid(`Invalid Condition: ${JSON.stringify(condition)}`);
    }
    return [[known, field.slice(1).toLowerCase(), String(value)]];
  }
  if (typeof condition !== 'object' || condition === null || Object.keys(condition).length !== 1) {
    throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
  }
  return Object.entries(condition).map(([name, value]) => ['eq', name.toLowerCase(), String(value)] as const);
}
