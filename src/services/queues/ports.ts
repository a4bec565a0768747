/** What the queues service needs from others; wired by the server. */

export type QueuePorts = {
  /** In the order of their keys. */
  tagsOf(arn: string): { Key: string; Value: string }[];
  /** Adds tags, each replacing the one of its key. Inside a transaction, as what follows. */
  setTags(arn: string, tags: readonly { Key: string; Value: string }[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
