/** Reading a log group on and on. */
import { expect, it } from 'vitest';
import { groupReader } from './groupLog.ts';

const signal = new AbortController().signal;

/** A group of events that may grow, given out two at a time. */
function group(events: { eventId: string; timestamp: number; message: string }[]) {
  const starts: number[] = [];
  const read = async ({ startTime, nextToken }: { startTime: number; nextToken?: string }) => {
    if (nextToken === undefined) starts.push(startTime);
    const from = Number(nextToken ?? 0);
    const rest = events.filter(({ timestamp }) => timestamp >= startTime);
    const page = rest.slice(from, from + 2);
    return { events: page, ...(from + 2 < rest.length && { nextToken: String(from + 2) }) };
  };
  return { read, starts };
}

const event = (timestamp: number, eventId = String(timestamp)) => ({
  eventId,
  timestamp,
  message: `at ${timestamp}\n`,
});

it('reads each line once, also one that was written later than it is dated', async () => {
  const events = [event(10_000), event(20_000), event(20_000, 'another')];
  const { read, starts } = group(events);
  const reader = groupReader(read, 0);
  expect((await reader(signal)).lines.map(({ text }) => text)).toEqual(['at 10000', 'at 20000', 'at 20000']);
  const same = await reader(signal);
  events.splice(1, 0, event(16_000));
  events.push(event(21_000));
  const { lines, cut } = await reader(signal);
  expect(lines.map(({ time }) => time)).toEqual([10_000, 20_000, 20_000, 16_000, 21_000]);
  expect(cut).toBe(false);
  expect(starts).toEqual([0, 15_000, 15_000]);
  // What has not changed is the same list.
  expect((await reader(signal)).lines).toBe(lines);
  expect(same.lines).toHaveLength(3);
});

it('keeps no more than it may, and says that there is more', async () => {
  const { read } = group(Array.from({ length: 9 }, (_, index) => event(index)));
  const { lines, cut } = await groupReader(read, 0, 5)(signal);
  expect(lines.map(({ time }) => time)).toEqual([0, 1, 2, 3, 4]);
  expect(cut).toBe(true);
});
