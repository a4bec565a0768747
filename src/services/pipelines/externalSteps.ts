/**
 * Lambda and Callback steps: a function that is invoked, and a message that somebody answers with its token.
 *
 * L1. A function is invoked outside the store, at least once for each start; what it answered first is recorded.
 * L2. A callback's message is sent in the transaction that records the start, and its token ends that start once.
 * L3. Neither ends when its execution is stopped: the function runs to its end, and whoever has the message is told, and answers.
 */

import { LOWER_ALPHANUMERIC, randomString } from '../../base/random.ts';
import type { Json, OutputParameter, Scalar, Step } from '../../definition/pipeline/types.ts';
import type { TaskStart } from '../../engine/language.ts';
import { type PipelineEvent, type PipelineTask, stepTask } from '../../engine/pipelines/events.ts';
import type { CacheVerdict, PipelineState } from '../../engine/pipelines/state.ts';
import { isAwsError } from '../../protocol/errors.ts';
import type { Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { errors } from './errors.ts';

type StepTask = Extract<PipelineTask, { kind: 'step' }>;
type Start = TaskStart<PipelineEvent>;
export type ExternalStep = Extract<Step, { Type: 'Lambda' | 'Callback' }>;
type Of = { state: PipelineState; planned: ExternalStep; task: StepTask; call: Call };
type Begun = Of & { cache: CacheVerdict };

export const isExternal = (step: Step): step is ExternalStep => step.Type === 'Lambda' || step.Type === 'Callback';

/** As SageMaker has them. */
const TOKEN_LENGTH = 10;

export type ExternalSteps = {
  start(of: Begun): Start;
  /** The execution is stopped. */
  cancel(of: Of): void;
};

export function externalSteps({ db, ports, world }: Parts): ExternalSteps {
  function invoke({ planned, task, call, cache }: Begun): Start {
    const target = String(task.beside?.['FunctionArn']);
    const which = { step: task.step, start: task.start };
    return {
      kind: 'outside',
      async work() {
        try {
          const { payload, functionError } = await ports.invokeFunction(target, JSON.stringify(task.arguments), call);
          if (functionError)
            return failed(which, `ClientError: The function ${target} answered with an error: ${payload}`);
          const outputs = outputsIn(payload, planned.OutputParameters ?? []);
          if (typeof outputs === 'string') return failed(which, `ClientError: ${outputs}`);
          return {
            ...succeeded(which, outputs, { Lambda: { Arn: target, OutputParameters: listed(outputs) } }),
            cache,
          };
        } catch (error) {
          const { code = 'InternalFailure', message } = error as Error & { code?: string };
          const type = isAwsError(error) && error.status === 429 ? 'Step.THROTTLING' : undefined;
          return failed(which, `ClientError: ${message} (${code})`, type);
        }
      },
    };
  }

  function send({ state, task, call, cache }: Begun): Start {
    const url = String(task.beside?.['SqsQueueUrl']);
    const token = randomString(world.random, TOKEN_LENGTH, LOWER_ALPHANUMERIC);
    const which = { step: task.step, start: task.start };
    db.insertCallback({ token, execution: state.input.executionArn, ...which });
    ports.sendMessage(url, message(state, token, task.arguments, 'Executing'), call);
    const metadata = { Callback: { CallbackToken: token, SqsQueueUrl: url } };
    return { kind: 'running', event: { kind: 'step-started', ...which, metadata, cache } };
  }

  return {
    start: (of) => (of.planned.Type === 'Lambda' ? invoke(of) : send(of)),
    cancel({ state, planned, task, call }) {
      if (planned.Type === 'Lambda') return;
      const waiting = db.callbackOf({ execution: state.input.executionArn, step: task.step, start: task.start });
      if (!waiting) return;
      try {
        const url = String(task.beside?.['SqsQueueUrl']);
        ports.sendMessage(url, message(state, waiting.token, task.arguments, 'Stopping'), call);
      } catch (error) {
        // Whoever has the token can still end the step.
        if (!isAwsError(error)) throw error;
      }
    },
  };
}

function message(state: PipelineState, token: string, given: { [key: string]: Json }, status: string): string {
  const { executionArn: pipelineExecutionArn } = state.input;
  return JSON.stringify({ token, pipelineExecutionArn, arguments: given, status });
}

type Which = { step: string; start: number };
type Outputs = Readonly<Record<string, Scalar>>;

const failed = (which: Which, reason: string, type?: string): PipelineEvent => ({
  kind: 'step-failed',
  ...which,
  failure: { reason, ...(type && { type }) } as Extract<PipelineEvent, { kind: 'step-failed' }>['failure'],
});

const succeeded = (
  which: Which,
  outputParameters: Outputs,
  metadata: Record<string, Record<string, unknown>>,
): Extract<PipelineEvent, { kind: 'step-succeeded' }> => ({
  kind: 'step-succeeded',
  ...which,
  result: { outputParameters },
  metadata,
});

const listed = (outputs: Outputs) => Object.entries(outputs).map(([Name, value]) => ({ Name, Value: String(value) }));

/** The values that a function gave back, by name; or a sentence about what is missing. */
function outputsIn(payload: string, declared: readonly OutputParameter[]): Outputs | string {
  let given: unknown;
  try {
    given = JSON.parse(payload);
  } catch {
    return 'The function answered with what is no JSON.';
  }
  const values = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  return read(declared, (name) => (Object.hasOwn(values, name) ? values[name] : undefined));
}

/** @param given what there is under a name */
function read(declared: readonly OutputParameter[], given: (name: string) => unknown): Outputs | string {
  const outputs: Record<string, Scalar> = {};
  for (const { OutputName: name, OutputType: type } of declared) {
    const value = scalar(given(name), type);
    if (value === undefined) return `The output parameter '${name}' is missing, or is not of the type ${type}.`;
    outputs[name] = value;
  }
  return outputs;
}

/** A value of a declared type; texts of numbers and truths are taken for these. */
function scalar(value: unknown, type: OutputParameter['OutputType']): Scalar | undefined {
  switch (type) {
    case 'String':
      return typeof value === 'object' || value === undefined ? undefined : String(value);
    case 'Boolean':
      if (typeof value === 'boolean') return value;
      return value === 'true' || value === 'True' ? true : value === 'false' || value === 'False' ? false : undefined;
    default: {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
      return type === 'Integer' && !Number.isInteger(number) ? undefined : number;
    }
  }
}

type Answer = { CallbackToken?: string | undefined };
type Given = readonly { Name?: string | undefined; Value?: string | undefined }[];

/** The step that a token is of, if it still waits. @throws ResourceNotFound */
function waitingFor({ db, engine }: Parts, { CallbackToken: token = '' }: Answer) {
  const row = db.callback({ token });
  const state = row && engine.state<PipelineState>(row.execution);
  if (!row || !state) throw errors.callbackUnknown();
  return { row, state };
}

/** Inside a transaction. @throws ResourceNotFound, ValidationException: an output parameter is missing */
export function callbackSucceeded(parts: Parts, input: Answer & { OutputParameters?: Given | undefined }) {
  const { row, state } = waitingFor(parts, input);
  const planned = state.plan.steps[state.plan.byName.get(row.step)!]!.step;
  const declared = isExternal(planned) ? (planned.OutputParameters ?? []) : [];
  const given = new Map((input.OutputParameters ?? []).map(({ Name, Value }) => [Name, Value]));
  const outputs = read(declared, (name) => given.get(name));
  if (typeof outputs === 'string') throw errors.callbackOutputs(outputs);
  const { metadata } = state.steps[state.plan.byName.get(row.step)!]!;
  const Callback = { ...metadata['Callback'], OutputParameters: listed(outputs) };
  return answered(parts, row, succeeded({ step: row.step, start: row.start }, outputs, { Callback }));
}

/** Inside a transaction. @throws ResourceNotFound */
export function callbackFailed(parts: Parts, input: Answer & { FailureReason?: string | undefined }) {
  const { row } = waitingFor(parts, input);
  const reason = input.FailureReason ?? 'The callback was answered with a failure.';
  return answered(parts, row, failed({ step: row.step, start: row.start }, reason));
}

function answered({ db, engine }: Parts, row: Which & { token: string; execution: string }, event: PipelineEvent) {
  db.removeCallback({ token: row.token });
  if (!engine.complete<PipelineEvent>(row.execution, stepTask(row.step, row.start), event))
    throw errors.callbackUnknown();
  return { PipelineExecutionArn: row.execution };
}
