/** When the next message may go to an endpoint that takes so many a second (throttlePolicy). */

/** Endpoints that are remembered; one that was forgotten begins anew. */
const REMEMBERED = 10_000;

/** @returns of a subscription: when its next message is due, in milliseconds since the epoch */
export function createPaces(): (subscription: number, perSecond: number, now: number) => number {
  const next = new Map<number, number>();
  return (subscription, perSecond, now) => {
    const due = Math.max(now, next.get(subscription) ?? now);
    next.delete(subscription);
    if (next.size >= REMEMBERED) next.delete(next.keys().next().value!);
    next.set(subscription, due + 1000 / perSecond);
    return Math.ceil(due);
  };
}
