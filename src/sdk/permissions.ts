/**
 * Who may invoke a project's functions without a role: its rules that send to them, and its topics that they are subscribed to. A
 * rule or a subscription of a project means it; other services and accounts are let in by `aws lambda add-permission`.
 *
 * P1. No more is allowed than what the project says: this function, to this rule or topic.
 *
 * Mirrors https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
 */
import { createHash } from 'node:crypto';
import type { FunctionDocuments } from './functions.ts';
import type { RuleDocuments } from './rule.ts';
import type { TopicDocuments } from './topic.ts';

export type FunctionPermission = {
  /** The function's name. */
  function: string;
  statementId: string;
  principal: 'events.amazonaws.com' | 'sns.amazonaws.com';
  sourceArn: string;
  /** For people. @example 'rule titanic-weekly' */
  source: string;
};

/** Statements of functions' policies that bear it are the project's own. */
export const PERMISSION_PREFIX = 'telar-';

type Invoking = {
  functions: readonly FunctionDocuments[];
  rules: readonly RuleDocuments[];
  topics: readonly TopicDocuments[];
};

export function functionPermissions({ functions, rules, topics }: Invoking): FunctionPermission[] {
  return functions.flatMap((fn) => [
    ...rules
      // Where the code lies makes no difference to whom a rule sends.
      .filter(({ targets }) => targets('s3://none/none').some((one) => one.Arn === fn.arn && one.RoleArn === undefined))
      .map(({ name, arn }) => permission(fn.name, 'rule', name, arn)),
    ...topics
      .filter(({ subscriptions }) => subscriptions.some((one) => one.protocol === 'lambda' && one.endpoint === fn.arn))
      .map(({ name, arn }) => permission(fn.name, 'topic', name, arn)),
  ]);
}

function permission(fn: string, kind: 'rule' | 'topic', name: string, sourceArn: string): FunctionPermission {
  const source = `${kind} ${name}`;
  return {
    function: fn,
    statementId: statementId(kind, name),
    principal: kind === 'rule' ? 'events.amazonaws.com' : 'sns.amazonaws.com',
    ...{ sourceArn, source },
  };
}

const LONGEST = 60;

/** Letters, digits, hyphens and underscores, at most 100: what is lost of a name, a hash tells apart. */
function statementId(kind: string, name: string): string {
  const plain = name.replace(/[^\w-]/g, '_');
  if (plain === name && name.length <= LONGEST) return `${PERMISSION_PREFIX}${kind}-${name}`;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${PERMISSION_PREFIX}${kind}-${plain.slice(0, LONGEST)}-${hash}`;
}
