/** What went wrong in an execution: each failed step with its reason, the last lines of its log, and the diagnosis. */
import { type Diagnosis, diagnose, diagnoseStep } from '../../definition/diagnoses/diagnoses.ts';
import type { Clients } from '../aws.ts';
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
      const log = jobArn ? (await lastLines(clients, jobArn, LOG_LINES)).map(harmless) : [];
      const text = [reason, ...log].join('\n');
      return { step: name, reason, log, diagnosis: diagnoseStep({ step: name, type, text, parameters }) };
    }),
  );
}
