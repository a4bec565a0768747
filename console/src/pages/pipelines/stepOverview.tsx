/** How a step stands: its times and attempts, what it made, why it failed and what helps, the figures that it led to. */

import { hrefOf } from '../../data/links.ts';
import { TextButton } from '../../parts/button.tsx';
import { shortName } from '../../parts/format.ts';
import { RetryIcon } from '../../parts/icons.tsx';
import { Facts } from '../../parts/page.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { kindOf, neighboursOf } from './definition.ts';
import { type DescribedStep, jobOf, type OverviewProps } from './described.ts';
import { StartAgain } from './startAgain.tsx';
import { StepConditions } from './stepConditions.tsx';
import { StepFailure } from './stepFailure.tsx';
import { StepMetrics } from './stepMetrics.tsx';
import { StepOutside } from './stepOutside.tsx';
import { hasEnded } from './steps.ts';
import { StepUse } from './stepUse.tsx';

export function StepOverview(props: OverviewProps) {
  const { step, described } = props;
  const job = jobOf(step.ArnOfWork);
  const busy = step.StepStatus === 'Executing' || step.StepStatus === 'Starting';
  return (
    <div className="step-overview">
      {step.StepStatus === 'Failed' && <StepFailure {...props} />}
      <StepFacts {...props} />
      {busy && job && <StepUse job={job} />}
      <StepOutside execution={props.execution} described={described} />
      <StepConditions {...props} />
      <StepMetrics {...props} />
      {hasEnded(props.status) && (
        <div>
          <StartAgain pipeline={props.pipeline} execution={props.execution} step={step.StepName}>
            <RetryIcon /> Run again from here
          </StartAgain>
        </div>
      )}
    </div>
  );
}

function StepFacts({ execution: { read }, step, status, described, onSelect }: OverviewProps) {
  const around = read && 'plan' in read ? neighboursOf(read.plan, step.StepName) : undefined;
  const planned = read && 'plan' in read ? read.plan.steps[read.plan.byName.get(step.StepName) ?? -1]?.step : undefined;
  const over = described.EndTime ?? (hasEnded(status) ? described.StartTime : undefined);
  return (
    <Facts
      items={[
        ['Type', kindOf(described.StepType)],
        ['Description', planned?.Description],
        ['Began', described.StartTime && <Time at={described.StartTime} />],
        ['Took', described.StartTime && <Duration from={described.StartTime} to={over} />],
        ['Attempts', attemptsOf(described)],
        [WORK[described.StepType] ?? '', WORK[described.StepType] && step.ArnOfWork && <Linked arn={step.ArnOfWork} />],
        ['Earlier attempts', described.JobNames.length > 1 && <Earlier step={step} described={described} />],
        ['From the cache of', step.CacheSourceArn && <Linked arn={step.CacheSourceArn} />],
        ['Reused from', step.ReusedFromArn && <Linked arn={step.ReusedFromArn} />],
        ['Left out', step.LeftOut && 'by selective execution'],
        ['After', around && around.after.length > 0 && <Names names={around.after} onSelect={onSelect} />],
        ['Before', around && around.before.length > 0 && <Names names={around.before} onSelect={onSelect} />],
      ].flatMap(([label, value]) => (value ? [[label as string, value] as const] : []))}
    />
  );
}

function attemptsOf({ Starts, Retries }: DescribedStep): string | undefined {
  if (Starts <= 1) return undefined;
  return Retries > 0 ? `${Starts}, ${Retries} of them retries by policy` : String(Starts);
}

/** What a step's work is called. A Lambda step's function stands with what it gave back. */
const WORK: Readonly<Record<string, string>> = {
  ...{ Processing: 'Job', Training: 'Job', Transform: 'Job' },
  ...{ Model: 'Model', RegisterModel: 'Model package' },
};

function Linked({ arn }: { arn: string }) {
  const href = hrefOf(arn);
  return href === undefined ? shortName(arn) : <a href={href}>{shortName(arn)}</a>;
}

/** Their jobs are there still, each with its log. */
function Earlier({ step, described: { JobNames } }: Pick<OverviewProps, 'step' | 'described'>) {
  const earlier = JobNames.slice(0, -1);
  if (earlier.length === 0 || !step.ArnOfWork) return null;
  const before = step.ArnOfWork.slice(0, step.ArnOfWork.lastIndexOf('/') + 1);
  return (
    <span className="step-names">
      {earlier.map((name, index) => (
        <a key={name} href={hrefOf(`${before}${name.toLowerCase()}`)} title={name}>
          {index + 1}
        </a>
      ))}
    </span>
  );
}

const SHOWN = 12;

function Names({ names, onSelect }: { names: readonly string[]; onSelect: (step: string) => void }) {
  return (
    <span className="step-names">
      {names.slice(0, SHOWN).map((name) => (
        <TextButton key={name} onClick={() => onSelect(name)}>
          {name}
        </TextButton>
      ))}
      {names.length > SHOWN && `and ${names.length - SHOWN} more`}
    </span>
  );
}
