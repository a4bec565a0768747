/** What mappings ask of queues, and when: on a clock that the test moves. */
import { expect, it } from 'vitest';
import { timedWorld } from '../../../tests/support/timedWorld.ts';
import type { Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import type { Invoke } from './invoke.ts';
import { createPolling } from './polling.ts';
import type { QueueMessage } from './ports.ts';
import type { FunctionRow, SourceRow, VersionRow } from './store.ts';

/** More than any of these tests lets anybody ask. */
const TOO_OFTEN = 200;

/** A mapping of one queue, which waits as SQS does: from the instant of the request. */
function mapped(configuration: object, answer: () => Promise<void> = async () => {}) {
  const { world, pass, now } = timedWorld(Date.UTC(2026, 10, 27));
  const asked: number[] = [];
  const invoked: { at: number; bodies: string[] }[] = [];
  const waiting: ((messages: QueueMessage[]) => void)[] = [];
  const source: SourceRow = {
    ...{ uuid: 'u', region: 'r', function: 1, qualifier: '', source: 'arn:aws:sqs:r:0:q' },
    ...{ configuration: JSON.stringify(configuration), enabled: 1, modified_at: 0, last_result: 'OK' },
  };
  const db = {
    ...{ sourceOfId: () => source, allSources: () => [source] },
    functionOfId: () => ({ id: 1, name: 'f', region: 'r' }) as FunctionRow,
    version: () => ({ state: 'Active', configuration: '{"role":"role","timeout":1}' }) as VersionRow,
  };
  const receive = (_arn: string, _most: number, wait: number, call: Call) =>
    new Promise<QueueMessage[]>((resolve, reject) => {
      asked.push(now());
      if (asked.length > TOO_OFTEN) return reject(new Error('The queue is asked without end.'));
      const until = call.now + wait * 1000;
      if (call.isGone?.() || now() >= until) return resolve([]);
      const heard = call.whenGone?.(() => give([]));
      const cancel = world.clock.at(until, () => give([]));
      function give(messages: QueueMessage[]): void {
        cancel();
        heard?.();
        waiting.splice(waiting.indexOf(give), 1);
        resolve(messages);
      }
      waiting.push(give);
    });
  const invoke: Invoke = async ({ payload }) => {
    const { Records } = JSON.parse(payload.toString()) as { Records: { body: string }[] };
    invoked.push({ at: now(), bodies: Records.map(({ body }) => body) });
    await answer();
    return { payload: Buffer.from('null') } as Awaited<ReturnType<Invoke>>;
  };
  const callAs = () => ({ now: now() }) as Call;
  const ports = { callAs, queues: { receive, remove: async () => {} } };
  const parts = { ...{ db, world, ports, invoke, account: '0' } } as unknown as Parts & { invoke: Invoke };
  const polling = createPolling(parts);
  polling.start();
  return { polling, pass, asked, invoked, send: (Body: string) => waiting[0]?.([{ MessageId: Body, Body }]) };
}

const WHOLE = { batchSize: 10, window: 0, reportsFailures: false, concurrency: 1 };

it('a queue that was empty for twenty seconds was asked without end, on a whole processor', async () => {
  const { polling, pass, asked } = mapped({ ...WHOLE, concurrency: undefined });
  await pass(10 * 60_000);
  // Five pollers, each of whom waits for twenty seconds.
  expect(asked).toHaveLength(5 * 31);
  await polling.stop();
  expect(asked).toHaveLength(5 * 31);
});

it('a window had passed before the first message came', async () => {
  const { polling, pass, invoked, send } = mapped({ ...WHOLE, window: 5 });
  await pass(30_000);
  send('a');
  await pass(2_500);
  send('b');
  await pass(4_000);
  expect(invoked).toEqual([{ at: expect.any(Number), bodies: ['a', 'b'] }]);
  expect(invoked[0]!.at - Date.UTC(2026, 10, 27)).toBe(35_000);
  await polling.stop();
});

it('a function that failed while its mapping was being stopped held the stop up for five seconds', async () => {
  const answer = Promise.withResolvers<void>();
  const { polling, pass, invoked, send } = mapped(WHOLE, () => answer.promise);
  await pass(1000);
  send('a');
  await pass(1000);
  expect(invoked).toHaveLength(1);
  const stopped = polling.stop();
  answer.reject(new Error('failed'));
  // The clock stands still: nothing that waits for it ends.
  await stopped;
}, 5000);
