/**
 * Requests and answers of services whose client packages the SDK does not depend on, by the members that tasks use. Names are
 * those of the API references; `integration` and `awsSdk` take what is not here.
 */

/** https://docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html */
export type StartJobRun = {
  JobName: string;
  /** `--name` → value, as the script's getResolvedOptions reads them. */
  Arguments?: { readonly [name: `--${string}`]: string };
  AllocatedCapacity?: number;
  MaxCapacity?: number;
  NumberOfWorkers?: number;
  WorkerType?: 'Standard' | 'G.025X' | 'G.1X' | 'G.2X' | 'G.4X' | 'G.8X';
  ExecutionClass?: 'FLEX' | 'STANDARD';
  /** Minutes. */
  Timeout?: number;
  SecurityConfiguration?: string;
};

/** https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html */
export type JobRun = {
  Id: string;
  Attempt: number;
  JobName: string;
  JobRunState: string;
  Arguments?: { readonly [name: string]: string };
  ErrorMessage?: string;
  StartedOn: number;
  CompletedOn: number;
  ExecutionTime: number;
  LogGroupName: string;
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export type Invoke = {
  FunctionName: string;
  /** JSON. @default the function is given nothing */
  Payload?: unknown;
  /** A version or alias. */
  Qualifier?: string;
  InvocationType?: 'RequestResponse' | 'Event' | 'DryRun';
  ClientContext?: string;
};
export type Invoked<Payload> = { ExecutedVersion: string; Payload: Payload; StatusCode: number };

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export type Publish = {
  TopicArn?: string;
  TargetArn?: string;
  PhoneNumber?: string;
  /** A text, or JSON that becomes one. */
  Message: unknown;
  Subject?: string;
  MessageStructure?: 'json';
  MessageAttributes?: { readonly [name: string]: { DataType: string; StringValue?: string } };
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
export type SendMessage = {
  QueueUrl: string;
  /** A text, or JSON that becomes one. */
  MessageBody: unknown;
  DelaySeconds?: number;
  MessageAttributes?: { readonly [name: string]: { DataType: string; StringValue?: string } };
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export type PutEvents = {
  Entries: readonly {
    Source: string;
    DetailType: string;
    /** JSON, not text. */
    Detail: unknown;
    EventBusName?: string;
    Resources?: readonly string[];
    Time?: string;
  }[];
};
export type EventsPut = {
  FailedEntryCount: number;
  Entries: readonly { EventId?: string; ErrorCode?: string; ErrorMessage?: string }[];
};
