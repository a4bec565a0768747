/** Enables or disables a schedule. UpdateSchedule takes a whole configuration: what GetSchedule answers, but for what is not configured. */

import { useAsked } from '../../data/address.ts';
import { useAct } from '../../data/queries.ts';
import { quoted } from '../../parts/shell.ts';
import { SwitchButton } from '../../parts/switchButton.tsx';
import { meant, type Schedule } from './scheduled.ts';

export function SwitchSchedule({ schedule }: { schedule: Schedule }) {
  const update = useAct('scheduler', 'UpdateSchedule');
  const [asking, ask] = useAsked('switch');
  const on = schedule.State === 'ENABLED';
  const name = meant({ kind: 'schedule', group: schedule.GroupName, name: schedule.Name ?? '' });
  const { Name, GroupName, Description, ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate } = schedule;
  const { KmsKeyArn, Target, FlexibleTimeWindow, ActionAfterCompletion } = schedule;
  return (
    <SwitchButton
      {...{ on, asking, onAsk: ask }}
      name={name}
      consequence={
        on
          ? 'It starts nothing until it is enabled again; what falls due meanwhile is not made up for.'
          : 'It runs again from its next occurrence on.'
      }
      command={`telar schedule ${on ? 'disable' : 'enable'} ${quoted(name)}`}
      onSwitch={() =>
        update.mutateAsync({
          ...{ Name, GroupName, Description, ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate },
          ...{ KmsKeyArn, Target, FlexibleTimeWindow, ActionAfterCompletion, State: on ? 'DISABLED' : 'ENABLED' },
        })
      }
    />
  );
}
