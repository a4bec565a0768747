/**
 * What the jobs of an execution say while it is watched: new lines of their logs, and what each step is doing, as a note.
 *
 * L1. Each line of a job that ran under watch is told once, the last ones after its end too.
 */

import { numberText } from '../../definition/pipeline/conditionText.ts';
import type { Clients } from '../aws.ts';
import { harmless } from '../render/text.ts';
import { type LogTail, logTail } from './logs.ts';
import { queueNotes } from './queue.ts';
import { type ExecutionView, lastPart, type StepView } from './view.ts';

export type Follower = {
  /** Step → its newest line, or its final metrics. */
  notes: ReadonlyMap<string, string>;
  /** Reads what has come. @param tell receives each line, harmless to a terminal */
  follow(view: ExecutionView, tell: (step: StepView, line: string) => void): Promise<void>;
};

export function follower(clients: Clients): Follower {
  const notes = new Map<string, string>();
  const tails = new Map<string, LogTail>();
  const measured = new Set<string>();
  /** Steps whose note says that they wait. */
  let waiting: ReadonlyMap<string, string> = new Map();
  let before: ReadonlySet<string> | undefined;

  async function read(step: StepView, jobArn: string, tell: (step: StepView, line: string) => void): Promise<void> {
    const tail = tails.get(jobArn) ?? logTail(clients, jobArn);
    tails.set(jobArn, tail);
    if (tail.ended()) return;
    for await (const lines of tail.poll()) {
      for (const line of lines) {
        const shown = harmless(line);
        if (shown.trim() === '') continue;
        notes.set(step.name, shown.trim());
        tell(step, shown);
      }
    }
  }

  async function measure(step: StepView, jobArn: string): Promise<void> {
    measured.add(jobArn);
    const client = await clients.sagemaker();
    const { FinalMetricDataList = [] } = await client.describeTrainingJob({ TrainingJobName: lastPart(jobArn) });
    const metrics = FinalMetricDataList.map(({ MetricName, Value = 0 }) => `${MetricName} ${numberText(Value)}`);
    if (metrics.length > 0) notes.set(step.name, metrics.join(', '));
  }

  async function lookAtQueue(view: ExecutionView): Promise<void> {
    const now = await queueNotes(clients, view);
    for (const [step, note] of waiting) if (!now.has(step) && notes.get(step) === note) notes.delete(step);
    for (const [step, note] of now) notes.set(step, note);
    waiting = now;
  }

  return {
    notes,
    async follow(view, tell) {
      // What had ended when watching began is history, not news.
      before ??= new Set(view.steps.filter(({ endedAt }) => endedAt !== undefined).map(({ jobArn = '' }) => jobArn));
      const silent = view.steps.some(({ name, jobArn, endedAt }) => jobArn && !endedAt && !notes.has(name));
      if (silent || waiting.size > 0) await lookAtQueue(view);
      await Promise.all(
        view.steps.map(async (step) => {
          const { jobArn } = step;
          if (jobArn === undefined) return;
          if (step.cachedFrom === undefined && !before?.has(jobArn)) await read(step, jobArn, tell);
          const trained = step.type === 'Training' && step.status === 'Succeeded';
          if (trained && !measured.has(jobArn)) await measure(step, jobArn);
        }),
      );
    },
  };
}
