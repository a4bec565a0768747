/** Every schedule expression that is recorded of AWS is taken or refused here as it was there. */
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../src/definition/schedules/parse.ts';
import { loadCases } from '../states/cases.ts';

type Recorded = { api: 'events.PutRule' | 'scheduler.CreateSchedule'; expression: string; valid: boolean };

const cases = loadCases('schedule-expressions') as Recorded[] | undefined;

// The recordings are not in this repository, and may not be on this machine.
describe.skipIf(!cases)('recorded schedule expressions', () => {
  it.each(cases ?? [])('$api $expression', ({ api, expression, valid }) => {
    const parsed = parseSchedule(expression, api === 'events.PutRule' ? 'rules' : 'scheduler');
    expect('schedule' in parsed).toBe(valid);
  });
});
