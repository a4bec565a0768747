/** The step that is looked at: how it stands, why it failed, its log, its values, its cache. */
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import { useAddress } from '../../data/address.ts';
import { useCall } from '../../data/queries.ts';
import { IconButton } from '../../parts/button.tsx';
import { CrossIcon } from '../../parts/icons.tsx';
import { Failure, Loading } from '../../parts/notice.tsx';
import { type Tab, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type DescribedStep, jobOf } from './described.ts';
import { StepCache } from './stepCache.tsx';
import { StepLog } from './stepLog.tsx';
import { StepOverview } from './stepOverview.tsx';
import { statusOf } from './steps.ts';
import { StepValues } from './stepValues.tsx';
import type { Execution } from './useExecution.ts';
import './stepPanel.css';

type Props = {
  pipeline: string;
  execution: Execution;
  step: ExecutionStep;
  /** Of the execution. */
  status: string;
  onSelect: (step: string | undefined) => void;
};

export function StepPanel({ pipeline, execution, step, status, onSelect }: Props) {
  const { data, error, refetch } = useCall('telar', 'DescribeExecutionStep', {
    PipelineExecutionArn: execution.arn,
    StepName: step.StepName,
  });
  return (
    <div className="step">
      <div className="step-head">
        <h2 className="step-title">{step.StepName}</h2>
        <Status status={statusOf(step, status)} />
        <span className="step-close">
          <IconButton label="Close the step" icon={<CrossIcon />} onClick={() => onSelect(undefined)} />
        </span>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && <Parts described={data} {...{ pipeline, execution, step, status, onSelect }} />}
    </div>
  );
}

function Parts({ described, pipeline, execution, step, status, onSelect }: Props & { described: DescribedStep }) {
  const [part, show] = useAddress('part', 'overview');
  const job = jobOf(step.ArnOfWork);
  const tabs: Tab[] = [
    {
      id: 'overview',
      label: 'Overview',
      content: <StepOverview {...{ pipeline, execution, step, status, described, onSelect }} />,
    },
    ...(job === undefined
      ? []
      : [{ id: 'log', label: 'Log', content: <StepLog job={job} execution={execution.arn} described={described} /> }]),
    { id: 'values', label: 'Values', content: <StepValues described={described} /> },
    { id: 'cache', label: 'Cache', content: <StepCache described={described} /> },
  ];
  const open = tabs.some(({ id }) => id === part) ? part : 'overview';
  return <Tabs label={`What to see of ${step.StepName}`} value={open} onChange={show} tabs={tabs} />;
}
