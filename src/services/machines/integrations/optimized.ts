/**
 * The optimised integrations, one row each: what AWS lets a task do with a service, and what it does for the task. Rows of
 * services that Telar does not serve yet stand here with all they need; they run once the server has the API.
 *
 * O1. A row says nothing that the API's model says: names and types of arguments and results are read from that.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
import type { JsonObject } from '../../../definition/asl/scope.ts';
import type { TaskPattern } from '../../../definition/asl/types.ts';
import { isObject } from './arguments.ts';
import type { OptimizedServiceId } from './awsServices.ts';
import type { Awaited, TaskFailure } from './types.ts';

/** Names in inputs and answers are those of the API's model. */
type Values = Readonly<Record<string, unknown>>;

/** How the end of what a `.sync` task has begun is known. */
export type Sync = {
  awaits(input: Values, answer: Values): Awaited;
  /** The operation whose answer is the task's output: named by what it describes, asked by the awaited. */
  readonly describe: string;
  /** The part of that answer which is meant; absent: all of it. */
  readonly part?: string;
  /** The member of it that tells how things stand, and its value for a success. */
  readonly status: string;
  readonly success: string;
  stop(awaited: Awaited): { readonly operation: string; readonly input: object };
};

export type OptimizedRow = {
  readonly service: OptimizedServiceId;
  readonly action: string;
  readonly operation: string;
  readonly patterns: readonly TaskPattern[];
  /** What AWS takes as arguments, where that is not all of the operation's input. */
  readonly takes?: readonly string[];
  /** Members whose value may be any JSON, which is passed as text; in lists of structures, too. */
  readonly json?: readonly string[];
  /** Bytes in the answer that are JSON, and become it. */
  readonly parsed?: readonly string[];
  /** The results tell of the HTTP answer: SdkHttpMetadata, SdkResponseMetadata. */
  readonly metadata: boolean;
  /** Puts into a request what AWS adds to it. @param execution the ARN */
  adds?(input: Record<string, unknown>, execution: string): void;
  /** Some answers tell of a failure. */
  failure?(output: JsonObject): TaskFailure | undefined;
  /** The member that AWS makes up where it is not given: a UUID. */
  readonly name?: string;
  readonly sync?: Sync;
};

const CALLBACK = ['request-response', 'waitForTaskToken'] as const;
const JOB = ['request-response', 'sync'] as const;
const CALL = ['request-response'] as const;

const ROWS: readonly OptimizedRow[] = [
  {
    ...{ service: 'events', action: 'putEvents', operation: 'PutEvents', patterns: CALLBACK, metadata: false },
    json: ['Detail'],
    ...{ failure: failedEntries, adds: addResources },
  },
  {
    ...{ service: 'glue', action: 'startJobRun', operation: 'StartJobRun', patterns: JOB, metadata: true },
    sync: {
      awaits: ({ JobName }, { JobRunId }) => ({ kind: 'job', id: `${JobName}/${JobRunId}` }),
      ...{ describe: 'GetJobRun', part: 'JobRun', status: 'JobRunState', success: 'SUCCEEDED' },
      stop({ id }) {
        const end = id.lastIndexOf('/');
        return {
          operation: 'BatchStopJobRun',
          input: { JobName: id.slice(0, end), JobRunIds: [id.slice(end + 1)] },
        };
      },
    },
  },
  {
    ...{ service: 'lambda', action: 'invoke', operation: 'Invoke', patterns: CALLBACK, metadata: true },
    takes: ['ClientContext', 'FunctionName', 'InvocationType', 'LogType', 'Payload', 'Qualifier'],
    ...{ json: ['Payload'], parsed: ['Payload'], failure: functionError },
  },
  ...['CreateEndpoint', 'CreateEndpointConfig', 'CreateModel', 'UpdateEndpoint'].map((operation) =>
    ofSageMaker(operation),
  ),
  ...['HyperParameterTuningJob', 'LabelingJob', 'ProcessingJob', 'TrainingJob', 'TransformJob'].map((job) =>
    ofSageMaker(`Create${job}`, jobOfSageMaker(job)),
  ),
  {
    ...{ service: 'sns', action: 'publish', operation: 'Publish', patterns: CALLBACK, metadata: true },
    json: ['Message'],
  },
  {
    ...{ service: 'sqs', action: 'sendMessage', operation: 'SendMessage', patterns: CALLBACK, metadata: true },
    takes: [
      ...['DelaySeconds', 'MessageAttributes', 'MessageBody', 'MessageDeduplicationId', 'MessageGroupId', 'QueueUrl'],
    ],
    json: ['MessageBody'],
  },
  {
    ...{ service: 'states', action: 'startExecution', operation: 'StartExecution', metadata: true, name: 'name' },
    patterns: ['request-response', 'sync', 'sync:2', 'waitForTaskToken'],
    takes: ['Input', 'Name', 'StateMachineArn'],
    json: ['Input'],
    sync: {
      awaits: (_, { executionArn }) => ({ kind: 'execution', id: String(executionArn) }),
      ...{ describe: 'DescribeExecution', status: 'status', success: 'SUCCEEDED' },
      stop: ({ id }) => ({ operation: 'StopExecution', input: { executionArn: id } }),
    },
  },
];

const rows = new Map(ROWS.map((row) => [`${row.service}:${row.action}`, row]));

export function optimizedRow(service: string, action: string): OptimizedRow | undefined {
  return rows.get(`${service}:${action}`);
}

/** What `.sync:2` differs in: these texts of the result become the JSON that they are. */
export const PARSED_BY_SYNC_2: readonly string[] = ['input', 'output'];

function ofSageMaker(operation: string, sync?: Sync): OptimizedRow {
  const action = operation.charAt(0).toLowerCase() + operation.slice(1);
  return {
    service: 'sagemaker',
    action,
    operation,
    patterns: sync ? JOB : CALL,
    metadata: true,
    ...(sync && { sync }),
  };
}

/** SageMaker's jobs are alike, to the last member's name. */
function jobOfSageMaker(job: string): Sync {
  return {
    awaits: (_, answer) => ({ kind: 'job', id: String(answer[`${job}Arn`]) }),
    ...{ describe: `Describe${job}`, status: `${job}Status`, success: 'Completed' },
    stop: ({ id }) => ({ operation: `Stop${job}`, input: { [`${job}Name`]: id.slice(id.indexOf('/') + 1) } }),
  };
}

/** Events name the machine and the execution that have sent them. */
function addResources(input: Record<string, unknown>, execution: string): void {
  const [machine = ''] = /^arn:aws:states:[^:]*:\d*:execution:[^:/]+/.exec(execution) ?? [];
  const sent = [machine.replace(':execution:', ':stateMachine:'), execution];
  const entries = input['Entries'] as { Resources?: string[] }[] | undefined;
  input['Entries'] = entries?.map((entry) => ({ ...entry, Resources: [...(entry.Resources ?? []), ...sent] }));
}

function failedEntries(output: JsonObject): TaskFailure | undefined {
  return output['FailedEntryCount'] ? { error: 'EventBridge.FailedEntry', cause: JSON.stringify(output) } : undefined;
}

/** What a function threw is in the payload: its type is the error, all of it the cause. */
function functionError({ FunctionError: thrown, Payload: payload }: JsonObject): TaskFailure | undefined {
  if (thrown === undefined) return undefined;
  const type = isObject(payload) ? payload['errorType'] : undefined;
  return { error: typeof type === 'string' ? type : 'Lambda.Unknown', cause: JSON.stringify(payload ?? null) };
}
