/** What the parts of the lineage service share. */
import type { Clock } from '../../base/clock.ts';
import type { Api } from '../../protocol/api.ts';
import type { Store } from '../../store/store.ts';
import type { LineagePorts } from './ports.ts';
import type { LineageStore } from './store.ts';

export type LineageContext = {
  /** The SageMaker API, made once by the server. */
  api: Api;
  store: Store;
  clock: Clock;
  /** The account's twelve digits. */
  account: string;
  ports: LineagePorts;
};

export type Parts = Pick<LineageContext, 'account' | 'clock' | 'ports'> & { db: LineageStore };

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sagemaker');
