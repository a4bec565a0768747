/** What the experiments service needs from others; wired by the server. */

/** The SDK's tag, whose members the chain has found present. */
export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

/** A job as its own service describes it. */
export type Described = Readonly<Record<string, unknown>>;

export type ExperimentsPorts = {
  /** A job's Describe answer; undefined when there is no such job. */
  job(arn: string): Described | undefined;
  /** Sets first tags. Inside a transaction. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  /** Forgets all tags. Inside a transaction. */
  removeTags(arn: string): void;
};
