/**
 * What is told of a change to an object, pure: the record of a bucket notification, and the event of EventBridge.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
import type { SystemEvent } from '../../base/systemEvents.ts';
import type { Call } from '../../protocol/service.ts';
import type { Bucket } from './buckets.ts';

/** As notifications name it, without `s3:`. */
export type EventName =
  | `ObjectCreated:${'Put' | 'Post' | 'Copy' | 'CompleteMultipartUpload'}`
  | `ObjectRemoved:${'Delete' | 'DeleteMarkerCreated'}`
  | `LifecycleExpiration:${'Delete' | 'DeleteMarkerCreated'}`
  | 'LifecycleTransition'
  | `ObjectTagging:${'Put' | 'Delete'}`
  | `ObjectRestore:${'Post' | 'Completed' | 'Delete'}`;

export type Change = {
  event: EventName;
  object: {
    key: string;
    /** Orders the changes of one key; of what was written or removed. */
    version: number;
    size?: number | undefined;
    etag?: string | undefined;
    versionId?: string | undefined;
    /** Of an archived one, or what a life cycle has moved it to. */
    storageClass?: string | undefined;
    /** Until when it can be read. */
    restoredUntil?: number | undefined;
  };
  /** Milliseconds since the epoch. */
  at: number;
  /** Who did it; the life cycle, or a job's output, by no request. */
  by: Pick<Call, 'requestId' | 'principal' | 'remoteAddress'> | 'lifecycle' | 'telar';
};

type Where = { bucket: Pick<Bucket, 'name' | 'region'>; account: string };

const S3 = 's3.amazonaws.com';
const LOCAL = '127.0.0.1';

export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`;

function whoOf({ by }: Change, account: string) {
  if (by === 'lifecycle') return { principalId: S3, requester: S3, address: S3, requestId: '' };
  if (by === 'telar') return { principalId: `AWS:${account}`, requester: account, address: LOCAL, requestId: '' };
  const { principal, remoteAddress, requestId } = by;
  const service = principal.kind === 'service';
  return {
    principalId: service ? principal.arn : `AWS:${principal.userId}`,
    requester: service ? principal.arn : account,
    address: remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? LOCAL,
    requestId,
  };
}

/** Of two changes of a key the later has the greater one, as texts: by the version, and by the time where that is the same. */
const sequencerOf = ({ object, at, event }: Change): string => {
  const hex = (value: number, length: number) => value.toString(16).toUpperCase().padStart(length, '0');
  return `${hex(object.version, 12)}${event.startsWith('ObjectCreated') ? hex(0, 12) : hex(at, 12)}`;
};

/** As in a form: a space is a `+`. */
const keyInRecord = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, escaped);
const escaped = (one: string) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`;

/** The message of a notification: one record, as S3 sends them. */
export function recordOf(change: Change, configurationId: string, { bucket, account }: Where): string {
  const { event, object, at } = change;
  const { principalId, address, requestId } = whoOf(change, account);
  const record = {
    ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: bucket.region },
    ...{ eventTime: new Date(at).toISOString(), eventName: event },
    ...{ userIdentity: { principalId }, requestParameters: { sourceIPAddress: address } },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId },
    s3: {
      ...{ s3SchemaVersion: '1.0', configurationId },
      bucket: { name: bucket.name, ownerIdentity: { principalId: account }, arn: bucketArn(bucket.name) },
      object: {
        key: keyInRecord(object.key),
        ...(object.size !== undefined && { size: object.size }),
        ...(object.etag !== undefined && { eTag: object.etag }),
        ...(object.versionId !== undefined && { versionId: object.versionId }),
        sequencer: sequencerOf(change),
      },
    },
    ...archiveData(change),
  };
  return JSON.stringify({ Records: [record] });
}

function archiveData({ event, object }: Change): object {
  if (event === 'LifecycleTransition') {
    return { lifecycleEventData: { transitionEventData: { destinationStorageClass: object.storageClass } } };
  }
  if (event !== 'ObjectRestore:Completed' || object.restoredUntil === undefined) return {};
  const restoreEventData = {
    lifecycleRestorationExpiryTime: new Date(object.restoredUntil).toISOString(),
    lifecycleRestoreStorageClass: object.storageClass,
  };
  return { glacierEventData: { restoreEventData } };
}

/** What S3 sends to a destination when it is configured. */
export const testMessage = (bucket: string, call: Pick<Call, 'requestId' | 'now'>): string =>
  JSON.stringify({
    ...{ Service: 'Amazon S3', Event: 's3:TestEvent', Time: new Date(call.now).toISOString() },
    ...{ Bucket: bucket, RequestId: call.requestId, HostId: call.requestId },
  });

type Told = { detailType: string; reason?: string; deletionType?: string };

const PERMANENTLY = 'Permanently Deleted';
const BY_MARKER = 'Delete Marker Created';

/** How EventBridge words each. */
const TOLD: Readonly<Record<EventName, Told>> = {
  'ObjectCreated:Put': { detailType: 'Object Created', reason: 'PutObject' },
  'ObjectCreated:Post': { detailType: 'Object Created', reason: 'POST Object' },
  'ObjectCreated:Copy': { detailType: 'Object Created', reason: 'CopyObject' },
  'ObjectCreated:CompleteMultipartUpload': { detailType: 'Object Created', reason: 'CompleteMultipartUpload' },
  'ObjectRemoved:Delete': { detailType: 'Object Deleted', reason: 'DeleteObject', deletionType: PERMANENTLY },
  'ObjectRemoved:DeleteMarkerCreated': {
    detailType: 'Object Deleted',
    reason: 'DeleteObject',
    deletionType: BY_MARKER,
  },
  'LifecycleExpiration:Delete': {
    ...{ detailType: 'Object Deleted', reason: 'Lifecycle Expiration', deletionType: PERMANENTLY },
  },
  'LifecycleExpiration:DeleteMarkerCreated': {
    ...{ detailType: 'Object Deleted', reason: 'Lifecycle Expiration', deletionType: BY_MARKER },
  },
  LifecycleTransition: { detailType: 'Object Storage Class Changed' },
  'ObjectTagging:Put': { detailType: 'Object Tags Added' },
  'ObjectTagging:Delete': { detailType: 'Object Tags Deleted' },
  'ObjectRestore:Post': { detailType: 'Object Restore Initiated' },
  'ObjectRestore:Completed': { detailType: 'Object Restore Completed' },
  'ObjectRestore:Delete': { detailType: 'Object Restore Expired' },
};

export function systemEventOf(change: Change, { bucket, account }: Where): SystemEvent {
  const { detailType, reason, deletionType } = TOLD[change.event];
  const { object, event } = change;
  const isRestore = event.startsWith('ObjectRestore');
  return {
    ...{ region: bucket.region, source: 'aws.s3', detailType, resources: [bucketArn(bucket.name)] },
    detail() {
      const { requester, address, requestId } = whoOf(change, account);
      const removed = detailType === 'Object Deleted';
      return {
        version: '0',
        bucket: { name: bucket.name },
        object: {
          key: object.key,
          ...(!removed && object.size !== undefined && { size: object.size }),
          ...(object.etag !== undefined && (!removed || deletionType === BY_MARKER) && { etag: object.etag }),
          ...(object.versionId !== undefined && { 'version-id': object.versionId }),
          ...(reason !== undefined && { sequencer: sequencerOf(change) }),
        },
        ...{ 'request-id': requestId, requester, 'source-ip-address': address },
        ...(reason !== undefined && { reason }),
        ...(deletionType !== undefined && { 'deletion-type': deletionType }),
        ...(event === 'LifecycleTransition' && { 'destination-storage-class': object.storageClass }),
        ...(isRestore && { 'source-storage-class': object.storageClass }),
        ...(object.restoredUntil !== undefined && {
          'restore-expiry-time': new Date(object.restoredUntil).toISOString(),
        }),
      };
    },
  };
}
