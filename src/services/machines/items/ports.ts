/** What reading items and writing results need from outside: the objects of S3, as the role of the execution sees them. */
import type { Clock } from '../../../base/clock.ts';

/** `versionId` absent: the object's current version. */
export type ObjectPlace = { readonly bucket: string; readonly key: string; readonly versionId?: string };

export type StoredObject = {
  readonly size: number;
  /** From `from` up to, not including, `to`; all of it without them. It is ended early when enough is read. */
  readonly bytes: (from?: number, to?: number) => AsyncIterable<Uint8Array>;
};

/** An entry of a listing, named as the items of a Map name it. `LastModified`: seconds since the epoch. */
export type ListedObject = {
  readonly Etag: string;
  readonly LastModified: number;
  readonly Key: string;
  readonly Size: number;
  readonly StorageClass: string;
};

/** `next`: what continues the listing; absent on its last page. */
export type ListedPage = { readonly objects: readonly ListedObject[]; readonly next?: string };

/**
 * Each may throw a StatesError, which then is the Map's; any other error becomes States.ItemReaderFailed or
 * States.ResultWriterFailed with its message as the cause.
 */
export type ReaderPorts = {
  readonly open: (place: ObjectPlace) => Promise<StoredObject>;
  /** In the order of the keys. */
  readonly list: (bucket: string, prefix: string | undefined, continued: string | undefined) => Promise<ListedPage>;
  readonly clock: Pick<Clock, 'monotonic' | 'soon'>;
  /** Aborted when the Map has ended: what still reads for it stops. */
  readonly signal?: AbortSignal;
};

export type WriterPorts = {
  /** Whole or not at all; an object that is there is replaced. */
  readonly write: (place: ObjectPlace, body: AsyncIterable<Uint8Array>, contentType: string) => Promise<void>;
  readonly clock: Pick<Clock, 'monotonic' | 'soon'>;
};
