/** Why a step failed, the last that its log says, and what `telar doctor` would advise: both look in the same table of faults. */
import { diagnoseStep } from '../../../../src/definition/diagnoses/diagnoses.ts';
import { useJobLog } from '../../data/jobLog.ts';
import { plainText } from '../../parts/ansi.ts';
import { CopyCommand } from '../../parts/command.tsx';
import { shortName } from '../../parts/format.ts';
import { LongText } from '../../parts/longText.tsx';
import { Banner } from '../../parts/notice.tsx';
import { type DescribedStep, jobNameOf, jobOf, type OverviewProps } from './described.ts';
import type { Texts } from './parameters.ts';

/** As many as `telar doctor` reads. */
const LOG_LINES = 12;

export function StepFailure({ execution, step, described }: OverviewProps) {
  const job = jobOf(step.ArnOfWork);
  const { parameters, arn } = execution;
  const common = { described, parameters, execution: shortName(arn) };
  return (
    <>
      <Banner tone="bad">
        <span className="step-reason">
          <LongText text={described.FailureReason ?? 'No reason was given.'} />
        </span>
      </Banner>
      {job === undefined ? <Advice {...common} lines={NO_LINES} /> : <AdviceWithLog job={job} {...common} />}
    </>
  );
}

const NO_LINES: readonly string[] = [];

type AdviceProps = {
  described: DescribedStep;
  parameters: Texts | undefined;
  execution: string;
  lines: readonly string[];
};

function AdviceWithLog({ job, ...common }: Omit<AdviceProps, 'lines'> & { job: string }) {
  const { lines, loading } = useJobLog(job, jobNameOf(common.described), false);
  if (loading) return null;
  const last = lines
    .map(({ text }) => plainText(text))
    .filter((text) => text.trim() !== '')
    .slice(-LOG_LINES);
  return (
    <>
      <Advice {...common} lines={last} />
      {last.length > 0 && (
        <div>
          <h3 className="step-heading">The last lines of its log</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
          <pre className="step-lines" tabIndex={0}>
            {last.join('\n')}
          </pre>
        </div>
      )}
    </>
  );
}

function Advice({ described, parameters = {}, execution, lines }: AdviceProps) {
  const { StepName: step, StepType: type, FailureReason: reason = '' } = described;
  const found = diagnoseStep({ step, type, text: [reason, ...lines].join('\n'), parameters });
  return (
    <>
      {found ? (
        <div className="step-advice">
          <dl>
            <dt>Symptom</dt>
            <dd>{found.symptom}</dd>
            <dt>Probable cause</dt>
            <dd>{found.cause}</dd>
            <dt>What to do</dt>
            <dd>{found.action}</dd>
          </dl>
        </div>
      ) : (
        <p className="step-quiet">No known fault fits: its log tells more.</p>
      )}
      <CopyCommand command={`telar doctor ${execution}`} />
    </>
  );
}
