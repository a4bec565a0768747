/** What the objects service needs of others; wired by the server. */
import type { Call } from '../../protocol/service.ts';

/** One version of one object. Versions only grow; a version names the same bytes for good. */
export type ObjectVersion = { bucket: string; key: string; version: number };

export type ObjectsPorts = {
  /** Inside the transaction of the read: someone reads an object's bytes. What jobs read is their lineage. */
  objectRead(call: Call, object: ObjectVersion): void;
};
