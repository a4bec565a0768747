/** What the machines service needs from others; wired by the server. */

export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

export type MachinePorts = {
  /** Whether Step Functions may assume a role on behalf of a machine: that the role exists, and trusts it. */
  roleTrusts(roleArn: string, machineArn: string): boolean;
  /** Whether there is a log group of this name. */
  logGroupExists(region: string, name: string): boolean;
  /** In the order of their keys. */
  tagsOf(arn: string): { Key: string; Value: string }[];
  /** Adds tags, each replacing the one of its key. Inside a transaction, as what follows. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
