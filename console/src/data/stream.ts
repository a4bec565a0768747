/**
 * What happens on the server, as it happens. One stream for the whole page: it is opened again when it breaks, from where it was.
 * Not an EventSource: that one cannot send the page's half of the session.
 */
import type { SeenEvent } from '../../../src/services/telar/api.ts';
import { sessionHeaders } from './session.ts';

export type StreamListener = {
  events(events: readonly SeenEvent[]): void;
  /** Something was missed: everything may have changed. */
  missed(): void;
  state(state: StreamState): void;
};

/** Open; kept from whoever may not watch, who sees what is there all the same; not to be opened, as the server does not answer. */
export type StreamState = 'live' | 'closed' | 'away';

const AGAIN_MS = [500, 1000, 2000, 5000, 10_000];

/** @returns what ends it */
export function watch(listener: StreamListener): () => void {
  const ending = new AbortController();
  void keepOpen(listener, ending.signal);
  return () => ending.abort();
}

async function keepOpen(listener: StreamListener, signal: AbortSignal): Promise<void> {
  let place = '';
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const headers = { ...sessionHeaders(), ...(place !== '' && { 'last-event-id': place }) };
      const response = await fetch('/console/stream', { headers, signal });
      if (response.status === 403 || response.status === 401) return listener.state('closed');
      if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
      listener.state('live');
      for await (const { id, event, data } of frames(response.body)) {
        failures = 0;
        if (id !== undefined) place = id;
        if (event === 'missed') listener.missed();
        else if (event === 'events' && data !== '[]') listener.events(JSON.parse(data) as SeenEvent[]);
      }
    } catch {
      if (signal.aborted) return;
    }
    listener.state('away');
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)]));
  }
}

type Frame = { id?: string; event: string; data: string };

async function* frames(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>)
    .getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) yield frameOf(part);
  }
}

function frameOf(text: string): Frame {
  const frame: Frame = { event: 'comment', data: '' };
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name === 'id') frame.id = value;
    if (name === 'event') frame.event = value;
    if (name === 'data') frame.data += value;
  }
  return frame;
}
