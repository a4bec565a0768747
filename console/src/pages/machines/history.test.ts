/** Which events are asked for, of an execution that goes on. */
import { expect, it } from 'vitest';
import { eventsSince, type HistoryEvent } from './history.ts';

/** A history of so many events, asked as GetExecutionHistory is, and how many events each answer had. */
function historyOf(count: number) {
  const sizes: number[] = [];
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const ask: Parameters<typeof eventsSince>[0] = async ({ maxResults = 100, reverseOrder = false, nextToken }) => {
    const order = reverseOrder ? ids.toReversed() : ids;
    const from = Number(nextToken ?? 0);
    const page = order.slice(from, from + maxResults);
    sizes.push(page.length);
    return {
      events: page.map((id) => ({ id, type: 'PassStateEntered', timestamp: id }) as HistoryEvent),
      ...(from + maxResults < count && { nextToken: String(from + maxResults) }),
    };
  };
  const since = async (last: number) => {
    const found: number[] = [];
    for await (const events of eventsSince(ask, last)) found.push(...events.map(({ id }) => id!));
    return found;
  };
  return { sizes, since };
}

it('reads all of it at first, page by page', async () => {
  const { sizes, since } = historyOf(2500);
  expect(await since(0)).toHaveLength(2500);
  expect(sizes).toEqual([1000, 1000, 500]);
});

it('then asks for what is new alone, in its order', async () => {
  const { sizes, since } = historyOf(1010);
  expect(await since(1003)).toEqual([1004, 1005, 1006, 1007, 1008, 1009, 1010]);
  expect(sizes).toEqual([1, 6]);
});

it('reads what is new in pages, where it is much', async () => {
  const { sizes, since } = historyOf(3000);
  expect(await since(500)).toEqual(Array.from({ length: 2500 }, (_, index) => 501 + index));
  expect(sizes).toEqual([1, 1000, 1000, 499]);
});

it('asks for one event where nothing is new, and gives none', async () => {
  const { sizes, since } = historyOf(20);
  expect(await since(20)).toEqual([]);
  expect(sizes).toEqual([1]);
});
