import { expect, it } from 'vitest';
import { jsonLog, type LogFields } from './log.ts';

it('said an id where the name of what happened belongs', () => {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => void lines.push(line),
    () => 0,
  );
  log('warn', 'events.not-delivered', { eventId: '1' });
  // The type forbids it; what comes by another way is held to it, too.
  log('warn', 'events.not-delivered', { event: '1', level: 'none' } as object as LogFields);
  const line = { time: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'events.not-delivered' };
  expect(lines.map((each) => JSON.parse(each))).toEqual([{ ...line, eventId: '1' }, line]);
});
