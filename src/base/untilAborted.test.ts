import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { untilAborted } from './untilAborted.ts';

it('left a listener with the server for each event that a function was sent', async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve(1), signal, 'stop')).toBe(1);
  await expect(untilAborted(Promise.reject(new Error('no')), signal, 'stop')).rejects.toThrow('no');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('ends when it is aborted, before and after', async () => {
  const controller = new AbortController();
  const never = new Promise<never>(() => {});
  const ended = expect(untilAborted(never, controller.signal, 'The server stops.')).rejects.toThrow(
    'The server stops.',
  );
  controller.abort();
  await ended;
  await expect(untilAborted(never, controller.signal, 'again')).rejects.toThrow('again');
});
