/** What the parts of the queues service share. */
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Store } from '../../store/store.ts';
import type { Clearing } from './clearing.ts';
import type { QueuePorts } from './ports.ts';
import type { QueuesStore } from './store.ts';
import type { Waiters } from './waiters.ts';

export type QueuesContext = {
  /** The SQS API, made once by the server. */
  api: Api;
  store: Store;
  world: World;
  /** The account's twelve digits. */
  account: string;
  /** Where clients reach this server: queues' URLs begin with it. */
  endpointUrl(): string;
  ports: QueuePorts;
};

export type Parts = Pick<QueuesContext, 'store' | 'world' | 'account' | 'endpointUrl' | 'ports'> & {
  db: QueuesStore;
  waiters: Waiters;
  clearing: Pick<Clearing, 'soon'>;
};

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sqs');
