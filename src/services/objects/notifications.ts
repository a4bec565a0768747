/**
 * Tells of changes to objects: topics, queues and functions, by what is set on the bucket; and EventBridge.
 *
 * T1. A change and the word of it commit together: nobody is told of what did not happen, and nothing that happened is
 *     forgotten. What goes to a destination is a delivery (engine/deliveries.ts), tried again for a day.
 * T2. A bucket on which nothing is set pays one look into memory.
 */
import type { World } from '../../base/world.ts';
import { createDeliveries, type Delivery } from '../../engine/deliveries.ts';
import { isAwsError } from '../../protocol/errors.ts';
import type { Call } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import { s3Errors } from './errors.ts';
import { bucketArn, type Change, recordOf, systemEventOf, testMessage } from './eventRecords.ts';
import { concerns, type NotificationRules } from './notificationRules.ts';
import type { ObjectsPorts } from './ports.ts';
import type { Settings } from './settings.ts';
import type { ObjectsStore } from './store.ts';

/** Inside the transaction of a change. It is worked out only if somebody is to be told. */
export type Tell = (bucket: string, change: () => Change) => void;

export type Notifications = {
  tell: Tell;
  /** Inside a transaction: says to each destination that it is one. @throws InvalidArgument for those that do not take it */
  introduce(bucket: string, rules: NotificationRules, call: Call): void;
  start(): void;
  stop(): Promise<void>;
};

type Context = {
  store: Store;
  world: World;
  account: string;
  rows: ObjectsStore;
  settings: Settings;
  ports: Pick<ObjectsPorts, 'notify' | 'mayInvoke' | 'emit'>;
};

type Message = { arn: string; bucket: string; region: string; payload: string };

const DAY = 86_400_000;
/** Between attempts, in milliseconds: twice as long each time, up to the longest. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 600_000;

export function createNotifications({ store, world, account, rows, settings, ports }: Context): Notifications {
  const deliveries = createDeliveries<Message>({
    ...{ store, world, queue: 'objects' },
    deliverer: {
      deliver({ body: { arn, bucket, region, payload } }) {
        ports.notify({ arn, payload }, { bucketArn: bucketArn(bucket), region });
        return undefined;
      },
      failed: againOrNever,
    },
  });

  function againOrNever({ body, attempt, createdAt }: Delivery<Message>, error: unknown): number | undefined {
    const now = world.clock.now();
    if (now - createdAt < DAY) return now + Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE);
    const { message } = error as Error;
    world.log('warn', 'objects.not-notified', { bucket: body.bucket, destination: body.arn, message });
    return undefined;
  }

  return {
    tell(name, changed) {
      const rules = settings.get(name, 'notification');
      if (!rules) return;
      const bucket = rows.bucket({ name });
      if (!bucket) return;
      const change = changed();
      const where = { bucket, account };
      for (const one of rules.destinations) {
        if (!concerns(one, change.event, change.object.key)) continue;
        const payload = recordOf(change, one.id, where);
        deliveries.add(one.arn, { arn: one.arn, bucket: name, region: bucket.region, payload });
      }
      if (rules.eventBridge) ports.emit(systemEventOf(change, where));
    },
    introduce(bucket, { destinations }, call) {
      const from = { bucketArn: bucketArn(bucket), region: rows.bucket({ name: bucket })!.region };
      const refused: string[] = [];
      let reason = '';
      for (const { kind, arn } of destinations) {
        try {
          if (kind !== 'function') ports.notify({ arn, payload: testMessage(bucket, call) }, from);
          else if (!ports.mayInvoke(arn, from)) throw s3Errors.accessDenied();
        } catch (error) {
          if (!isAwsError(error)) throw error;
          refused.push(arn);
          reason = error.message;
        }
      }
      if (refused.length > 0) throw s3Errors.destination(refused, reason);
    },
    start: deliveries.start,
    stop: deliveries.stop,
  };
}
