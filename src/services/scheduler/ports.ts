/** What the scheduler service needs from others; wired by the server. */
import type { Call } from '../../protocol/service.ts';
import type { SendTo } from '../../protocol/targets.ts';

export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

/** `arn:aws:scheduler:::aws-sdk:sqs:sendMessage` */
export type UniversalTarget = { arn: string; service: string; action: string };

export type SchedulerPorts = {
  /** A call made by a role, under a session name, in a region. */
  callAs(roleArn: string, region: string, session: string): Call;
  /** Whether the Scheduler may assume a role on behalf of a schedule: that the role exists, and trusts it. */
  roleTrusts(roleArn: string, scheduleArn: string): boolean;
  send: SendTo;
  /** Whether `send` knows an ARN's kind of target. */
  canBeSentTo(arn: string): boolean;
  /** Why an operation cannot be a target here; undefined when it can. */
  refusalOf(target: UniversalTarget): string | undefined;
  /**
   * Inside a transaction: runs an operation, or answers what has to be done outside.
   *
   * @param input as JSON
   * @param execution what makes the request the same again when it is tried again
   * @throws AwsErrors
   */
  invoke(
    target: UniversalTarget,
    input: unknown,
    execution: { scheduleArn: string; at: number },
    call: Call,
  ): (() => Promise<unknown>) | undefined;
  /** In the order of their keys. */
  tagsOf(arn: string): { Key: string; Value: string }[];
  /** Adds tags, each replacing the one of its key. Inside a transaction, as what follows. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
