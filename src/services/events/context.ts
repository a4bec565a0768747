/** What the parts of the events service share. */
import type { World } from '../../base/world.ts';
import type { MissedPolicy } from '../../definition/schedules/missed.ts';
import type { Api } from '../../protocol/api.ts';
import type { InputOf } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { EventsPorts } from './ports.ts';
import type { EventsStore } from './store.ts';

export type EventsContext = {
  /** The EventBridge API, made once by the server. */
  api: Api;
  store: Store;
  world: World;
  /** The account's twelve digits. */
  account: string;
  /** Of scheduled rules whose tags do not say. @default run-once */
  missed?: MissedPolicy | undefined;
  ports: EventsPorts;
};

export type Parts = Pick<EventsContext, 'store' | 'world' | 'account' | 'ports'> & {
  missed: MissedPolicy;
  db: EventsStore;
};

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-eventbridge');

export type Target = NonNullable<InputOf<Sdk, 'PutTargets'>['Targets']>[number];
export type Entry = NonNullable<InputOf<Sdk, 'PutEvents'>['Entries']>[number];
