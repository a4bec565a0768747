/** Schedules, in their groups: what starts pipelines, state machines and functions by the clock. */
import type { SettledSchedule } from './documents.ts';
import { type Block, block } from './hcl.ts';
import { identifiers } from './identifiers.ts';
import { attribute, inner, resource } from './resources.ts';
import { REGION, TAGS, type Writing } from './writing.ts';

export function scheduleBlocks(writing: Writing): Block[] {
  const { scheduleGroups = [], schedules } = writing.documents;
  const group = identifiers(scheduleGroups.map(({ name }) => name));
  const identifier = identifiers(schedules.map(({ name }) => name));
  return [
    ...scheduleGroups.map(({ name }) =>
      resource('aws_scheduler_schedule_group', group(name), { name, region: REGION, tags: TAGS }),
    ),
    ...schedules.map((schedule) => scheduleBlock(writing, schedule, identifier(schedule.name), group(schedule.group))),
  ];
}

function scheduleBlock(
  { text, waitsFor }: Writing,
  schedule: SettledSchedule,
  identifier: string,
  group: string,
): Block {
  const { name, description, expression: when, timeZone, start, end, flexibleMinutes, enabled } = schedule;
  const { roleArn, targetArn, input } = schedule;
  const parameters = Object.entries(schedule.parameters ?? {}).map(([parameter, value]) =>
    block('pipeline_parameter', [], { name: parameter, value: text(value) }),
  );
  const flexible = flexibleMinutes === undefined ? {} : { maximum_window_in_minutes: flexibleMinutes };
  const target = inner(
    'aws_scheduler_schedule',
    'target',
    // The input stays a text: jsonencode would escape the brackets of <aws.scheduler.scheduled-time>.
    { arn: text(targetArn), role_arn: text(roleArn), ...(input !== undefined && { input: text(input) }) },
    parameters.length > 0 ? [block('sagemaker_pipeline_parameters', [], {}, { blocks: parameters })] : [],
  );
  const mode = flexibleMinutes === undefined ? 'OFF' : 'FLEXIBLE';
  return resource(
    'aws_scheduler_schedule',
    identifier,
    {
      name,
      region: REGION,
      group_name: attribute('aws_scheduler_schedule_group', group, 'name'),
      description,
      schedule_expression: when,
      schedule_expression_timezone: timeZone,
      // As the provider writes them.
      start_date: start?.replace('.000Z', 'Z'),
      end_date: end?.replace('.000Z', 'Z'),
      ...(enabled !== undefined && { state: enabled ? 'ENABLED' : 'DISABLED' }),
    },
    {
      blocks: [inner('aws_scheduler_schedule', 'flexible_time_window', { mode, ...flexible }), target],
      dependsOn: waitsFor(roleArn, targetArn),
    },
  );
}
