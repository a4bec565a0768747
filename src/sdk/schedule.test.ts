import { describe, expect, it } from 'vitest';
import {
  defineFunction,
  defineParameters,
  definePipeline,
  defineProject,
  defineRole,
  defineSchedule,
  failStep,
  invocation,
  parameter,
  projectDocuments,
  type ScheduleOptions,
  scheduleRole,
  stateMachine,
} from './index.ts';

const context = { account: '123456789012', region: 'eu-west-1' };
const machine = stateMachine({
  ...{ name: 'training', role: 'arn:aws:iam::123456789012:role/machines' },
  startInput: ({ codeBundleUri }) => ({ code: codeBundleUri }),
  states: ({ succeed }) => ({ End: succeed() }),
});
const parameters = defineParameters({ Code: parameter.s3Uri(), Limit: parameter.float({ default: 1 }) });
const pipeline = definePipeline({
  ...{ name: 'build', role: 'arn:aws:iam::123456789012:role/pipelines', parameters },
  startParameters: ({ codeBundleUri }) => ({ Code: codeBundleUri }),
  steps: [failStep({ name: 'Stop', message: 'no' })],
});
const role = scheduleRole({ name: 'schedules', starts: [machine, pipeline] });
const weekly = (more: Partial<ScheduleOptions> = {}) =>
  defineSchedule({ name: 'weekly', expression: 'rate(7 days)', target: machine, role, ...more } as ScheduleOptions);
const documents = (...schedules: ReturnType<typeof weekly>[]) =>
  projectDocuments(
    defineProject({
      ...{ name: 'titanic', bucket: 'titanic-data', roles: [role], machines: [machine], pipelines: [pipeline] },
      schedules,
    }),
    context,
  );

describe('defineSchedule', () => {
  it('starts a machine as telar run would, or with an input of its own', () => {
    const [plain] = documents(weekly()).schedules;
    expect(plain).toMatchObject({
      ...{ name: 'weekly', group: 'titanic', expression: 'rate(7 days)', timeZone: 'UTC' },
      targetArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:training',
      roleArn: 'arn:aws:iam::123456789012:role/schedules',
    });
    expect(plain).not.toHaveProperty('enabled');
    expect(plain!.input!('s3://b/code')).toBe('{"code":"s3://b/code"}');
    const own = weekly({ input: { run_date: invocation.scheduledTime } });
    expect(documents(own).schedules[0]!.input!('s3://b/code')).toBe('{"run_date":"<aws.scheduler.scheduled-time>"}');
  });

  it('starts a function of the project, which its role may invoke', () => {
    const role = defineRole({ name: 'functions', service: 'lambda.amazonaws.com', policies: {} });
    const fn = defineFunction({ name: 'judge', file: 'judge.ts', role });
    const starter = scheduleRole({ name: 'starter', starts: [fn] });
    const hourly = defineSchedule({ name: 'hourly', expression: 'rate(1 hour)', target: fn, role: starter });
    const project = { name: 'p', bucket: 'p-data', roles: [role, starter], schedules: [hourly] };
    expect(() => defineProject(project)).toThrow(/starts function 'judge', which would not be created: add it to `fun/);
    const { schedules, roles } = projectDocuments(defineProject({ ...project, functions: [fn] }), context);
    const targetArn = 'arn:aws:lambda:eu-west-1:123456789012:function:judge';
    expect(schedules[0]).toMatchObject({ targetArn });
    expect(schedules[0]!.input!('s3://b/code')).toBe('{}');
    expect(roles[1]!.policies[0]!.document.Statement).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: targetArn },
    ]);
  });

  it('starts a pipeline with its parameters, over which go those of the schedule', () => {
    const daily = defineSchedule({
      ...{ name: 'daily', expression: 'cron(0 6 * * ? *)', timeZone: 'Europe/Madrid', role },
      ...{ target: pipeline, parameters: { Limit: '2' } },
    });
    const [one] = documents(daily).schedules;
    expect(one!.input).toBeUndefined();
    expect(one!.parameters!('s3://b/code')).toEqual({ Code: 's3://b/code', Limit: '2' });
  });

  it('lies in a group that says what becomes of missed ones', () => {
    const { schedules, scheduleGroups } = documents(weekly(), weekly({ name: 'strict', missed: 'skip' }));
    expect(schedules.map(({ name, group }) => `${group}/${name}`)).toEqual(['titanic/weekly', 'titanic-skip/strict']);
    expect(scheduleGroups).toEqual([
      { name: 'titanic', missed: 'run-once' },
      { name: 'titanic-skip', missed: 'skip' },
    ]);
  });

  it('has a role that may start its targets, and nothing else', () => {
    const [made] = documents(weekly()).roles;
    expect(made!.trustPolicy.Statement).toMatchObject([{ Principal: { Service: 'scheduler.amazonaws.com' } }]);
    expect(made!.policies[0]!.document.Statement).toEqual([
      {
        ...{ Effect: 'Allow', Action: 'states:StartExecution' },
        Resource: 'arn:aws:states:eu-west-1:123456789012:stateMachine:training',
      },
      {
        ...{ Effect: 'Allow', Action: 'sagemaker:StartPipelineExecution' },
        Resource: 'arn:aws:sagemaker:eu-west-1:123456789012:pipeline/build',
      },
    ]);
  });

  it.each<[Partial<Record<string, unknown>>, RegExp]>([
    [{ expression: 'cron(0 3 * * MON)' }, /In schedule 'weekly': cron\(0 3 \* \* MON\) is no .* six fields/],
    [{ expression: 'cron(0 3 * * MON *)' }, /one of the day of the month and the day of the week is \?/],
    [{ expression: 'cron(0 0 30 2 ? *)' }, /never occurs: no such day exists/],
    [{ expression: 'rate(0 minutes)' }, /is no schedule expression/],
    [{ timeZone: 'CEST' }, /'CEST' is no time zone/],
    [{ start: 'tomorrow' }, /its start 'tomorrow' is no time/],
    [{ start: '2027-01-02T00:00:00Z', end: '2027-01-01T00:00:00Z' }, /before it starts/],
    [{ flexibleMinutes: 1441 }, /flexibleMinutes is 1441/],
    [{ name: 'a b' }, /the name may hold letters/],
  ])('refuses %j', (more, says) => {
    expect(() => weekly(more as Partial<ScheduleOptions>)).toThrow(says);
  });

  it('refuses a target and a role that the project would not create', () => {
    const bucket = 'titanic-data';
    expect(() => defineProject({ name: 'p', bucket, roles: [role], schedules: [weekly()] })).toThrow(
      /schedule 'weekly' starts state machine 'training', which would not be created/,
    );
    expect(() => defineProject({ name: 'p', bucket, machines: [machine], schedules: [weekly()] })).toThrow(
      /schedule 'weekly' acts as role 'schedules', which would not be created/,
    );
  });
});
