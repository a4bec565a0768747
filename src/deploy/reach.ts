/**
 * Whether a project's rules and topics may reach its queues and topics: these say themselves who may, in their policies, on AWS as on
 * Telar. What lacks is told, not added: a policy is its author's.
 */
import { compilePolicy } from '../definition/policy/compile.ts';
import { evaluate } from '../definition/policy/evaluate.ts';
import { parsePolicy } from '../definition/policy/parse.ts';
import type { Settled } from './documents.ts';
import { deadLetterQueueIn } from './queues.ts';

type Reaching = {
  /** Who, for people. */
  readonly source: string;
  readonly principal: 'events.amazonaws.com' | 'sns.amazonaws.com';
  readonly sourceArn: string;
  /** What is to be reached. */
  readonly arn: string | undefined;
};

export function reachRemarks(documents: Settled): string[] {
  const { topics = [], queues = [] } = documents;
  const guarded = [
    ...queues.map((queue) => ({ ...queue, noun: 'Queue', action: 'sqs:SendMessage' })),
    ...topics.map((topic) => ({ ...topic, noun: 'Topic', action: 'sns:Publish' })),
  ];
  const lacking = reachings(documents).flatMap((reaching) => {
    const one = guarded.find(({ arn }) => arn === reaching.arn);
    if (!one || allows(one.attributes['Policy'], one.action, reaching)) return [];
    return [
      `${one.noun} '${one.name}' does not let ${reaching.source} in, on AWS as on Telar: say in its \`policy\` that ${reaching.principal} may ${one.action}.`,
    ];
  });
  return [...new Set(lacking)];
}

function reachings({ rules, topics = [] }: Settled): Reaching[] {
  const ofRules = rules.flatMap(({ name, arn: sourceArn, targets }) => {
    const by = { source: `rule '${name}'`, principal: 'events.amazonaws.com', sourceArn } as const;
    return targets.flatMap(({ Arn, RoleArn, DeadLetterConfig }) => [
      { ...by, arn: RoleArn === undefined ? Arn : undefined },
      { ...by, arn: DeadLetterConfig?.Arn },
    ]);
  });
  const ofTopics = topics.flatMap(({ name, arn: sourceArn, subscriptions }) => {
    const by = { source: `topic '${name}'`, principal: 'sns.amazonaws.com', sourceArn } as const;
    return subscriptions.flatMap(({ protocol, endpoint, attributes }) => [
      { ...by, arn: protocol === 'sqs' ? endpoint : undefined },
      { ...by, arn: deadLetterQueueIn(attributes['RedrivePolicy']) },
    ]);
  });
  return [...ofRules, ...ofTopics];
}

function allows(policy: string | undefined, action: string, { principal, sourceArn, arn = '' }: Reaching): boolean {
  const parsed = policy === undefined ? undefined : parsePolicy(policy, 'resource');
  if (!parsed || 'problems' in parsed) return false;
  const keys: Readonly<Record<string, string>> = {
    'aws:sourcearn': sourceArn,
    'aws:sourceaccount': arn.split(':')[4] ?? '',
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': principal,
    'aws:securetransport': 'true',
  };
  const context = (key: string) => (keys[key] === undefined ? undefined : [keys[key]]);
  const names = { own: [], role: [], account: [], service: [principal] };
  const resource = { policy: compilePolicy('policy', parsed.policy), required: false };
  return evaluate({ action, resource: arn, names, context }, { identity: [], resource }).verdict === 'allowed';
}
