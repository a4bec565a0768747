/**
 * IAM policy documents as Telar holds them once parsed: every element in one shape, whichever of AWS's shorthands the
 * author used (one statement or a list, one action or a list).
 *
 * Mirrors "Grammar of the IAM JSON policy language" in the IAM user guide.
 */

/**
 * Where a document is used, which decides what it may say.
 * - `identity`: attached to a user or role. Names resources, never principals.
 * - `trust`: says who may assume a role. Names principals, never resources.
 * - `resource`: attached to a resource, such as a bucket. Names both.
 */
export type PolicyKind = 'identity' | 'trust' | 'resource';

export const POLICY_VERSIONS = ['2012-10-17', '2008-10-17'] as const;
export type PolicyVersion = (typeof POLICY_VERSIONS)[number];

export const EFFECTS = ['Allow', 'Deny'] as const;
export type Effect = (typeof EFFECTS)[number];

export const PRINCIPAL_TYPES = ['AWS', 'Service', 'Federated', 'CanonicalUser'] as const;
export type PrincipalType = (typeof PRINCIPAL_TYPES)[number];

/** An element and its negation: `Action` and `NotAction`, `Resource` and `NotResource`. */
export type Match<T> = { negated: boolean; of: T };

/** `"*"` alone is held as `{ AWS: ['*'] }`, which means the same. */
export type Principals = Readonly<Partial<Record<PrincipalType, readonly string[]>>>;

/** One test of a `Condition` block. All of a statement's tests must hold; one of a test's values is enough. */
export type ConditionTest = {
  /** Without prefix and suffix: `StringEquals`. */
  operator: ConditionOperator;
  /** `ForAllValues:` or `ForAnyValue:`. */
  set: 'all' | 'any' | undefined;
  /** The `IfExists` suffix. */
  ifExists: boolean;
  /** For example `aws:SourceAccount`. Compared without regard to case. */
  key: string;
  values: readonly string[];
};

export type Statement = {
  sid: string | undefined;
  effect: Effect;
  principals: Match<Principals> | undefined;
  /** Patterns such as `s3:Get*`; `*` and `?` are wildcards; compared without regard to case. */
  actions: Match<readonly string[]>;
  /** ARN patterns; undefined in a trust policy. */
  resources: Match<readonly string[]> | undefined;
  conditions: readonly ConditionTest[];
};

export type Policy = { version: PolicyVersion; id: string | undefined; statements: readonly Statement[] };

export const CONDITION_OPERATORS = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'BinaryEquals',
  'IpAddress',
  'NotIpAddress',
  'ArnEquals',
  'ArnLike',
  'ArnNotEquals',
  'ArnNotLike',
  'Null',
] as const;
export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

/** What is wrong with a document, and where: `$.Statement[0].Effect`. */
export type PolicyProblem = { path: string; message: string };
