/** What the objects service needs of others; wired by the server. */
import type { Call } from '../../protocol/service.ts';

/** One version of one object. Versions only grow; a version names the same bytes for good. */
export type ObjectVersion = { bucket: string; key: string; version: number };

export type ObjectsPorts = {
  /**
   * How what a caller reads is to be recorded, inside the transaction of the read; undefined where it is not. What jobs read
   * is their lineage.
   */
  recorder(call: Call): ((object: ObjectVersion) => void) | undefined;
};
