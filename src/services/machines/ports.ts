/** What the machines service needs from others; wired by the server. */
import type { EmitEvent } from '../../base/systemEvents.ts';
import type { Api } from '../../protocol/api.ts';
import type { Call } from '../../protocol/service.ts';
import type { PlannedCall } from './integrations/types.ts';

export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

export type MachinePorts = {
  /** Inside the transaction that changes an execution's status. */
  emit: EmitEvent;
  /** A call made by a role, under a session name, in a region: what an execution's task makes. */
  callAs(roleArn: string, region: string, session: string): Call;
  /**
   * A call made by a role that the principal of another call assumes: a task's Credentials. Its policies and the role's trust must allow it.
   *
   * @throws AccessDenied
   */
  assume(by: Call, roleArn: string, session: string): Call;
  /** Runs an operation inside the transaction under way, as the call's principal: the one dispatch. */
  invoke(call: PlannedCall, as: Call): object;
  /** The same for one that moves bytes, in transactions of its own. */
  invokeOutside(call: PlannedCall, as: Call): Promise<object>;
  movesBytes(call: PlannedCall): boolean;
  apis(): readonly Api[];
  serves(api: Api, operation: string): boolean;
  /** Whether Step Functions may assume a role on behalf of a machine: that the role exists, and trusts it. */
  roleTrusts(roleArn: string, machineArn: string): boolean;
  /** Whether there is a log group of this name. */
  logGroupExists(region: string, name: string): boolean;
  /**
   * Inside a transaction: adds events, in the order of their times, to a stream of a log group; a group that is not there takes
   * nothing.
   */
  log(region: string, group: string, stream: string, events: readonly { at: number; message: string }[]): void;
  /** In the order of their keys. */
  tagsOf(arn: string): { Key: string; Value: string }[];
  /** Adds tags, each replacing the one of its key. Inside a transaction, as what follows. */
  setTags(arn: string, tags: readonly GivenTag[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
