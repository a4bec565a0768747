import { describe, expect, test } from 'vitest';
import {
  defineFunction,
  defineProject,
  defineRole,
  defineRule,
  defineTopic,
  functionArn,
  projectDocuments,
  type RuleTarget,
} from './index.ts';

const role = defineRole({ name: 'role', service: 'lambda.amazonaws.com', policies: {} });
const fn = defineFunction({ name: 'judge', file: 'judge.ts', role });
const other = defineFunction({ name: 'judge-2', file: 'judge.ts', role });
const permissions = (name: string, ...targets: RuleTarget[]) => {
  const rules = targets.length > 0 ? [defineRule({ name, schedule: 'rate(1 day)', targets })] : [];
  const topics = [
    defineTopic({
      name: name.replace('.', '-'),
      subscriptions: [{ protocol: 'lambda', endpoint: functionArn(other) }],
    }),
  ];
  const project = defineProject({ name: 'p', bucket: 'p-data', roles: [role], functions: [fn, other], rules, topics });
  return projectDocuments(project, { account: '123456789012', region: 'eu-west-1' }).permissions;
};

describe('a function of a project', () => {
  test('lets in the rules that send to it and the topics that it is subscribed to', () => {
    expect(permissions('daily', { arn: functionArn(fn) })).toEqual([
      {
        ...{ function: 'judge', statementId: 'telar-rule-daily', principal: 'events.amazonaws.com' },
        ...{ sourceArn: 'arn:aws:events:eu-west-1:123456789012:rule/daily', source: 'rule daily' },
      },
      {
        ...{ function: 'judge-2', statementId: 'telar-topic-daily', principal: 'sns.amazonaws.com' },
        ...{ sourceArn: 'arn:aws:sns:eu-west-1:123456789012:daily', source: 'topic daily' },
      },
    ]);
  });

  test('lets in no rule that comes with a role, and once one that sends twice', () => {
    const starter = 'arn:aws:iam::123456789012:role/theirs';
    const of = (...targets: RuleTarget[]) => permissions('daily', ...targets).filter((one) => one.function === 'judge');
    expect(of({ arn: functionArn(fn), role: starter })).toEqual([]);
    expect(of({ arn: functionArn(fn) }, { arn: functionArn(fn), inputPath: '$.detail' })).toHaveLength(1);
  });

  test('has statements that Lambda takes, and that differ where names do', () => {
    const id = (name: string) => permissions(name, { arn: functionArn(fn) })[0]!.statementId;
    const names = ['a.b', 'a_b', 'a-b', 'x'.repeat(64), `${'x'.repeat(63)}y`];
    expect(new Set(names.map(id)).size).toBe(names.length);
    for (const name of names) expect(id(name)).toMatch(/^[\w-]{1,100}$/);
  });
});
