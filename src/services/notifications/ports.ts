/** What the notifications service needs from others; wired by the server. */
import type { Call } from '../../protocol/service.ts';
import type { SendTo } from '../../protocol/targets.ts';

export type GivenTag = { Key?: string | undefined; Value?: string | undefined };

export type SignatureVersion = '1' | '2';

/** What signs messages, and shows by which certificate. */
export type Signer = {
  /** Resolves once `sign` can be called. */
  prepare(): Promise<void>;
  /** In base64: 1 is SHA1withRSA, 2 SHA256withRSA. */
  sign(text: string, version: SignatureVersion): string;
};

export type Post = {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
};

export type Mail = { from: string; to: string; subject: string; text: string };

export type NotificationPorts = {
  /** Sends to a queue or a function, as a call's principal, inside the transaction. */
  send: SendTo;
  /** A call by SNS itself on behalf of a topic: what the queue's or function's own policy must allow. */
  callAsService(region: string, topicArn: string): Call;
  signer: Signer;
  /** Where links of messages lead, and the certificate lies, without a slash at the end. */
  links(region: string): { base: string; certificate: string };
  /** Whether an address is this server's own. */
  isOwnAddress(url: URL): boolean;
  /** Resolves with the answer's status. Rejects when there was none. */
  post(request: Post, stopped: AbortSignal): Promise<number>;
  /** Hands over to the mail server. Undefined where none is configured. */
  mail: { from: string; send(mail: Mail, stopped: AbortSignal): Promise<void> } | undefined;
  tagsOf(arn: string): { Key: string; Value: string }[];
  setTags(arn: string, tags: readonly GivenTag[]): void;
  removeTagsOfKeys(arn: string, keys: readonly string[]): void;
  removeTags(arn: string): void;
};
