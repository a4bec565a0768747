/** SageMaker's UserContext: who made or changed something, as services store it (JSON) and answer it. */
import { memo } from '../base/memo.ts';
import type { Principal } from './service.ts';

type UserContext = { IamIdentity?: { Arn: string; PrincipalId: string } };

/** What Telar recorded of itself has no user, as on AWS. */
export const NOBODY = '{}';

/** Of jobs of the first release nobody is known. */
export function writeUser({ arn, userId }: Pick<Principal, 'arn' | 'userId'>): string {
  if (arn === '') return NOBODY;
  return JSON.stringify({ IamIdentity: { Arn: arn, PrincipalId: userId } } satisfies UserContext);
}

/** Few people make many things. */
export const readUser = memo(1000, (column) => JSON.parse(column) as UserContext);
