/** What is told of a bucket's objects, and to whom: the operations that say so. */
import { type Operations, reads, writes } from '../../protocol/service.ts';
import { s3Errors } from './errors.ts';
import { notificationMembers, notificationRules } from './notificationRules.ts';
import type { Notifications } from './notifications.ts';
import type { Objects } from './objects.ts';
import type { Settings } from './settings.ts';
import { onBucket, type S3Sdk } from './wire.ts';

type Names = 'PutBucketNotificationConfiguration' | 'GetBucketNotificationConfiguration';
type Context = { objects: Objects; settings: Settings; notifications: Notifications };

export function notificationOperations({ objects, settings, notifications }: Context): Operations<S3Sdk, Names> {
  return {
    PutBucketNotificationConfiguration: writes(
      (input) => onBucket('PutBucketNotification', input.Bucket),
      (input, call) => {
        const { name, region } = objects.bucket(input);
        if (!input.NotificationConfiguration) throw s3Errors.malformedXml();
        let count = 0;
        const newId = () => `${call.requestId}${count++ === 0 ? '' : `-${count}`}`;
        const rules = notificationRules(input.NotificationConfiguration, region, newId);
        if (!input.SkipDestinationValidation) notifications.introduce(name, rules, call);
        // An empty configuration switches notifications off.
        if (rules.destinations.length === 0 && !rules.eventBridge) settings.remove(name, 'notification');
        else settings.set(name, 'notification', rules);
        return {};
      },
    ),
    GetBucketNotificationConfiguration: reads(
      (input) => onBucket('GetBucketNotification', input.Bucket),
      (input) => {
        const rules = settings.get(objects.bucket(input).name, 'notification');
        return rules ? notificationMembers(rules) : {};
      },
    ),
  };
}
