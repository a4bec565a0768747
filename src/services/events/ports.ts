/** What the events service needs from others; wired by the server. */
import type { Call } from '../../protocol/service.ts';
import type { SendTo } from '../../protocol/targets.ts';

export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

export type EventsPorts = {
  /** Inside a transaction, as what follows. */
  send: SendTo;
  canBeSentTo(arn: string): boolean;
  /** Puts an event on a bus as the call's principal: asks whether it may, and does `instead`. @throws AccessDenied */
  putEvents(input: object, call: Call, instead: () => void): void;
  /** A call made by a role, under a session name, in a region. */
  callAs(roleArn: string, region: string, session: string): Call;
  /** A call of EventBridge itself, on behalf of a rule: what only the policy of a resource can allow. */
  callAsService(region: string, ruleArn: string): Call;
  /** Whether EventBridge may assume a role, on behalf of a rule: that the role exists, and trusts it. */
  roleTrusts(roleArn: string, ruleArn: string): boolean;
  /** In the order of their keys. */
  tagsOf(arn: string): { Key: string; Value: string }[];
  setTags(arn: string, tags: readonly GivenTag[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
