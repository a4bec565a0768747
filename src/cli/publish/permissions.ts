/**
 * Publishing who may invoke a function: the project's rules that have it as a target, a statement of its policy each.
 *
 * S1. Statements of others, whose names do not begin as these, are left alone; with `--prune` those of rules that no longer have the
 *     function as a target go.
 */
import type { Lambda } from '@aws-sdk/client-lambda';
import type { FunctionDocuments, RuleDocuments } from '../../sdk/index.ts';
import { unlessMissing } from '../aws.ts';
import type { Change } from './change.ts';

const KIND = 'permission';
const PREFIX = 'telar-rule-';

type Statement = { Sid?: string; Condition?: { ArnLike?: Record<string, string> } };

export async function permissionChanges(
  lambda: Lambda,
  { name: FunctionName }: FunctionDocuments,
  rules: readonly RuleDocuments[],
  prune: boolean,
): Promise<Change[]> {
  const wanted = rules.filter(({ functions }) => functions.includes(FunctionName));
  if (wanted.length === 0 && !prune) return [];
  const policy = (await unlessMissing(lambda.getPolicy({ FunctionName })))?.Policy;
  const { Statement: statements = [] } = JSON.parse(policy ?? '{}') as { Statement?: Statement[] };
  const there = new Map(statements.map(({ Sid = '', Condition }) => [Sid, Condition?.ArnLike?.['AWS:SourceArn']]));
  const remove = (StatementId: string) => lambda.removePermission({ FunctionName, StatementId });
  const changes = wanted.map(({ name: rule, arn }): Change => {
    const sid = sidOf(rule);
    const change = { kind: KIND, name: `${FunctionName} ← rule ${rule}`, details: [] } as const;
    if (there.get(sid) === arn) return { ...change, action: 'same', details: [] };
    return {
      ...{ ...change, action: there.has(sid) ? 'change' : 'create', details: [] },
      async apply() {
        if (there.has(sid)) await remove(sid);
        const may = { Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', SourceArn: arn };
        await lambda.addPermission({ FunctionName, StatementId: sid, ...may });
      },
    };
  });
  const kept = new Set(wanted.map(({ name }) => sidOf(name)));
  const gone = prune ? [...there.keys()].filter((sid) => sid.startsWith(PREFIX) && !kept.has(sid)) : [];
  return [
    ...changes,
    ...gone.map(
      (sid): Change => ({
        ...{ kind: KIND, name: `${FunctionName} ← rule ${sid.slice(PREFIX.length)}`, action: 'delete' },
        details: ['the rule no longer has it as a target'],
        apply: async () => void (await remove(sid)),
      }),
    ),
  ];
}

/** A statement's name has no dots, which rules' may have. */
const sidOf = (rule: string): string => `${PREFIX}${rule.replaceAll('.', '_')}`;
