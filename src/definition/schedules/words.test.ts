/** Schedules as people say them. */
import { expect, it } from 'vitest';
import { scheduleInWords } from './words.ts';

it.each([
  ['rate(1 minute)', 'Every minute'],
  ['rate(90 minutes)', 'Every 90 minutes'],
  ['rate(24 hours)', 'Every day'],
  ['rate(36 hours)', 'Every 36 hours'],
  ['at(2026-12-24T18:30:00)', 'Once, on 2026-12-24 at 18:30:00'],
  ['cron(* * * * ? *)', 'Every minute'],
  ['cron(*/5 * * * ? *)', 'Every 5 minutes'],
  ['cron(0 * * * ? *)', 'Every hour'],
  ['cron(15,45 * * * ? *)', 'Every hour, 15 and 45 minutes past'],
  ['cron(30 */2 * * ? *)', 'Every 2 hours from 00:30'],
  ['cron(0 8 ? * MON-FRI *)', 'Monday to Friday at 08:00'],
  ['cron(0 8,12 ? * SAT,SUN *)', 'Saturday and Sunday at 08:00 and 12:00'],
  ['cron(0 6 ? * FRI-MON *)', 'Monday and Friday to Sunday at 06:00'],
  ['cron(0 6 ? * 1 *)', 'Every Sunday at 06:00'],
  ['cron(*/10 8-17 ? * MON-FRI *)', 'Every 10 minutes, in the hours 08–17, Monday to Friday'],
  ['cron(0 0 1 * ? *)', 'On day 1 of the month at 00:00'],
  ['cron(0 0 1,15 JAN-MAR,JUL ? *)', 'On days 1 and 15 of the month at 00:00, in January to March and July'],
  ['cron(0 0 L * ? *)', 'On the last day of the month at 00:00'],
  ['cron(0 0 LW * ? *)', 'On the last day from Monday to Friday of the month at 00:00'],
  ['cron(0 0 15W * ? *)', 'On the day from Monday to Friday nearest to day 15 of the month at 00:00'],
  ['cron(0 9 ? * 6L *)', 'On the last Friday of the month at 09:00'],
  ['cron(0 9 ? * 6#3 *)', 'On the third Friday of the month at 09:00'],
  ['cron(0 9 * * ? 2026-2028)', 'Every day at 09:00, in 2026 to 2028'],
])('%s', (expression, words) => expect(scheduleInWords(expression, 'scheduler')).toBe(words));

it('leaves alone what is no expression of its dialect', () => {
  expect(scheduleInWords('at(2026-12-24T18:30:00)', 'rules')).toBe('at(2026-12-24T18:30:00)');
  expect(scheduleInWords('cron(nonsense)', 'scheduler')).toBe('cron(nonsense)');
});
