/** What the parts of the experiments service share. */
import type { Api } from '../../protocol/api.ts';
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
