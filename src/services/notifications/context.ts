/** What the parts of the notifications service share. */
import type { World } from '../../base/world.ts';
import type { Deliveries } from '../../engine/deliveries.ts';
import type { Api } from '../../protocol/api.ts';
import type { Store } from '../../store/store.ts';
import type { NotificationPorts } from './ports.ts';
import type { NotificationsStore } from './store.ts';

export type NotificationsContext = {
  /** The SNS API, made once by the server. */
  api: Api;
  store: Store;
  world: World;
  /** The account's twelve digits. */
  account: string;
  ports: NotificationPorts;
};

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sns');

/** What is to be delivered. Messages and subscriptions are named by the ids of their rows. */
export type Work =
  /** Goes on with handing a message out to subscriptions, from one on. */
  | { kind: 'fan-out'; message: number; after: number }
  | { kind: 'message'; message: number; subscription: number }
  | { kind: 'handshake'; subscription: number; type: HandshakeType; messageId: string; at: number }
  /** Forgets a subscription that nobody has confirmed, or restored, with the token that it had then. */
  | { kind: 'forget'; subscription: number; token: string };

export type HandshakeType = 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';

/** One queue for each way out: a receiver that hangs holds up nobody on another way. */
export type Queues = {
  /** Within the store: to queues and functions, and the service's own work. */
  inside: Deliveries<Work>;
  http: Deliveries<Work>;
  mail: Deliveries<Work>;
};

export type Parts = Pick<NotificationsContext, 'account' | 'ports' | 'world'> & {
  db: NotificationsStore;
  queues: Queues;
  /** When the next message may go to an endpoint that wants so many a second. */
  pace(subscription: number, perSecond: number, now: number): number;
};
