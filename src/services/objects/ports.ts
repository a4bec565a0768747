/** What the objects service needs of others; wired by the server. */
import type { EmitEvent } from '../../base/systemEvents.ts';
import type { Call } from '../../protocol/service.ts';
import type { Target } from '../../protocol/targets.ts';

/** One version of one object. Versions only grow; a version names the same bytes for good. */
export type ObjectVersion = { bucket: string; key: string; version: number };

export type NotifiedFrom = { bucketArn: string; region: string };

export type ObjectsPorts = {
  /**
   * How what a caller reads is to be recorded, inside the transaction of the read; undefined where it is not. What jobs read
   * is their lineage.
   */
  recorder(call: Call): ((object: ObjectVersion) => void) | undefined;
  /**
   * Inside a transaction: sends to a topic, a queue or a function, as `s3.amazonaws.com` on behalf of a bucket.
   *
   * @throws AwsErrors: not there, or not allowed by its policy
   */
  notify(target: Target, from: NotifiedFrom): void;
  /** Whether a function's policy lets a bucket call it. */
  mayInvoke(functionArn: string, from: NotifiedFrom): boolean;
  /** Whether what a bucket's policy names as a principal is there. */
  principalExists(name: string): boolean;
  /** Inside the transaction of a change: tells EventBridge. */
  emit: EmitEvent;
};
