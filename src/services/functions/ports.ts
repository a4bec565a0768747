/** What the functions service needs from others; wired by the server. */
import type { Policy } from '../../definition/policy/types.ts';
import type { AwsError } from '../../protocol/errors.ts';
import type { Access, Call } from '../../protocol/service.ts';
import type { SendTo } from '../../protocol/targets.ts';
import type { FunctionWorkers } from '../../runner/functions/workers.ts';

export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

export type RoleCredentials = { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };

/** What runs functions' processes; a system that is only simulated has none. */
export type Workers = FunctionWorkers;

/** A queue that functions are invoked with the messages of: SQS, through its operations. */
export type QueueCalls = {
  /** @param wait seconds for which to wait for one, at most */
  receive(queueArn: string, most: number, wait: number, call: Call): Promise<readonly QueueMessage[]>;
  remove(queueArn: string, receiptHandles: readonly string[], call: Call): Promise<void>;
  /** Inside a transaction, in seconds. @throws SQS's errors */
  visibilityTimeout(queueArn: string, call: Call): number;
};

export type QueueMessage = {
  MessageId?: string | undefined;
  ReceiptHandle?: string | undefined;
  Body?: string | undefined;
  Attributes?: Readonly<Record<string, string>> | undefined;
  MessageAttributes?: Readonly<Record<string, QueueAttribute>> | undefined;
  MD5OfBody?: string | undefined;
  MD5OfMessageAttributes?: string | undefined;
};

export type QueueAttribute = {
  StringValue?: string | undefined;
  BinaryValue?: Uint8Array | undefined;
  DataType: string | undefined;
};

export type FunctionPorts = {
  workers: Workers | undefined;
  callAs(roleArn: string, region: string, session: string): Call;
  /** Whether Lambda may assume a role on behalf of a function: that the role exists, and trusts it. */
  roleTrusts(roleArn: string, functionArn: string): boolean;
  /** Inside a transaction. */
  roleSession(roleArn: string, session: string, seconds: number): RoleCredentials;
  /** Why a caller may not do something. */
  refusal(call: Call, access: Access): AwsError | undefined;
  /** An object's content. @throws S3's errors */
  openObject(bucket: string, key: string, versionId: string | undefined): Promise<{ path: string } | { bytes: Buffer }>;
  sendTo: SendTo;
  canBeSentTo(arn: string): boolean;
  queues: QueueCalls;
  /** Inside a transaction: makes a log group that is missing, as the call's principal. @throws AccessDenied */
  makeLogGroup(group: string, call: Call): void;
  /** Inside a transaction. */
  log(region: string, group: string, stream: string, events: readonly { at: number; message: string }[]): void;
  /** Where functions reach this server. */
  endpointUrl(): string;
  proxyVariables?(credentials: RoleCredentials): Readonly<Record<string, string>> | undefined;
  parsePolicy(text: string): Policy | undefined;
  tagsOf(arn: string): { Key: string; Value: string }[];
  setTags(arn: string, tags: readonly GivenTag[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
