/** What the Glue service needs from others; wired by the server (server/glue.ts). */
import type { EmitEvent } from '../../base/systemEvents.ts';
import type { Call } from '../../protocol/service.ts';

/** A run as whoever carries it out needs to know it. */
export type RunOrder = {
  /** Names it to the machine; its last part is the run's id. */
  arn: string;
  /** For people. */
  name: string;
  roleArn: string;
  image: string;
  command: string;
  /** Objects that become files below /opt/ml, each in a folder of its own. */
  inputs: readonly { name: string; uri: string; folder: string }[];
  /** The document `config/glue.json`. */
  configuration: Readonly<Record<string, unknown>>;
  environment: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  /** What people call its capacity, and what it stands for. */
  size: { name: string; cpus: number; memoryBytes: number; diskBytes: number };
  logs: { output: string; error: string; stream: string };
};

/** Where, when and for whom an order is placed. */
export type Placing = Pick<Call, 'region' | 'now'> & {
  requester: string;
  /** It goes on with what was admitted before: however many wait. */
  again: boolean;
};

/** How a run's process ended. */
export type OrderEnd = {
  arn: string;
  status: 'Completed' | 'Failed' | 'Stopped';
  outOfTime: boolean;
  /** The fault was Telar's or the machine's. */
  internal: boolean;
  failureReason: string | undefined;
};

export type GluePorts = {
  /** Inside a transaction: has a run carried out. */
  place(order: RunOrder, placing: Placing): void;
  /** Inside a transaction. */
  stop(arn: string, at: number): void;
  /** Why jobs of an image cannot run on this machine; undefined when they can. */
  refusal(image: string): string | undefined;
  /** Whether this machine has Java, which Spark needs. */
  hasJava(): boolean;
  /** Whether the role exists, and Glue may assume it for a job. */
  roleTrusts(roleArn: string, jobArn: string): boolean;
  /** Inside the transaction that ends a run: tells whoever waits for it. @param run what GetJobRun answers */
  runEnded(jobName: string, runId: string, run: object): void;
  emit: EmitEvent;
  tagsOf(arn: string): { Key: string; Value: string }[];
  setTags(arn: string, tags: readonly { Key: string; Value: string }[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
