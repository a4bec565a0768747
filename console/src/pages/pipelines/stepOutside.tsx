/** What of a step happens outside of its jobs: the function that it called, the queue that it waits at, what they gave back. */
import { hrefOf } from '../../data/links.ts';
import { CopyCommand } from '../../parts/command.tsx';
import { shortName } from '../../parts/format.ts';
import { Facts } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import type { OverviewProps } from './described.ts';
import type { Execution } from './useExecution.ts';

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

export function StepOutside({ execution: { read }, described }: Pick<OverviewProps, 'execution' | 'described'>) {
  const { Metadata, OutputParameters, HasEnded } = described;
  const callback = Metadata['Callback'];
  const token = textOf(callback?.['CallbackToken']);
  const queue = textOf(callback?.['SqsQueueUrl']);
  const called = textOf(Metadata['Lambda']?.['Arn']);
  const outputs = Object.entries(OutputParameters ?? {});
  if (!callback && !called && outputs.length === 0) return null;
  return (
    <>
      <Facts
        items={[
          ['Function', called && <a href={hrefOf(called)}>{shortName(called)}</a>],
          ['Queue', queue && shortOf(queue)],
          ...outputs.map(([name, value]) => [`Output ${name}`, String(value)] as const),
        ]}
      />
      {token && !HasEnded && (
        <div>
          <p className="step-quiet">It waits for whoever took its message from the queue. To answer in their place:</p>
          <CopyCommand
            command={`aws sagemaker send-pipeline-execution-step-success --callback-token ${quoted(token)}${outputsOf(read, described.StepName)}`}
          />
          <CopyCommand
            command={`aws sagemaker send-pipeline-execution-step-failure --callback-token ${quoted(token)} --failure-reason REASON`}
          />
        </div>
      )}
    </>
  );
}

/** The outputs that the step must be given, for whoever copies the command to fill in. */
function outputsOf(read: Execution['read'], name: string): string {
  const step = read && 'plan' in read ? read.plan.steps[read.plan.byName.get(name) ?? -1]?.step : undefined;
  const wanted = step && 'OutputParameters' in step ? (step.OutputParameters ?? []) : [];
  if (wanted.length === 0) return '';
  return ` --output-parameters ${wanted.map(({ OutputName }) => `Name=${OutputName},Value=VALUE`).join(' ')}`;
}

const shortOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);
