/** Starts now what a schedule starts, with its input, as whoever is signed in: the schedule's role has no part in it. */
import { startOf, useStartTarget } from '../../data/startTarget.ts';
import { targetOf } from '../../data/targets.ts';
import { StartDialog } from '../../parts/startDialog.tsx';
import { inputOf } from './input.ts';
import type { Schedule } from './scheduled.ts';

export function TestSchedule({ schedule, onClose }: { schedule: Schedule; onClose(): void }) {
  const { Target } = schedule;
  const arn = Target?.Arn ?? '';
  const start = useStartTarget();
  const { kind, name } = targetOf(arn);
  const event = Target?.EventBridgeParameters;
  const asked = (payload: string) => ({
    ...{ arn, payload, messageGroupId: Target?.SqsParameters?.MessageGroupId },
    event: event && { source: event.Source ?? '', detailType: event.DetailType ?? '' },
  });
  return (
    <StartDialog
      open
      onClose={onClose}
      title={`Test ${schedule.Name}`}
      label={kind === 'Pipeline' ? 'Parameters' : 'Input'}
      json={kind !== 'Queue' && kind !== 'Topic'}
      initial={inputOf(schedule, new Date())}
      action="Start now"
      commandOf={(payload) => startOf(asked(payload))?.command}
      start={(payload) => start.mutateAsync(asked(payload))}
    >
      {kind} <b>{name}</b> is started at once, as you: it takes your permission for{' '}
      <code>{startOf(asked(''))?.operation}</code>, not that of the schedule's role. The schedule goes on as it was.
    </StartDialog>
  );
}
