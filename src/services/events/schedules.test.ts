import { beforeEach, expect, it } from 'vitest';
import { eventParts } from '../../../tests/support/events.ts';
import { START } from '../../../tests/support/operations.ts';
import { occurring, setDue, timesOf } from './schedules.ts';

const HOUR = 3_600_000;
const ARN = 'arn:aws:events:us-east-1:123456789012:rule/r';
const PLACE = { account: '123456789012', region: 'us-east-1' };

let of: ReturnType<typeof eventParts>;
beforeEach(() => {
  of = eventParts();
});

const hourly = () => of.rule({ pattern: null, schedule: 'rate(1 hour)', scheduled_at: START });

/** What happens when the first occurrence is seen so much later than it was due. */
const seen = (rule: number, late: number) =>
  of.within(() =>
    occurring({ ...of.parts, router: of.router })({ key: String(rule), at: START + HOUR, now: START + HOUR + late }),
  );

it('a rule fires by itself, with an event of its own, and again when it is due next', async () => {
  const rule = await hourly();
  expect(await seen(rule, 5)).toBe(START + 2 * HOUR);
  expect(of.added[0]?.event).toMatchObject({
    ...{ 'detail-type': 'Scheduled Event', source: 'aws.events', resources: [ARN], detail: {} },
    time: new Date(START + HOUR).toISOString().replace('.000', ''),
  });
  expect(of.logged).toEqual([]);
});

it('what was missed while no server ran happens once, and is said', async () => {
  const rule = await hourly();
  expect(await seen(rule, 5 * HOUR + 120_000)).toBe(START + 7 * HOUR);
  expect(of.added).toHaveLength(1);
  expect(of.logged).toMatchObject([{ event: 'events.schedule-missed', facts: { rule: ARN, policy: 'run-once' } }]);
});

it('with the tag that says so it does not happen, and is said, too', async () => {
  const rule = await hourly();
  await of.within(() => of.parts.ports.setTags(ARN, [{ Key: 'telar:missed', Value: 'skip' }]));
  expect(await seen(rule, 5 * HOUR + 120_000)).toBe(START + 7 * HOUR);
  expect(of.added).toEqual([]);
  expect(of.logged).toMatchObject([{ facts: { policy: 'skip', tag: 'telar:missed' } }]);
});

it('what a rule had missed was in the log alone: telar schedule list said nothing of it', async () => {
  const rule = await hourly();
  const missed = () => timesOf(of.parts, { nextOf: () => undefined }, PLACE, ARN)?.Missed;
  expect(missed()).toBeUndefined();
  await seen(rule, 5 * HOUR + 120_000);
  expect(missed()).toEqual({ At: new Date(START + 6 * HOUR).toISOString(), Outcome: 'ran-late' });
  await of.within(() => of.parts.ports.setTags(ARN, [{ Key: 'telar:missed', Value: 'skip' }]));
  await seen(rule, 5 * HOUR + 120_000);
  expect(missed()).toMatchObject({ Outcome: 'skipped' });
});

it('a rule that is disabled or gone does not occur any more', async () => {
  const rule = await of.rule({ pattern: null, schedule: 'rate(1 hour)', state: 'DISABLED' });
  expect([await seen(rule, 0), await seen(999, 0)]).toEqual([undefined, undefined]);
});

it('a rate counts from when the rule was put', async () => {
  const set: [string, number][] = [];
  const removed: string[] = [];
  const occurrences = {
    set: (key: string, at: number) => void set.push([key, at]),
    remove: (key: string) => void removed.push(key),
  };
  const row = of.parts.db.ruleOfId({ id: await hourly() })!;
  setDue(occurrences, row, START + 90 * 60_000);
  setDue(occurrences, { ...row, state: 'DISABLED' }, START);
  expect([set, removed]).toEqual([[[String(row.id), START + 2 * HOUR]], [String(row.id)]]);
});
