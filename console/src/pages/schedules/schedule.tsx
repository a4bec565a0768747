/** A schedule: when it runs, what it starts, whether it does; and starting that now. */
import { parseSchedule } from '../../../../src/definition/schedules/parse.ts';
import { upcoming, wallTime } from '../../../../src/definition/schedules/upcoming.ts';
import { scheduleInWords } from '../../../../src/definition/schedules/words.ts';
import { useAsked } from '../../data/address.ts';
import { recordInWords, useFirings } from '../../data/firings.ts';
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { startOf } from '../../data/startTarget.ts';
import { targetOf } from '../../data/targets.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { Firings } from '../../parts/firings.tsx';
import { absolute, duration } from '../../parts/format.ts';
import { PlayIcon } from '../../parts/icons.tsx';
import { jsonOrText } from '../../parts/jsonText.ts';
import { NextTimes } from '../../parts/nextTimes.tsx';
import { Banner, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { Arn, TargetLink } from '../../parts/target.tsx';
import { Time } from '../../parts/time.tsx';
import type { PageProps } from '../area.ts';
import { inputOf } from './input.ts';
import type { Schedule, Times } from './scheduled.ts';
import { SwitchSchedule } from './switch.tsx';
import { TestSchedule } from './testSchedule.tsx';

const SHOWN = 5;

export function SchedulePage({ params: { group, name } }: PageProps<'group' | 'name'>) {
  const { data, error, refetch } = useCall('scheduler', 'GetSchedule', { GroupName: group, Name: name });
  const Arns = data?.Arn === undefined ? [] : [data.Arn];
  const told = useCall('telar', 'DescribeScheduleTimes', { Arns }, { enabled: Arns.length > 0, every: 10_000 });
  const times = told.data?.Times[0];
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Schedules', href: links.schedules() }, ...(group === 'default' ? [] : [{ label: group }])]}
      status={data && <Status status={data.State ?? ''} />}
      actions={data && <Actions schedule={data} />}
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <Missed times={times} timeZone={data.ScheduleExpressionTimezone} />
          <What schedule={data} times={times} />
          <Section title="Next occurrences">
            {told.error && <Failure error={told.error} retry={() => void told.refetch()} />}
            {told.data && (
              <NextTimes
                times={timesOf(data, times)}
                wall={(at) => wallTime(at, data.ScheduleExpressionTimezone)}
                none={data.State === 'ENABLED' ? 'It has no occurrence to come.' : 'It is disabled: nothing occurs.'}
              />
            )}
          </Section>
          <Fired schedule={data} />
          <Sent schedule={data} />
        </>
      )}
    </Page>
  );
}

/** AWS's dates come as seconds. */
const millis = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);

function timesOf(schedule: Schedule, times: Times | undefined): number[] {
  const parsed = parseSchedule(schedule.ScheduleExpression ?? '', 'scheduler');
  if (times?.Next === undefined || 'problem' in parsed) return [];
  const span = { timeZone: schedule.ScheduleExpressionTimezone, start: millis(schedule.StartDate) };
  return upcoming(parsed.schedule, Date.parse(times.Next), SHOWN, { ...span, end: millis(schedule.EndDate) });
}

function Actions({ schedule }: { schedule: Schedule }) {
  const [testing, setTesting] = useAsked('test');
  const startable = startOf({ arn: schedule.Target?.Arn ?? '', payload: '' }) !== undefined;
  return (
    <>
      <SwitchSchedule schedule={schedule} />
      {startable && (
        <Button variant="primary" onClick={() => setTesting(true)}>
          <PlayIcon /> Test
        </Button>
      )}
      {testing && <TestSchedule schedule={schedule} onClose={() => setTesting(false)} />}
    </>
  );
}

function Missed({ times, timeZone }: { times: Times | undefined; timeZone: string | undefined }) {
  if (!times?.Missed) return null;
  const { At, Outcome } = times.Missed;
  return (
    <Banner tone="warn">
      It missed {wallTime(Date.parse(At), timeZone)}, as no server ran then.{' '}
      {Outcome === 'ran-late' ? 'That ran late, once.' : 'That was skipped.'}
    </Banner>
  );
}

const MISSED = {
  'run-once': 'The last one that was missed runs late, once (run-once)',
  skip: 'They are skipped (skip)',
} as const;

function What({ schedule, times }: { schedule: Schedule; times: Times | undefined }) {
  const { ScheduleExpression = '', FlexibleTimeWindow, StartDate, EndDate, Target } = schedule;
  const retry = Target?.RetryPolicy;
  const minutes = FlexibleTimeWindow?.MaximumWindowInMinutes;
  return (
    <Facts
      items={[
        ['Description', schedule.Description],
        ['When', scheduleInWords(ScheduleExpression, 'scheduler')],
        ['Expression', <code key="expression">{ScheduleExpression}</code>],
        ['Time zone', ScheduleExpression.startsWith('rate') ? undefined : schedule.ScheduleExpressionTimezone],
        ['Window', minutes && `A random moment of the ${minutes} minutes that follow`],
        ['From', StartDate && absolute(StartDate)],
        ['Until', EndDate && absolute(EndDate)],
        ['Missed ones', times && MISSED[times.MissedPolicy]],
        ['Afterwards', schedule.ActionAfterCompletion === 'DELETE' ? 'It is deleted once it has run' : undefined],
        ['Starts', <TargetLink key="target" {...targetOf(Target?.Arn ?? '')} />],
        ['As', Target?.RoleArn && <Arn arn={Target.RoleArn} />],
        [
          'Retries',
          retry &&
            `${retry.MaximumRetryAttempts ?? 185} at most, for ${duration((retry.MaximumEventAgeInSeconds ?? 86_400) * 1000)}`,
        ],
        ['Dead letters', Target?.DeadLetterConfig?.Arn && <TargetLink {...targetOf(Target.DeadLetterConfig.Arn)} />],
        ['Created', <Time key="created" at={schedule.CreationDate} />],
        ['Changed', <Time key="changed" at={schedule.LastModificationDate} />],
        ['ARN', <Arn key="arn" arn={schedule.Arn ?? ''} />],
      ]}
    />
  );
}

function Fired({ schedule }: { schedule: Schedule }) {
  const { rows, error } = useFirings(schedule.Arn ?? '');
  const { kind } = targetOf(schedule.Target?.Arn ?? '');
  return (
    <Section title="Last firings">
      {error && <Failure error={error} />}
      {rows && <Firings rows={rows} empty={recordInWords([kind])} />}
    </Section>
  );
}

function Sent({ schedule }: { schedule: Schedule }) {
  const { Target } = schedule;
  if (Target?.Input === undefined && !Target?.SageMakerPipelineParameters) {
    return (
      <Section title="What it is sent">
        <p>
          {targetOf(Target?.Arn ?? '').kind === 'Pipeline'
            ? "No parameters: the pipeline's own defaults hold."
            : "No input of its own: the target gets AWS's Scheduled Event."}
        </p>
      </Section>
    );
  }
  return (
    <Section title="What it is sent">
      <Json value={jsonOrText(inputOf(schedule, new Date()))} />
    </Section>
  );
}
