/** What went wrong in an execution: each failed step with its reason, the last lines of its log, and the diagnosis. */
import type { Clients } from '../aws.ts';
import { type Diagnosis, diagnose } from '../diagnoses.ts';
import { harmless } from '../render/text.ts';
import { lastLines } from './logs.ts';
import type { ExecutionView } from './view.ts';

export type Trouble = {
  /** Undefined when the execution failed outside of its steps. */
  step: string | undefined;
  reason: string;
  log: string[];
  diagnosis: Diagnosis | undefined;
};

const LOG_LINES = 12;

/** None for an execution that has not failed. */
export async function troublesOf(clients: Clients, view: ExecutionView): Promise<Trouble[]> {
  if (view.status !== 'Failed') return [];
  const failed = view.steps.filter(({ status }) => status === 'Failed');
  const { parameters } = view;
  if (failed.length === 0) {
    const reason = view.reason ?? 'No reason was given.';
    return [{ step: undefined, reason, log: [], diagnosis: diagnose({ step: undefined, text: reason, parameters }) }];
  }
  return Promise.all(
    failed.map(async ({ name, type, reason = 'No reason was given.', jobArn }) => {
      if (type === 'Fail') return { step: name, reason, log: [], diagnosis: byDesign(name) };
      const log = jobArn ? (await lastLines(clients, jobArn, LOG_LINES)).map(harmless) : [];
      const text = [reason, ...log].join('\n');
      return { step: name, reason, log, diagnosis: diagnose({ step: name, text, parameters }) };
    }),
  );
}

/** A Fail step is the pipeline's own verdict: nothing is broken. */
function byDesign(step: string): Diagnosis {
  return {
    id: 'fail-step',
    step,
    symptom: `The pipeline ended in its Fail step ${step}.`,
    cause: 'The condition above it did not hold (or held, if it stands in that branch).',
    action:
      'Look at the values that the condition compared; change data, code or parameters, and start a new execution.',
  };
}
