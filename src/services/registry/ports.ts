/** What the model registry needs from others; wired by the server. */

export type RegistryPorts = {
  /** Whether an object exists; of a URI that ends with a slash, whether any object lies under it. */
  objectExists(s3Uri: string): boolean;
  /** Sets first tags. Inside a transaction. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  /** Forgets all tags. Inside a transaction. */
  removeTags(arn: string): void;
};

/** The SDK's tag, whose members the chain has found present. */
export type GivenTag = { Key?: string | undefined; Value?: string | undefined };
