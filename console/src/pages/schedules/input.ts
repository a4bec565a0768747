/** What a schedule sends its target, filled in as the Scheduler does it, for a moment that somebody chooses. */
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';
import { indented } from '../../parts/jsonText.ts';

type Schedule = Pick<Output<'scheduler', 'GetSchedule'>, 'Arn' | 'Target'>;

/**
 * Of a pipeline, its parameters as a JSON object.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function inputOf({ Arn = '', Target }: Schedule, at: Date): string {
  const arn = Target?.Arn ?? '';
  const time = at.toISOString().replace(/\.\d+Z$/, 'Z');
  const { kind } = targetOf(arn);
  if (kind === 'Pipeline') {
    const parameters = Target?.SageMakerPipelineParameters?.PipelineParameterList ?? [];
    return indented(Object.fromEntries(parameters.map(({ Name = '', Value = '' }) => [Name, Value])));
  }
  if (Target?.Input === undefined) return kind === 'Operation' ? '{}' : scheduledEvent(Arn, time);
  const known: Readonly<Record<string, string>> = {
    ...{ 'schedule-arn': Arn, 'scheduled-time': time, 'execution-id': 'by-hand', 'attempt-number': '1' },
  };
  return Target.Input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) =>
    Object.hasOwn(known, name) ? known[name]! : whole,
  );
}

function scheduledEvent(arn: string, time: string): string {
  const [, , , region = '', account = ''] = arn.split(':');
  return indented({
    ...{ version: '0', id: 'by-hand', 'detail-type': 'Scheduled Event', source: 'aws.scheduler' },
    ...{ account, time, region, resources: [arn], detail: '{}' },
  });
}
