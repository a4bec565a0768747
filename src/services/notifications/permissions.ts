/**
 * Who may do what with a topic, beside what users and roles are allowed: its policy.
 *
 * P1. A policy that is taken can be evaluated: it is parsed when it is set, and kept as it was sent.
 */
import { memo } from '../../base/memo.ts';
import { describeProblems, parsePolicy } from '../../definition/policy/parse.ts';
import type { Policy } from '../../definition/policy/types.ts';
import type { Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { notificationErrors } from './errors.ts';
import { LONGEST_POLICY } from './legal.ts';
import { snsName, topicArn } from './names.ts';
import type { TopicRow } from './store.ts';

const ACTIONS = [
  ...['GetTopicAttributes', 'SetTopicAttributes', 'AddPermission', 'RemovePermission', 'DeleteTopic', 'Subscribe'],
  ...['ListSubscriptionsByTopic', 'Publish'],
];

/**
 * The policy of a topic that was given none. As on AWS it allows nobody by itself who is called in a role's or user's name: those have
 * no `AWS:SourceOwner`.
 */
export const defaultPolicy = (arn: string, account: string): string =>
  JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ACTIONS.map((action) => `SNS:${action}`),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });

/** @throws InvalidParameter with every problem */
export function readPolicy(text: string): string {
  if (text.length > LONGEST_POLICY) throw notificationErrors.policy(`it is longer than ${LONGEST_POLICY} characters`);
  const parsed = parsePolicy(text, 'resource');
  if ('problems' in parsed) throw notificationErrors.policy(describeProblems(parsed.problems));
  return text;
}

/** Asked at every request: parsed once for each text. */
const parsedPolicy = memo(1000, (text): Policy | undefined => {
  const parsed = parsePolicy(text, 'resource');
  return 'policy' in parsed ? parsed.policy : undefined;
});

/** The policy of the topic that an ARN names, or of the topic of the subscription that it names; none where none was set. */
export function policyOver({ db, account }: Pick<Parts, 'db' | 'account'>, arn: string): Policy | undefined {
  const named = snsName(arn);
  if (!named || named.account !== account) return undefined;
  const text = db.topic({ region: named.region, name: named.topic })?.policy;
  return text ? parsedPolicy(text) : undefined;
}

type Document = { Statement: ({ Sid?: string } & Record<string, unknown>)[] } & Record<string, unknown>;

function documentOf(topic: TopicRow, arn: string, account: string): Document {
  const document = JSON.parse(topic.policy ?? defaultPolicy(arn, account)) as Document;
  // One statement may stand for itself.
  return { ...document, Statement: [document.Statement].flat() };
}

/** Adds a statement. @throws InvalidParameter for a label that is there, an action or account that is none */
export function addPermission(
  { db, account }: Parts,
  topic: TopicRow,
  { label, accounts, actions }: { label: string; accounts: readonly string[]; actions: readonly string[] },
  call: Call,
): void {
  const arn = topicArn(call, topic.name);
  const document = documentOf(topic, arn, account);
  if (document.Statement.some(({ Sid }) => Sid === label)) throw notificationErrors.label(label);
  for (const id of accounts) if (!/^\d{12}$/.test(id)) throw notificationErrors.accountId(id);
  for (const action of actions) if (!ACTIONS.includes(action)) throw notificationErrors.actionOutOfScope();
  const principals = accounts.map((id) => `arn:aws:iam::${id}:root`);
  const names = actions.map((action) => `SNS:${action}`);
  document.Statement.push({
    Sid: label,
    Effect: 'Allow',
    Principal: { AWS: principals.length === 1 ? principals[0] : principals },
    Action: names.length === 1 ? names[0] : names,
    Resource: arn,
  });
  db.setPolicy({ id: topic.id, policy: readPolicy(JSON.stringify(document)) });
}

/** @throws NotFound for a label that is not there */
export function removePermission({ db, account }: Parts, topic: TopicRow, label: string, call: Call): void {
  const arn = topicArn(call, topic.name);
  const document = documentOf(topic, arn, account);
  const left = document.Statement.filter(({ Sid }) => Sid !== label);
  if (left.length === document.Statement.length) throw notificationErrors.noLabel(label);
  const policy = left.length === 0 ? null : JSON.stringify({ ...document, Statement: left });
  db.setPolicy({ id: topic.id, policy });
}
