/** The steps of an execution as a table. */
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import { shortName } from '../../parts/format.ts';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { kindOf } from './definition.ts';
import { hasEnded, statusOf, tookOf } from './steps.ts';
import type { Execution } from './useExecution.ts';

type Props = { execution: Execution; status: string; selected: string | undefined; onSelect: (step: string) => void };

export function StepTable({ execution: { moves, read }, status, selected, onSelect }: Props) {
  const plan = read && 'plan' in read ? read.plan : undefined;
  const typeOf = ({ StepName }: ExecutionStep) => plan?.steps[plan.byName.get(StepName) ?? -1]?.step.Type ?? '';
  return (
    <DataTable
      label="Steps"
      dense
      rows={moves?.Steps ?? []}
      keyOf={({ StepName }) => StepName}
      onOpen={({ StepName }) => onSelect(StepName)}
      selected={selected}
      columns={[
        { id: 'name', header: 'Step', cell: ({ StepName }) => StepName, sort: ({ StepName }) => StepName },
        { id: 'type', header: 'Type', width: '8rem', cell: (step) => kindOf(typeOf(step)), sort: typeOf },
        {
          ...{ id: 'status', header: 'Status', width: '8.5rem', sort: ({ StepStatus }: ExecutionStep) => StepStatus },
          cell: (step) => <Status status={statusOf(step, status)} />,
        },
        {
          ...{ id: 'started', header: 'Began', width: '7rem', sort: ({ StartTime }: ExecutionStep) => StartTime },
          cell: ({ StartTime }) => <Time at={StartTime} />,
        },
        {
          ...{ id: 'took', header: 'Took', width: '7rem', align: 'right' as const, sort: tookOf },
          cell: (step) => <Took step={step} over={hasEnded(status)} />,
        },
        { id: 'words', header: 'Of note', cell: (step) => noteOf(step) },
      ]}
    />
  );
}

/** What began and has no end in an execution that is over was never begun again after a retry, or is as it was. */
function Took({ step: { StartTime, EndTime }, over }: { step: ExecutionStep; over: boolean }) {
  return <Duration from={StartTime} to={EndTime ?? (over ? StartTime : undefined)} />;
}

function noteOf(step: ExecutionStep): string {
  const notes = [
    step.CacheSourceArn && `from the cache (${shortName(step.CacheSourceArn)})`,
    step.ReusedFromArn && `reused from ${shortName(step.ReusedFromArn)}`,
    step.LeftOut && 'left out',
    step.Outcome && (step.Outcome === 'True' ? 'holds' : 'does not hold'),
    step.Retries && `${step.Retries} ${step.Retries === 1 ? 'retry' : 'retries'}`,
    step.FailureReason,
  ];
  return notes.filter(Boolean).join(', ');
}
