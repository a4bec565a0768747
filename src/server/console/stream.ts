/**
 * What happens, sent to a page as it happens: server-sent events over the operation that tells of them (`telar:WatchEvents`).
 *
 * T1. Each part of the stream is an operation of its own: who may no longer watch, or whose session has ended, gets no more.
 * T2. A page that does not read is waited for, and holds nothing but its place.
 */
import { Readable } from 'node:stream';
import { isAwsError } from '../../protocol/errors.ts';
import type { WireRequest, WireResponse } from '../../protocol/wire.ts';

export type Seen = { Events: readonly object[]; Next: string; Missed: boolean };

/** A comment goes out so often at least, so that a connection that is gone is noticed. */
const WAIT_SECONDS = 15;

/** @param watch asks for what comes after a place; throws once nobody may watch */
export async function eventStream(
  request: WireRequest,
  after: string | undefined,
  watch: (after: string | undefined, waitSeconds: number) => Promise<Seen>,
): Promise<WireResponse> {
  // The first answer decides whether there is a stream at all.
  const first = await watch(after, 0);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    body: Readable.from(frames(request, first, watch), { objectMode: false, highWaterMark: 64 * 1024 }),
  };
}

async function* frames(
  { isGone }: WireRequest,
  first: Seen,
  watch: (after: string | undefined, waitSeconds: number) => Promise<Seen>,
): AsyncGenerator<string> {
  let seen = first;
  yield frame(seen);
  while (!isGone?.()) {
    try {
      seen = await watch(seen.Next, WAIT_SECONDS);
    } catch (error) {
      yield `event: end\ndata: ${JSON.stringify(isAwsError(error) ? error.code : 'InternalFailure')}\n\n`;
      return;
    }
    yield seen.Events.length > 0 || seen.Missed ? frame(seen) : ': nothing new\n\n';
  }
}

const frame = ({ Events, Next, Missed }: Seen) =>
  `id: ${Next}\nevent: ${Missed ? 'missed' : 'events'}\ndata: ${JSON.stringify(Events)}\n\n`;
