import { beforeEach, describe, expect, it } from 'vitest';
import { event, eventParts } from '../../../tests/support/events.ts';
import { START } from '../../../tests/support/operations.ts';
import type { Delivery } from '../../engine/deliveries.ts';
import { awsError } from '../../protocol/errors.ts';
import type { Sending } from './router.ts';

const DEAD = 'arn:aws:sqs:us-east-1:123456789012:dead';
const busy = awsError('ThrottlingException', 'too fast', 400);
const denied = awsError('AccessDeniedException', 'not allowed', 403);

let of: ReturnType<typeof eventParts>;
beforeEach(() => {
  of = eventParts();
});

const delivery = (rule: number, attempt = 1): Delivery<Sending> => ({
  ...{ id: 1, lane: `${rule}/t`, attempt, createdAt: START, body: { rule, target: 't', event: event() } },
});

describe('a delivery', () => {
  it('is made as the target’s role, else the rule’s, else as EventBridge', async () => {
    const plain = await of.rule({ name: 'plain' });
    const own = await of.rule({ name: 'own', role_arn: 'role/rule' });
    const target = await of.rule({ name: 'target', role_arn: 'role/rule' }, { RoleArn: 'role/target' });
    for (const rule of [plain, own, target]) of.deliverer.deliver(delivery(rule));
    expect(of.sent.map(({ as }) => as)).toEqual(['events.amazonaws.com', 'role/rule', 'role/target']);
    expect(JSON.parse(of.sent[0]!.payload)).toEqual(event());
  });

  it('is none when its target is gone', async () => {
    const rule = await of.rule({});
    await of.within(() => of.parts.db.removeTarget({ rule, id: 't' }));
    of.deliverer.deliver(delivery(rule));
    expect([of.sent, of.deliverer.failed(delivery(rule), busy)]).toEqual([[], undefined]);
  });

  it('needs a role that trusts EventBridge', async () => {
    const rule = await of.rule({}, { RoleArn: 'role/untrusted' });
    expect(() => of.deliverer.deliver(delivery(rule))).toThrow(/^events.amazonaws.com may not assume role\/untrusted/);
  });
});

describe('a failed delivery', () => {
  it('is tried again later and later', async () => {
    const rule = await of.rule({});
    const waits = [1, 2, 3, 4, 30].map((attempt) => of.deliverer.failed(delivery(rule, attempt), busy)! - START);
    const within = [1000, 2000, 4000, 8000, 600_000].map((most, at) => waits[at]! > most / 2 && waits[at]! <= most);
    expect(within).toEqual([true, true, true, true, true]);
    expect(of.sent).toEqual([]);
  });

  it('is tried again when the fault is nobody’s in particular', async () => {
    const rule = await of.rule({});
    expect(of.deliverer.failed(delivery(rule), new Error('a bug'))).toBeGreaterThan(START);
  });

  it('is given up after as many attempts as its target says', async () => {
    const rule = await of.rule({}, { RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: DEAD } });
    expect(of.deliverer.failed(delivery(rule, 2), busy)).toBeDefined();
    expect(of.deliverer.failed(delivery(rule, 3), busy)).toBeUndefined();
    const [dead] = of.sent;
    expect([dead?.arn, dead?.as, JSON.parse(dead!.payload)]).toEqual([DEAD, 'events.amazonaws.com', event()]);
    const text = (name: string) => dead?.attributes?.[name]?.StringValue;
    expect(
      ['RULE_ARN', 'TARGET_ARN', 'ERROR_CODE', 'ERROR_MESSAGE', 'EXHAUSTED_RETRY_CONDITION', 'RETRY_ATTEMPTS'].map(
        text,
      ),
    ).toEqual([
      'arn:aws:events:us-east-1:123456789012:rule/r',
      'arn:aws:sqs:us-east-1:123456789012:queue',
      ...['THROTTLING', 'too fast', 'MaximumRetryAttempts', '2'],
    ]);
  });

  it('is given up when the event is too old', async () => {
    const RetryPolicy = { MaximumEventAgeInSeconds: 60 };
    const rule = await of.rule({}, { RetryPolicy, DeadLetterConfig: { Arn: DEAD } });
    of.clock.time += 59_000;
    expect(of.deliverer.failed(delivery(rule, 2), busy)).toBeDefined();
    of.clock.time += 1000;
    expect(of.deliverer.failed(delivery(rule, 3), busy)).toBeUndefined();
    expect(of.sent[0]?.attributes?.['EXHAUSTED_RETRY_CONDITION']?.StringValue).toBe('MaximumEventAgeInSeconds');
  });

  it.each([
    [denied, 'NO_PERMISSIONS'],
    [awsError('StateMachineDoesNotExist', 'gone', 400), 'NO_RESOURCE'],
    [awsError('InvalidExecutionInput', 'no JSON', 400), 'INVALID_PARAMETER'],
    [awsError('FAILED_TO_ASSUME_ROLE', 'no trust', 403), 'FAILED_TO_ASSUME_ROLE'],
  ])('is given up at once for what no attempt mends: %s', async (error, code) => {
    const rule = await of.rule({}, { DeadLetterConfig: { Arn: DEAD } });
    expect(of.deliverer.failed(delivery(rule), error)).toBeUndefined();
    expect(of.sent[0]?.attributes).toMatchObject({
      ERROR_CODE: { StringValue: code },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
    expect(of.sent[0]?.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  it('is logged, where there is no dead-letter queue and where that refuses it', async () => {
    const [none, refusing] = [
      await of.rule({ name: 'a' }),
      await of.rule({ name: 'b' }, { DeadLetterConfig: { Arn: DEAD } }),
    ];
    of.refuse(() => denied);
    for (const rule of [none, refusing]) expect(of.deliverer.failed(delivery(rule), denied)).toBeUndefined();
    expect(of.logged.map(({ event: name }) => name)).toEqual(['events.not-delivered', 'events.not-delivered']);
    expect(of.logged[1]?.facts).toMatchObject({ code: 'NO_PERMISSIONS', deadLetterQueue: `${DEAD}: not allowed` });
  });
});

describe('the router', () => {
  it('adds a delivery for each rule that matches, and none for others', async () => {
    const [first, second] = [await of.rule({ name: 'a' }), await of.rule({ name: 'b' })];
    await of.rule({ name: 'c', pattern: '{"source":["other"]}' });
    await of.rule({ name: 'd', state: 'DISABLED' });
    await of.within(() => of.router.publish('default', event()));
    expect(of.added.map(({ rule }) => rule)).toEqual([first, second]);
  });

  it('knows of a change at once, and forgets it when it is undone', async () => {
    const could = () => of.router.couldHear('us-east-1', 'default', 'shop', 'happened');
    expect(could()).toBe(false);
    const id = await of.rule({});
    expect(could()).toBe(true);
    const undone = of.within(() => {
      of.parts.db.removeRule({ id });
      of.router.changed('us-east-1', 'default');
      expect(could()).toBe(false);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(could()).toBe(true);
    expect(of.router.couldHear('us-east-1', 'default', 'mine', 'happened')).toBe(false);
    expect(of.router.couldHear('eu-west-1', 'default', 'shop', 'happened')).toBe(false);
  });
});
