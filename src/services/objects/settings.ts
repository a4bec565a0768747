/**
 * What is set on buckets: tags, policies, CORS and life cycle rules … One JSON document of a kind, held in memory once it was
 * read, since requests look at some of them each time.
 *
 * E1. Memory never says anything else than the rows: a change that is undone is forgotten.
 */
import type { Store } from '../../store/store.ts';
import type { SettingKind } from './buckets.ts';
import type { CorsRule } from './cors.ts';
import type { LifecycleRule } from './lifecycle.ts';
import type { NotificationRules } from './notificationRules.ts';
import type { ObjectsStore } from './store.ts';
import type { Tag } from './tags.ts';

export type PublicAccess = {
  BlockPublicAcls: boolean;
  IgnorePublicAcls: boolean;
  BlockPublicPolicy: boolean;
  RestrictPublicBuckets: boolean;
};

/** What each kind's document is. */
type Documents = {
  tagging: readonly Tag[];
  /** The text as it was sent. */
  policy: string;
  cors: readonly CorsRule[];
  lifecycle: readonly LifecycleRule[];
  encryption: { bucketKey: boolean };
  /** Present only where the default was taken away. */
  ownership: 'none';
  publicAccess: PublicAccess | 'none';
  notification: NotificationRules;
};

export type Settings = {
  get<K extends SettingKind>(bucket: string, kind: K): Documents[K] | undefined;
  /** Inside a transaction, as the following. */
  set<K extends SettingKind>(bucket: string, kind: K, document: Documents[K]): void;
  remove(bucket: string, kind: SettingKind): void;
  /** The bucket goes, and all that is set on it. */
  forget(bucket: string): void;
  /** The buckets on which a kind is set. */
  bucketsWith(kind: SettingKind): string[];
};

const MOST_KNOWN = 10_000;

export function createSettings(rows: ObjectsStore, store: Pick<Store, 'whenUndone'>): Settings {
  /** By bucket; undefined stands for what is known not to be set. */
  const known = new Map<string, Map<SettingKind, unknown>>();

  function changed(bucket: string): void {
    known.delete(bucket);
    store.whenUndone(() => known.delete(bucket));
  }

  return {
    get<K extends SettingKind>(bucket: string, kind: K): Documents[K] | undefined {
      let ofBucket = known.get(bucket);
      if (!ofBucket) {
        // Names come from requests: whoever asks for ever new ones must not fill the memory.
        if (known.size >= MOST_KNOWN) known.clear();
        ofBucket = new Map();
        known.set(bucket, ofBucket);
      }
      if (!ofBucket.has(kind)) {
        const text = rows.setting(bucket, kind);
        ofBucket.set(kind, text === undefined ? undefined : JSON.parse(text));
      }
      return ofBucket.get(kind) as Documents[K] | undefined;
    },
    set(bucket, kind, document) {
      rows.setSetting({ bucket, kind, document: JSON.stringify(document) });
      changed(bucket);
    },
    remove(bucket, kind) {
      rows.removeSetting({ bucket, kind });
      changed(bucket);
    },
    forget: changed,
    bucketsWith: (kind) => rows.settingsOf({ kind }).map(({ bucket }) => bucket),
  };
}
