/** What the parts of the experiments service share. */
import { memo } from '../../base/memo.ts';
import type { Api } from '../../protocol/api.ts';
import type { Principal } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { ExperimentsPorts } from './ports.ts';
import type { ExperimentsStore } from './store.ts';

export type ExperimentsContext = {
  /** The SageMaker API, made once by the server. */
  api: Api;
  store: Store;
  /** The account's twelve digits. */
  account: string;
  ports: ExperimentsPorts;
};

export type Parts = { account: string; ports: ExperimentsPorts; db: ExperimentsStore };

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sagemaker');

type UserContext = { IamIdentity?: { Arn: string; PrincipalId: string } };

/** Who did something, as the store keeps it; of jobs of the first release nobody is known. */
export function writeUser({ arn, userId }: Principal): string {
  const user: UserContext = arn === '' ? {} : { IamIdentity: { Arn: arn, PrincipalId: userId } };
  return JSON.stringify(user);
}

/** Few people make many components. */
export const readUser = memo(1000, (column) => JSON.parse(column) as UserContext);
