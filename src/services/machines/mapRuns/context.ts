/** What the parts of map runs share. */
import type { ExecutionParts } from '../executions/context.ts';
import type { Child, Surroundings } from './children.ts';
import type { Counted, Counts, MapRunRow, MapRunsStore } from './store.ts';

export type MapRunParts = ExecutionParts & { runs: MapRunsStore };

/** A map run that this server carries out. */
export type Live = {
  readonly arn: string;
  /** Aborted when the map run is: what reads for it stops. Another one after a redrive. */
  reading: AbortController;
  /** Resolves once something has happened to the map run since the last time. */
  pause(): Promise<void>;
  wake(): void;
  /** Whether the server stops: nothing more is begun, and a later server goes on. */
  stopping: boolean;
  /** Runs work in a transaction, again until it is committed. @throws LEFT when the server stops */
  commit<T>(work: () => T): Promise<T>;
};

/** Thrown where a map run is not to go on as it was: it has failed, was aborted, or the server stops. */
export const LEFT: unique symbol = Symbol('left');

/** How executions of a type are begun and stopped. Each step is one slice of work, committed when it is done. */
export type Lane = {
  /**
   * Begins those of the children, in their order, for which there is room.
   *
   * @returns how many. Zero: there is no room until more have ended
   * @throws LEFT when the map run is not to go on
   */
  begin(around: Surroundings, children: readonly Child[]): Promise<number>;
  /** Begins some of the executions that a redrive is for again. @returns how many; undefined when none is left */
  redrive(around: Surroundings): Promise<number | undefined>;
  /** How many have not ended, or whose ends are not written down. @throws LEFT */
  left(): Promise<number>;
  /** Asks some that run to stop. @returns how many are left */
  stop(): Promise<number>;
};

/** Milliseconds that a slice may take: what comes on top of it, such as the commit, has to fit into ten. */
export const SLICE = 2;

/** How many run at a time at most, where the definition has no limit: AWS has 10,000, and shares no machine with them. */
const MOST = 1000;
const MOST_OF_AWS = 10_000;

export const roomOf = ({ max_concurrency: limit }: MapRunRow): number =>
  limit === 0 ? MOST : Math.min(limit, MOST_OF_AWS);

export const NO_COUNTS: Counts = {
  running_items: 0,
  running_executions: 0,
  succeeded_items: 0,
  succeeded_executions: 0,
  failed_items: 0,
  failed_executions: 0,
  timed_out_items: 0,
  timed_out_executions: 0,
  aborted_items: 0,
  aborted_executions: 0,
};

const COUNTED_AS: Readonly<Record<string, Counted>> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timed_out',
  ABORTED: 'aborted',
};

/** Adds executions of a status, or with `executions` -1 takes one away. */
export function tally(counts: Counts, status: string, items: number, executions: number): void {
  const as = COUNTED_AS[status]!;
  counts[`${as}_items`] += items;
  counts[`${as}_executions`] += executions;
}
