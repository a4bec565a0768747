/**
 * What went wrong in a machine's execution: the state that failed, its error and cause, what its retriers and catchers did about
 * it, and where the logs are.
 */

import { handlingOf, languageAdvice } from '../../definition/asl/advice.ts';
import type { StateView } from '../../definition/asl/history/fold.ts';
import { diagnose } from '../../definition/diagnoses/diagnoses.ts';
import type { Clients } from '../aws.ts';
import { lastLines } from '../execution/logs.ts';
import { executionReader } from '../execution/read.ts';
import { type Trouble, troublesOf } from '../execution/troubles.ts';
import { harmless } from '../render/text.ts';
import { begunBy, isJob, isPipelineExecution } from './jobs.ts';
import type { MachineExecution, MachineReader } from './read.ts';

export type MachineTrouble = {
  /** Undefined when the execution failed outside of its states. */
  state: string | undefined;
  type: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** What was done about it, a sentence each. */
  handling: string[];
  /** ARNs of the jobs and executions that have more to say. */
  began: readonly string[];
  log: string[];
  diagnosis: Trouble['diagnosis'];
};

export type MachineTroubles = {
  own: MachineTrouble[];
  /** Of the pipelines' executions that it began: there is the fault, as a rule. */
  ofPipelines: { arn: string; troubles: Trouble[] }[];
};

const LOG_LINES = 12;

/** None for one that has not failed. What a pipeline that it began failed with comes after its own. */
export async function machineTroubles(
  clients: Clients,
  { defined }: Pick<MachineReader, 'defined'>,
  view: MachineExecution,
): Promise<MachineTroubles> {
  if (view.status !== 'FAILED' && view.status !== 'TIMED_OUT') return { own: [], ofPipelines: [] };
  const failed = view.states.filter(({ status }) => status === 'Failed');
  // Of a Parallel, the state inside of it says more.
  const innermost = failed.filter(({ depth }, index) => !(failed[index + 1] && failed[index + 1]!.depth > depth));
  const own = await Promise.all(innermost.map((state) => troubleOf(clients, defined, view, state)));
  const pipelines = begunBy(view).filter(({ arn }) => isPipelineExecution(arn));
  const ofPipelines = await Promise.all(
    pipelines.map(async ({ arn }) => {
      const reader = await executionReader(clients, arn);
      return { arn, troubles: await troublesOf(clients, await reader.read()) };
    }),
  );
  return { own: own.length > 0 ? own : [outside(view)], ofPipelines };
}

function outside({ status, error = status === 'TIMED_OUT' ? 'States.Timeout' : undefined, cause }: MachineExecution) {
  const text = [error, cause].filter(Boolean).join(': ');
  return {
    ...{ state: undefined, type: undefined, error, cause, handling: [], began: [], log: [] },
    diagnosis: diagnose({ step: undefined, text }) ?? machineDiagnosis(undefined, error, cause),
  };
}

async function troubleOf(
  clients: Clients,
  defined: MachineReader['defined'],
  view: MachineExecution,
  state: StateView,
): Promise<MachineTrouble> {
  const { name, type, began } = state;
  const error = state.error ?? view.error;
  const cause = state.cause ?? view.cause;
  const job = began.findLast(isJob);
  const log = job ? (await lastLines(clients, job, LOG_LINES)).map(harmless) : [];
  const text = [`${error ?? ''}: ${cause ?? ''}`, ...log].join('\n');
  const diagnosis =
    type === 'Fail' ? byDesign(name) : (diagnose({ step: name, text }) ?? machineDiagnosis(name, error, cause));
  return { state: name, type, error, cause, handling: handlingOf(defined, state, error), began, log, diagnosis };
}

/** A Fail state is the machine's own verdict. */
function byDesign(step: string): NonNullable<Trouble['diagnosis']> {
  return {
    ...{ id: 'fail-state', step, symptom: `The machine ended in its Fail state ${step}.` },
    cause: 'A Choice or a Catch before it led there.',
    action: "See what led there ('telar history'); change data, input or code, and start a new execution.",
  };
}

function machineDiagnosis(step: string | undefined, error: string | undefined, cause: string | undefined) {
  const known = languageAdvice(error);
  if (!known) return undefined;
  const id = error!
    .replace(/^States\./, '')
    .replace(/(?<!^)([A-Z])/g, '-$1')
    .toLowerCase();
  return {
    id: `states-${id}`,
    step,
    symptom: `${error}: ${cause ?? 'no cause was given'}`,
    ...known,
  };
}
