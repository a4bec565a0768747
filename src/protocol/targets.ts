/**
 * Where services send things to on someone's behalf: a rule's target, a schedule's, a subscriber, a destination, a dead-letter
 * queue. The server wires one `SendTo` for all of them (server/targets.ts).
 */
import type { Call } from './service.ts';

/** Of a queue's or topic's message; the value of a Binary one in base64. */
export type QueueAttribute = { DataType: string; StringValue?: string; BinaryValue?: string };

export type Target = {
  /** Of a function, queue, topic, state machine, pipeline, event bus or log group. */
  arn: string;
  /** The text that is sent: a message, an input, an event's detail. */
  payload: string;
  /** Of a FIFO queue or topic. */
  messageGroupId?: string | undefined;
  deduplicationId?: string | undefined;
  /** Of a queue or topic. */
  attributes?: Readonly<Record<string, QueueAttribute>> | undefined;
  /** Of a pipeline. */
  parameters?: readonly { Name: string; Value: string }[] | undefined;
  /** Of an event bus, where `payload` is the detail. */
  event?: { source: string; detailType: string; resources?: readonly string[] } | undefined;
};

/**
 * Inside a transaction: sends, as the caller, through the operation table; what is started commits with the work around it.
 *
 * @throws AwsErrors: denied, not there, not a kind of target that Telar has
 */
export type SendTo = (target: Target, call: Call) => void;
