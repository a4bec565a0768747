/** What is asked for when something happens, of lists of six pages: on a client without a page. */
import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SeenEvent } from '../../../src/services/telar/api.ts';
import { keyOf } from './call.ts';
import { askPage, renewalOf } from './renewal.ts';

const STATES = 'arn:aws:states:us-east-1:000000000000';
const runArn = (at: number) => `${STATES}:execution:m:run-${at}`;
const eventOf = (...Resources: string[]): SeenEvent => ({
  ...{ Source: 'aws.states', DetailType: 'Step Functions Execution Status Change', Region: 'us-east-1' },
  ...{ Time: '2026-11-27T00:00:00Z', Resources },
});

type Asked = { stateMachineArn: string; nextToken?: string };

/** Sixty executions, ten on a page. */
function serve() {
  const asked: (string | undefined)[] = [];
  const statuses = new Map<number, string>();
  let refusal: number | undefined;
  const answer = ({ nextToken }: Asked) => {
    asked.push(nextToken);
    const from = Number(nextToken ?? 60);
    const executions = Array.from({ length: 10 }, (_, index) => from - 1 - index).map((at) => ({
      executionArn: runArn(at),
      status: statuses.get(at) ?? 'RUNNING',
    }));
    return { executions, ...(from > 10 && { nextToken: String(from - 10) }) };
  };
  const fetch = async (_: string, { body }: { body: string }) => {
    const found = answer(JSON.parse(body));
    return refusal === undefined
      ? new Response(JSON.stringify(found))
      : new Response(JSON.stringify({ code: 'InvalidToken', message: 'No.' }), { status: refusal });
  };
  return { asked, statuses, fetch, refuse: (status: number | undefined) => (refusal = status) };
}

let server: ReturnType<typeof serve>;
beforeEach(() => {
  vi.useFakeTimers();
  server = serve();
  vi.stubGlobal('fetch', server.fetch);
  vi.stubGlobal('localStorage', { getItem: () => null });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const TOKENS = { token: 'nextToken', next: 'nextToken' };

/** A list that is looked at, with all its pages. */
async function looked() {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } },
  });
  const queryKey = [...keyOf('states', 'ListExecutions', { stateMachineArn: `${STATES}:stateMachine:m` }), 'pages'];
  const observer = new InfiniteQueryObserver<{ executions: { status: string }[]; nextToken?: string }>(client, {
    queryKey,
    queryFn: ({ pageParam }) => askPage(queryKey, TOKENS, pageParam) as never,
    initialPageParam: undefined,
    getNextPageParam: ({ nextToken }) => nextToken,
    meta: { tokens: TOKENS },
  });
  const leave = observer.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(1);
  while (observer.getCurrentResult().hasNextPage) await observer.fetchNextPage();
  server.asked.length = 0;
  const statusOf = (at: number) =>
    observer.getCurrentResult().data!.pages.flatMap((page) => page.executions)[59 - at]?.status;
  return { renewal: renewalOf(client), observer, leave, statusOf };
}

it('the first page and the one that holds the row that an event names, and no other', async () => {
  const { renewal, statusOf } = await looked();
  server.statuses.set(15, 'FAILED');
  await renewal.after([eventOf(runArn(15))]);
  expect(statusOf(15)).toBe('FAILED');
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.asked).toEqual([undefined, '20']);
});

it('all pages in turn, three at a time, when no page has the row', async () => {
  const { renewal, statusOf } = await looked();
  server.statuses.set(5, 'FAILED');
  await renewal.after([eventOf(runArn(777))]);
  expect(server.asked).toEqual([undefined, '50', '40']);
  await vi.advanceTimersByTimeAsync(390);
  expect(server.asked).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.asked).toEqual([undefined, '50', '40', '30', '20', '10']);
  expect(statusOf(5)).toBe('FAILED');
});

it('no more for many events than for one', async () => {
  const { renewal } = await looked();
  for (let second = 0; second < 4; second += 0.2) {
    void renewal.after(Array.from({ length: 50 }, (_, at) => eventOf(runArn(1000 + at))));
    await vi.advanceTimersByTimeAsync(200);
  }
  expect(server.asked.length).toBeLessThanOrEqual(3 * (4 / 0.4 + 1));
});

it('the first page alone for what cannot be in the list', async () => {
  const { renewal } = await looked();
  await renewal.after([eventOf(`${STATES}:stateMachine:m`)]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.asked).toEqual([undefined]);
});

it('nothing while somebody waits for a page, and then what was to be asked', async () => {
  const { renewal, observer } = await looked();
  let go = () => {};
  vi.stubGlobal('fetch', async (...given: Parameters<typeof server.fetch>) => {
    await new Promise<void>((resolve) => {
      go = resolve;
    });
    return server.fetch(...given);
  });
  const whole = observer.refetch();
  vi.stubGlobal('fetch', server.fetch);
  await renewal.after([eventOf(runArn(15))]);
  expect(server.asked).toEqual([]);
  go();
  await whole;
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.asked.slice(6)).toEqual([undefined, '20']);
});

it('nothing of a list that nobody looks at', async () => {
  const { renewal, leave } = await looked();
  leave();
  await renewal.after([eventOf(runArn(15))]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.asked).toEqual([]);
});

it('the same once more when the server was away, and the list as a whole when it refuses a page', async () => {
  const { renewal, observer } = await looked();
  server.refuse(503);
  await renewal.after([eventOf(runArn(15))]);
  expect(server.asked).toEqual([undefined]);
  server.refuse(undefined);
  await vi.advanceTimersByTimeAsync(3100);
  expect(server.asked).toEqual([undefined, undefined, '20']);
  server.refuse(400);
  await renewal.after([eventOf(runArn(15))]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(observer.getCurrentResult().error).toMatchObject({ code: 'InvalidToken' });
});
