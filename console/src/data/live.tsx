/** Ties the stream of events to what is kept of answers: whatever an event changes is asked for again, a few times a second at most. */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { SeenEvent } from '../../../src/services/telar/api.ts';
import { renewalOf } from './renewal.ts';
import { type StreamState, watch } from './stream.ts';

const EVERY_MS = 400;
/**
 * What is asked for again begins anew: a server slower than the events would never be heard out. So the answers are waited for
 * before the next events are heeded, but not for ever.
 */
const PATIENCE_MS = 3000;

const LiveContext = createContext<StreamState>('closed');

/** Whether events arrive: what is shown is as it is. */
export const useLive = (): StreamState => useContext(LiveContext);

export function Live({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [live, setLive] = useState<StreamState>('closed');
  const waiting = useRef<SeenEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const renewal = renewalOf(client);
    const renew = async () => {
      const events = waiting.current.splice(0);
      const renewed = renewal.after(events);
      await Promise.race([renewed, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
      timer.current = waiting.current.length > 0 ? setTimeout(renew, EVERY_MS) : undefined;
    };
    const end = watch({
      events(events) {
        waiting.current.push(...events);
        timer.current ??= setTimeout(renew, EVERY_MS);
      },
      missed: () => void renewal.all(),
      state: setLive,
    });
    return () => {
      end();
      clearTimeout(timer.current);
    };
  }, [client]);

  return <LiveContext value={live}>{children}</LiveContext>;
}
