/** What schedules do as time passes, beside targets that a test has in its hands. */
import { describe, expect, it } from 'vitest';
import { ACCOUNT, REGION } from '../../../tests/support/operations.ts';
import { MACHINE, QUEUE, ROLE, schedules as server } from '../../../tests/support/schedules.ts';
import { awsError } from '../../protocol/errors.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('a schedule', () => {
  it('occurs by the clock on the wall of its time zone, through both changes of a year', async () => {
    const { create, pass, times } = server('2026-03-06T00:00:00Z');
    await create('cron(30 2 ? * SUN *)', { ScheduleExpressionTimezone: 'America/Los_Angeles' });
    await pass(15 * DAY);
    // 2026-03-08 has no 02:30 there.
    expect(times()).toEqual(['2026-03-15T09:30Z']);
    const autumn = server('2026-10-31T00:00:00Z');
    await autumn.create('cron(30 1 * * ? *)', { ScheduleExpressionTimezone: 'America/Los_Angeles' });
    await autumn.pass(3 * DAY);
    expect(autumn.times()).toEqual(['2026-10-31T08:30Z', '2026-11-01T08:30Z', '2026-11-02T09:30Z']);
  });

  it('keeps to its start and its end', async () => {
    const { create, pass, times } = server('2026-11-27T10:00:00Z');
    const [StartDate, EndDate] = [new Date('2026-11-27T12:30:00Z'), new Date('2026-11-27T15:00:00Z')];
    await create('rate(1 hour)', { StartDate, EndDate });
    await pass(DAY);
    expect(times()).toEqual(['2026-11-27T12:30Z', '2026-11-27T13:30Z', '2026-11-27T14:30Z']);
  });

  it('that is disabled does nothing, and goes on in its rhythm when it is enabled', async () => {
    const { create, pass, times, run } = server('2026-11-27T10:00:00Z');
    const same = {
      ...{ Name: 's', ScheduleExpression: 'rate(3 hours)', Target: { Arn: MACHINE, RoleArn: ROLE } },
      FlexibleTimeWindow: { Mode: 'OFF' } as const,
    };
    await create('rate(3 hours)');
    await run('UpdateSchedule', { ...same, State: 'DISABLED' });
    await pass(4 * HOUR);
    await run('UpdateSchedule', { ...same, State: 'ENABLED' });
    await pass(5 * HOUR);
    expect(times()).toEqual(['2026-11-27T10:00Z', '2026-11-27T16:00Z', '2026-11-27T19:00Z']);
  });

  it('is spread over its flexible window, each time anew', async () => {
    const { create, pass, sent } = server('2026-11-27T00:30:00Z');
    const FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 } as const;
    await create('cron(0 * * * ? *)', { FlexibleTimeWindow });
    await pass(40 * HOUR);
    const after = sent.map(({ at }) => Date.parse(at) % HOUR);
    expect(after).toHaveLength(40);
    for (const one of after) expect(one).toBeLessThan(15 * MINUTE);
    expect(Math.max(...after) - Math.min(...after)).toBeGreaterThan(5 * MINUTE);
    expect(new Set(after).size).toBeGreaterThan(30);
  });

  it('occurs once, also when its server is killed between the occurrence and the invocation', async () => {
    const first = server('2026-11-27T10:00:00Z');
    await first.create('cron(0 11 * * ? *)');
    first.refuse(() => awsError('ServiceUnavailable', 'not yet', 503));
    await first.pass(HOUR);
    expect(first.sent).toEqual([]);
    const second = server('2026-11-27T11:00:20Z', first.database);
    await second.pass(DAY);
    expect(second.sent.map(({ target }) => JSON.parse(target.payload).time)).toEqual([
      '2026-11-27T11:00:00Z',
      '2026-11-28T11:00:00Z',
    ]);
  });
});

describe('a schedule whose occurrences were missed', () => {
  const down = async (group?: string) => {
    const first = server('2026-11-20T10:00:00Z');
    if (group) {
      const Tags = [{ Key: 'telar:missed', Value: 'skip' }];
      await first.run('CreateScheduleGroup', { Name: group, Tags });
    }
    await first.create('cron(0 11 * * ? *)', { GroupName: group ?? 'default' });
    return server('2026-11-27T10:00:00Z', first.database);
  };

  it('runs once, late, for the last of them', async () => {
    const { pass, sent, logged } = await down();
    await pass(2 * HOUR);
    expect(sent.map(({ at, target }) => [at, JSON.parse(target.payload).time])).toEqual([
      ['2026-11-27T10:00:00.000Z', '2026-11-26T11:00:00Z'],
      ['2026-11-27T11:00:00.000Z', '2026-11-27T11:00:00Z'],
    ]);
    expect(logged).toEqual([
      {
        event: 'scheduler.missed',
        fields: {
          schedule: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/s`,
          ...{ from: '2026-11-20T11:00:00Z', to: '2026-11-26T11:00:00Z', outcome: 'ran-late' },
        },
      },
    ]);
  });

  it('runs none of them where its group says so', async () => {
    const { pass, times, logged } = await down('strict');
    await pass(2 * HOUR);
    expect(times()).toEqual(['2026-11-27T11:00Z']);
    expect(logged).toMatchObject([{ event: 'scheduler.missed', fields: { outcome: 'skipped' } }]);
  });
});

describe('an invocation that fails', () => {
  const denied = () => awsError('AccessDeniedException', 'no', 403);
  const busy = () => awsError('ThrottlingException', 'later', 429);
  const DeadLetterConfig = { Arn: QUEUE };

  it('is tried again, longer and longer after, and then is a dead letter that says why', async () => {
    const { create, pass, refuse, sent } = server('2026-11-27T10:00:00Z');
    let attempts = 0;
    refuse(({ arn }) => {
      if (arn === QUEUE) return undefined;
      attempts += 1;
      return busy();
    });
    const RetryPolicy = { MaximumRetryAttempts: 3 };
    await create('at(2026-11-27T10:00:10)', {
      Target: { Arn: MACHINE, RoleArn: ROLE, RetryPolicy, DeadLetterConfig, Input: '{"a":1}' },
    });
    await pass(MINUTE);
    expect(attempts).toBe(4);
    expect(sent).toHaveLength(1);
    const { arn, payload, attributes = {} } = sent[0]!.target;
    expect({ arn, payload }).toEqual({ arn: QUEUE, payload: '{"a":1}' });
    expect(
      Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])),
    ).toEqual({
      ...{ ERROR_CODE: 'ThrottlingException', ERROR_MESSAGE: 'later', EXECUTION_ID: expect.any(String) },
      ...{ EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts', IS_PAYLOAD_TRUNCATED: 'false', RETRY_ATTEMPTS: '3' },
      ...{ SCHEDULED_TIME: '2026-11-27T10:00:10Z', TARGET_ARN: MACHINE },
      SCHEDULE_ARN: `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/default/s`,
    });
  });

  it('is given up when it has become too old', async () => {
    const { create, pass, refuse, sent } = server('2026-11-27T10:00:00Z');
    refuse(({ arn }) => (arn === QUEUE ? undefined : busy()));
    const RetryPolicy = { MaximumEventAgeInSeconds: 60 };
    await create('at(2026-11-27T10:00:10)', { Target: { Arn: MACHINE, RoleArn: ROLE, RetryPolicy, DeadLetterConfig } });
    await pass(2 * MINUTE);
    expect(sent[0]!.target.attributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumEventAgeInSeconds' },
    });
    expect(Date.parse(sent[0]!.at) - Date.parse('2026-11-27T10:00:10Z')).toBeLessThanOrEqual(60_000);
  });

  it('for want of a permission is a dead letter at once', async () => {
    const { create, pass, refuse, sent, logged } = server('2026-11-27T10:00:00Z');
    refuse(({ arn }) => (arn === QUEUE ? undefined : denied()));
    await create('at(2026-11-27T10:00:10)', { Target: { Arn: MACHINE, RoleArn: ROLE, DeadLetterConfig } });
    await pass(MINUTE);
    expect(sent.map(({ target }) => target.attributes?.['RETRY_ATTEMPTS']?.StringValue)).toEqual(['0']);
    expect(sent[0]!.target.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
    expect(logged).toMatchObject([
      { event: 'scheduler.given-up', fields: { code: 'AccessDeniedException', attempts: 1 } },
    ]);
  });

  it('because the role has come to distrust the Scheduler says so', async () => {
    const { create, pass, distrust, sent, logged } = server('2026-11-27T10:00:00Z');
    await create('at(2026-11-27T10:00:10)');
    distrust();
    await pass(MINUTE);
    expect(sent).toEqual([]);
    expect(logged[0]!.fields!['message']).toMatch(/does not allow scheduler.amazonaws.com to assume it/);
  });

  it('goes with its schedule, whose successor of the same name never sees it', async () => {
    const { create, pass, refuse, sent, run } = server('2026-11-27T10:00:00Z');
    refuse(busy);
    await create('at(2026-11-27T10:00:10)', { ActionAfterCompletion: 'DELETE' });
    await pass(15_000);
    await run('DeleteSchedule', { Name: 's' });
    refuse(() => undefined);
    await create('cron(0 9 * * ? *)');
    await pass(HOUR);
    expect(sent).toEqual([]);
  });
});

describe('a schedule that is to go after its completion', () => {
  it('goes when its last invocation has been given up, too', async () => {
    const { create, pass, refuse, run } = server('2026-11-27T10:00:00Z');
    refuse(() => awsError('ExecutionLimitExceeded', 'full', 400));
    await create('at(2026-11-27T10:00:10)', {
      ActionAfterCompletion: 'DELETE',
      Target: { Arn: MACHINE, RoleArn: ROLE, RetryPolicy: { MaximumRetryAttempts: 1 } },
    });
    await pass(10_000);
    expect(await run('GetSchedule', { Name: 's' })).toMatchObject({ Name: 's' });
    await pass(MINUTE);
    await expect(run('GetSchedule', { Name: 's' })).rejects.toThrow('Schedule s does not exist.');
  });

  it('stays while it has others to come', async () => {
    const { create, pass, run } = server('2026-11-27T10:00:00Z');
    await create('rate(1 hour)', { ActionAfterCompletion: 'DELETE', EndDate: new Date('2026-11-27T12:00:00Z') });
    await pass(90 * MINUTE);
    expect(await run('GetSchedule', { Name: 's' })).toMatchObject({ Name: 's' });
    await pass(30 * MINUTE);
    await expect(run('GetSchedule', { Name: 's' })).rejects.toThrow('Schedule s does not exist.');
  });
});
