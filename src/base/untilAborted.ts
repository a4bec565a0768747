/** Work that an abort is not made to wait for. */

/**
 * What comes of `work`, or a rejection as soon as `signal` is aborted. Nothing of it stays with the signal, which may live for long.
 *
 * @param why the rejection's message
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal, why: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error(why));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
