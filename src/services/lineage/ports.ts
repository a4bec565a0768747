/** What the lineage service needs from others; wired by the server. */

/** The SDK's tag, whose members the chain has found present. */
export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

/** A trial component or an experiment, as the graph shows it. */
export type ExperimentNode = {
  name: string;
  /** `TrainingJob`, `ProcessingJob`, `TrialComponent`, `Experiment`. */
  type: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
};

export type LineagePorts = {
  /** What an ARN of a trial component or experiment names; undefined when there is no such thing. */
  experimentNode(arn: string): ExperimentNode | undefined;
  /** Sets first tags. Inside a transaction. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  /** Forgets all tags. Inside a transaction. */
  removeTags(arn: string): void;
};
