/** SNS: topics, subscriptions, messages and their delivery; the outbox. Owns the tables `sns_*`. */
import type { Policy } from '../../definition/policy/types.ts';
import { createDeliveries, type Deliverer } from '../../engine/deliveries.ts';
import type { Service } from '../../protocol/service.ts';
import type { NotificationsContext, Parts, Work } from './context.ts';
import { httpDeliverer } from './delivery/http.ts';
import { insideDeliverer } from './delivery/inside.ts';
import { mailDeliverer } from './delivery/mail.ts';
import { notificationsOperations, refused } from './operations.ts';
import { type Outbox, outboxOver } from './outbox.ts';
import { createPaces } from './paces.ts';
import { policyOver } from './permissions.ts';
import { notificationsStore } from './store.ts';

export type { Outbox } from './outbox.ts';
export type { NotificationPorts, Post, SignatureVersion, Signer } from './ports.ts';
export { migrations as notificationsMigrations } from './store.ts';

export type Notifications = {
  service: Service;
  /** The policy of the topic that an ARN names, if one was set. */
  topicPolicy(arn: string): Policy | undefined;
  outbox: Outbox;
};

/** One that hangs takes its place for fifteen seconds: there are enough places for many of them. */
const OUTSIDE = { most: 256, perLane: 4 };

export function createNotificationsService({ api, store, world, account, ports }: NotificationsContext): Notifications {
  const db = notificationsStore(store.sql);
  const queue = (name: string, deliverer: Deliverer<Work>) =>
    createDeliveries({ store, world, queue: name, deliverer, limits: OUTSIDE });
  const queues = {
    inside: queue(
      'notifications',
      insideDeliverer(() => parts),
    ),
    http: queue(
      'notifications-http',
      httpDeliverer(() => parts),
    ),
    mail: queue(
      'notifications-mail',
      mailDeliverer(() => parts),
    ),
  };
  const parts: Parts = { account, ports, world, db, queues, pace: createPaces() };
  return {
    service: {
      name: 'notifications',
      api,
      operations: notificationsOperations(parts),
      refused,
      async start() {
        if (db.anySubscription({})) await ports.signer.prepare();
        for (const each of Object.values(queues)) each.start();
      },
      async stop() {
        await Promise.all(Object.values(queues).map((each) => each.stop()));
      },
    },
    topicPolicy: (arn) => policyOver(parts, arn),
    outbox: outboxOver(parts),
  };
}
