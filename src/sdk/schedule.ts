/**
 * Schedules: pipelines, state machines and functions that run by the clock.
 *
 * S1. A schedule that `defineSchedule` returned has an expression that AWS takes, and that occurs.
 * S2. It starts its target with what `telar run` would, unless it says otherwise.
 *
 * Mirrors https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
import { arn } from '../base/arn.ts';
import type { MissedPolicy } from '../definition/schedules/missed.ts';
import { nextOccurrence } from '../definition/schedules/next.ts';
import { parseSchedule } from '../definition/schedules/parse.ts';
import type { ScheduleExpression } from '../definition/schedules/types.ts';
import { isTimeZone } from '../definition/schedules/zones.ts';
import { functionArn, type LambdaFunction } from './functions.ts';
import type { StateMachine } from './machines/stateMachine.ts';
import { mistake, must } from './mistake.ts';
import type { Pipeline, Uploads } from './pipeline.ts';
import type { Statement } from './policy.ts';
import { defineRole, type Role, type RoleArn } from './roles.ts';
import type { Late } from './scope.ts';

type Unit = 'minute' | 'minutes' | 'hour' | 'hours' | 'day' | 'days';
export type Expression = `cron(${string})` | `rate(${number} ${Unit})` | `at(${number}-${string}T${string})`;

/** What is known when it is time, for the texts of an input: `{ run_date: invocation.scheduledTime }`. */
export const invocation = {
  /** `2026-11-27T02:30:00Z` */
  scheduledTime: '<aws.scheduler.scheduled-time>',
  scheduleArn: '<aws.scheduler.schedule-arn>',
  /** Its own of each attempt. */
  executionId: '<aws.scheduler.execution-id>',
  attemptNumber: '<aws.scheduler.attempt-number>',
} as const;

export type FunctionArn = `arn:aws:lambda:${string}:function:${string}`;
type Input = string | number | boolean | null | readonly Input[] | { readonly [member: string]: Input | undefined };

type Common = {
  /** Letters, digits, hyphens, underscores and dots; at most 64. */
  name: string;
  description?: string;
  /** `cron(minutes hours day-of-month month day-of-week year)`, `rate(7 days)`, or once: `at(2027-01-01T08:00:00)`. */
  expression: Expression;
  /** Of the IANA database, such as `Europe/Madrid`: what the clock shows when it is time. @default 'UTC' */
  timeZone?: string;
  /** Whom the schedule acts as: `scheduleRole` writes one. */
  role: Role | RoleArn;
  /** The first and the last time at which it may run: ISO 8601. */
  start?: string;
  end?: string;
  /** Each run at a random moment of so many minutes. @default exactly on time */
  flexibleMinutes?: number;
  /** Whether it runs. @default it does, until somebody disables it on the server */
  enabled?: boolean;
  /** When it fell due while the server was down: run the last one late, or none. AWS has no such thing. @default 'run-once' */
  missed?: MissedPolicy;
};

type OfMachine = { target: StateMachine; input?: Input | ((uploads: Uploads) => Input); parameters?: never };
type OfPipeline = {
  target: Pipeline;
  /** Of the pipeline, by their names. @default those that `telar run` gives */
  parameters?: Readonly<Record<string, string>> | ((uploads: Uploads) => Readonly<Record<string, string>>);
  input?: never;
};
/** A function of the project, or anybody's by its ARN. */
type OfFunction = {
  target: LambdaFunction | FunctionArn;
  input?: Input | ((uploads: Uploads) => Input);
  parameters?: never;
};

export type ScheduleOptions = Common & (OfMachine | OfPipeline | OfFunction);

export type Schedule = Omit<Common, 'timeZone' | 'missed'> & {
  readonly kind: 'schedule';
  readonly timeZone: string;
  readonly missed: MissedPolicy;
  readonly target: StateMachine | Pipeline | LambdaFunction | FunctionArn;
  /** The target's input as JSON text. Of a pipeline there is none. */
  readonly writeInput: ((uploads: Uploads) => string) | undefined;
  readonly writeParameters: ((uploads: Uploads) => Readonly<Record<string, string>>) | undefined;
};

/**
 * A schedule.
 *
 * @throws when the expression is none, or never occurs; when the time zone, a date or the window is none
 * @example
 * defineSchedule({
 *   name: 'weekly-training', expression: 'cron(0 3 ? * MON *)', timeZone: 'Europe/Madrid',
 *   target: training, role: scheduleRole({ name: 'titanic-schedules', starts: [training] }),
 *   input: { run_date: invocation.scheduledTime },
 * });
 */
export function defineSchedule(options: ScheduleOptions): Schedule {
  const { name, timeZone = 'UTC', missed = 'run-once', target, input, parameters, ...rest } = options;
  const subject = `schedule '${name}'`;
  must(/^[\w.-]{1,64}$/.test(name), subject, 'the name may hold letters, digits and -_. only, at most 64');
  must(isTimeZone(timeZone), subject, `'${timeZone}' is no time zone: give one such as Europe/Madrid`);
  mustOccur(subject, options, timeZone);
  const { flexibleMinutes: minutes = 1 } = options;
  must(
    Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440,
    subject,
    `flexibleMinutes is ${minutes}: give a whole number from 1 to 1440, or leave it out`,
  );
  mustBeOfScheduler(subject, options.role);
  const isPipeline = typeof target === 'object' && target.kind === 'pipeline';
  return {
    ...{ kind: 'schedule', name, ...rest, timeZone, missed, target },
    writeInput: isPipeline ? undefined : inputOf(target as Exclude<Schedule['target'], Pipeline>, input),
    writeParameters: isPipeline ? parametersOf(target, parameters) : undefined,
  };
}

function mustOccur(subject: string, { expression, start, end }: Common, timeZone: string): void {
  const parsed = parseSchedule(expression, 'scheduler');
  if ('problem' in parsed) throw mistake(subject, `${expression} is no schedule expression${hint(expression)}`);
  const span = { timeZone, start: timeOf(subject, 'start', start), end: timeOf(subject, 'end', end), anchor: 0 };
  must(
    span.start === undefined || span.end === undefined || span.start < span.end,
    subject,
    `it ends at ${end}, before it starts at ${start}`,
  );
  // What is over is no mistake: a project is published again and again. What never was, is one.
  const first = occurrenceEver(parsed.schedule, span);
  must(
    first !== undefined,
    subject,
    `${expression} never occurs${end === undefined ? '' : ` before ${end}`}: no such day exists`,
  );
}

const occurrenceEver = (schedule: ScheduleExpression, span: Parameters<typeof nextOccurrence>[2]): number | undefined =>
  nextOccurrence(schedule, -1, span);

/** What people get wrong most. */
function hint(expression: string): string {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (fields?.length === 5) return ': cron() has six fields, the year last';
  if (fields?.length === 6 && (fields[2] === '?') === (fields[4] === '?'))
    return ': one of the day of the month and the day of the week is ?, and the other is not';
  return ': https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html';
}

function timeOf(subject: string, which: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  must(!Number.isNaN(at), subject, `its ${which} '${text}' is no time: give one such as 2027-01-01T00:00:00Z`);
  return at;
}

function mustBeOfScheduler(subject: string, role: Common['role']): void {
  if (typeof role === 'string' || role.service === 'scheduler.amazonaws.com') return;
  throw mistake(
    subject,
    `role '${role.name}' may be assumed by ${role.service} only: let scheduleRole write one, or give its defineRole the service 'scheduler.amazonaws.com'`,
  );
}

function inputOf(
  target: Exclude<Schedule['target'], Pipeline>,
  input: OfMachine['input'],
): (uploads: Uploads) => string {
  if (input === undefined) {
    return typeof target === 'object' && target.kind === 'stateMachine' ? target.startInput : () => '{}';
  }
  return (uploads) => JSON.stringify(typeof input === 'function' ? input(uploads) : input);
}

function parametersOf(target: Pipeline, given: OfPipeline['parameters']): NonNullable<Schedule['writeParameters']> {
  return (uploads) => ({
    ...target.startParameters(uploads),
    ...(typeof given === 'function' ? given(uploads) : given),
  });
}

export type ScheduleRoleOptions = {
  name: string;
  description?: string;
  /** What the schedules start. */
  starts: readonly Schedule['target'][];
};

/**
 * A role with the least that schedules need to start their targets.
 *
 * @example scheduleRole({ name: 'titanic-schedules', starts: [training, modelBuild] })
 */
export function scheduleRole({ name, description, starts }: ScheduleRoleOptions): Role {
  must(starts.length > 0, `role '${name}'`, '`starts` is empty: name at least one target');
  return defineRole({
    ...{ name, ...(description && { description }), service: 'scheduler.amazonaws.com' },
    policies: { start: starts.map(statementFor) },
  });
}

function statementFor(target: Schedule['target']): Statement {
  const Resource = scheduleTargetArn(target);
  if (typeof target === 'string' || target.kind === 'function')
    return { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource };
  const Action = target.kind === 'pipeline' ? 'sagemaker:StartPipelineExecution' : 'states:StartExecution';
  return { Effect: 'Allow', Action, Resource };
}

/** The ARN of what a schedule starts. */
export function scheduleTargetArn(target: Schedule['target']): Late<string> {
  if (typeof target === 'string') return () => target;
  if (target.kind === 'function') return functionArn(target);
  return ({ region, account }) =>
    target.kind === 'pipeline'
      ? arn('sagemaker', region, account, `pipeline/${target.name}`)
      : arn('states', region, account, `stateMachine:${target.name}`);
}
