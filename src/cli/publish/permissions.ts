/**
 * Publishing who may invoke a project's functions. Statements of a function's policy that were published are those of the project, and
 * no others; statements that somebody added are left alone.
 */
import type { Lambda } from '@aws-sdk/client-lambda';
import { type FunctionPermission, PERMISSION_PREFIX, type ProjectDocuments } from '../../sdk/index.ts';
import { unlessMissing } from '../aws.ts';
import type { Change } from './change.ts';

type Statement = {
  Sid?: string;
  Principal?: { Service?: string };
  Condition?: { ArnLike?: { 'AWS:SourceArn'?: string } };
};

export async function permissionChanges(
  lambda: Lambda,
  { functions, permissions }: Pick<ProjectDocuments, 'functions' | 'permissions'>,
): Promise<Change[]> {
  const changes = functions.map(async ({ name }) => {
    const answer = await unlessMissing(lambda.getPolicy({ FunctionName: name }));
    const { Statement = [] } = JSON.parse(answer?.Policy ?? '{}') as { Statement?: Statement[] };
    const wanted = permissions.filter((one) => one.function === name);
    return [
      ...wanted.map((one) => permissionChange(lambda, one, Statement)),
      ...Statement.flatMap(({ Sid }) => (isStale(Sid, wanted) ? [staleChange(lambda, name, Sid)] : [])),
    ];
  });
  return (await Promise.all(changes)).flat();
}

const KIND = 'permission';
const isStale = (sid: string | undefined, wanted: readonly FunctionPermission[]): sid is string =>
  sid?.startsWith(PERMISSION_PREFIX) === true && !wanted.some(({ statementId }) => statementId === sid);

function permissionChange(lambda: Lambda, wanted: FunctionPermission, there: readonly Statement[]): Change {
  const { function: FunctionName, statementId: StatementId, principal, sourceArn, source } = wanted;
  const name = `${FunctionName} ← ${source}`;
  const old = there.find(({ Sid }) => Sid === StatementId);
  const before = old?.Condition?.ArnLike?.['AWS:SourceArn'];
  const same = old?.Principal?.Service === principal && before === sourceArn;
  if (same) return { kind: KIND, name, action: 'same', details: [] };
  return {
    ...{ kind: KIND, name, action: old ? 'change' : 'create', details: [`${principal} may invoke it`] },
    async apply() {
      if (old) await lambda.removePermission({ FunctionName, StatementId });
      const Action = 'lambda:InvokeFunction';
      await lambda.addPermission({ FunctionName, StatementId, Action, Principal: principal, SourceArn: sourceArn });
    },
  };
}

function staleChange(lambda: Lambda, FunctionName: string, StatementId: string): Change {
  return {
    ...{ kind: KIND, name: `${FunctionName} ← ${StatementId}`, action: 'delete' },
    details: ['the project no longer invokes it so'],
    apply: async () => void (await lambda.removePermission({ FunctionName, StatementId })),
  };
}
