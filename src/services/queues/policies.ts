/** Resource policies of queues: what they may say, and the statements that AddPermission writes into them. */
import { memo } from '../../base/memo.ts';
import { describeProblems, parsePolicy } from '../../definition/policy/parse.ts';
import type { Policy } from '../../definition/policy/types.ts';
import { queueErrors } from './errors.ts';

/** Evaluated at each request: parsed once for each text. */
export const parsedPolicy = memo(1000, (text): Policy | undefined => {
  const parsed = parsePolicy(text, 'resource');
  return 'policy' in parsed ? parsed.policy : undefined;
});

/** @throws InvalidAttributeValue */
export function checkPolicy(text: string): void {
  const parsed = parsePolicy(text, 'resource');
  if ('problems' in parsed) throw queueErrors.attributeValue('Policy', describeProblems(parsed.problems));
}

/** What AddPermission may allow others. */
const ACTIONS = [
  ...['*', 'SendMessage', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility', 'GetQueueAttributes'],
  ...['GetQueueUrl', 'ListDeadLetterSourceQueues', 'PurgeQueue'],
];
const LABEL = /^[\w-]{1,80}$/;
const MOST_ACTIONS = 7;

type Document = { Version: string; Id: string; Statement: ({ Sid?: string } & Record<string, unknown>)[] };

export type Permission = { label: string; accounts: readonly string[]; actions: readonly string[] };

/** A policy with one statement more. @throws InvalidParameterValue */
export function withPermission(
  policy: string | undefined,
  arn: string,
  { label, accounts, actions }: Permission,
): string {
  if (!LABEL.test(label)) throw queueErrors.label(label);
  if (accounts.length === 0) throw queueErrors.missing('AWSAccountIds');
  if (actions.length === 0) throw queueErrors.missing('Actions');
  if (actions.length > MOST_ACTIONS)
    throw queueErrors.value(actions.join(','), 'Actions', `At most ${MOST_ACTIONS} are taken.`);
  for (const action of actions) if (!ACTIONS.includes(action)) throw queueErrors.action(action);
  for (const account of accounts) if (!/^\d{12}$/.test(account)) throw queueErrors.account(account);
  const document = documentOf(policy) ?? { Version: '2012-10-17', Id: `${arn}/SQSDefaultPolicy`, Statement: [] };
  if (document.Statement.some(({ Sid }) => Sid === label)) throw queueErrors.labelTaken(label);
  const principals = accounts.map((account) => `arn:aws:iam::${account}:root`);
  const names = actions.map((action) => `SQS:${action}`);
  const statement = {
    ...{ Sid: label, Effect: 'Allow', Principal: { AWS: oneOrAll(principals) } },
    ...{ Action: oneOrAll(names), Resource: arn },
  };
  return JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
}

/** Undefined when nothing is left. @throws InvalidParameterValue */
export function withoutPermission(policy: string | undefined, label: string): string | undefined {
  const document = documentOf(policy);
  const left = document?.Statement.filter(({ Sid }) => Sid !== label);
  if (!document || !left || left.length === document.Statement.length) throw queueErrors.noLabel(label);
  return left.length === 0 ? undefined : JSON.stringify({ ...document, Statement: left });
}

const oneOrAll = (all: readonly string[]) => (all.length === 1 ? all[0] : all);

/** A policy that was taken is a document of the language; it may have one statement without a list. */
function documentOf(policy: string | undefined): Document | undefined {
  if (policy === undefined) return undefined;
  const document = JSON.parse(policy);
  return { ...document, Statement: [document.Statement].flat() };
}
