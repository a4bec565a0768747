/**
 * The lines of a log group, of all its streams, as they grow.
 *
 * L1. Each line is there once, in the order of time as far as it was read: what comes late, with an earlier time, comes at the end.
 * L2. No more than MOST lines are kept: the first ones of the time that is asked for.
 */
import { useEffect, useState } from 'react';
import { call } from './call.ts';
import type { Refusal } from './session.ts';

const PAGE = 1000;
const MOST = 50_000;
const EVERY_MS = 2000;
/** A line may be written a little later than it is dated: so far back, it is looked for again. */
const OVERLAP_MS = 5000;

export type GroupLog = {
  lines: readonly { time: number; text: string }[];
  loading: boolean;
  /** There is no such group: nothing has been logged. */
  absent: boolean;
  /** There are more lines than are kept. */
  cut: boolean;
  error: Refusal | undefined;
};

const UNREAD: GroupLog = { lines: [], loading: true, absent: false, cut: false, error: undefined };

/** @param spanMs how far back, in milliseconds */
export function useGroupLog(logGroupName: string, spanMs: number): GroupLog {
  const [log, setLog] = useState<GroupLog>(UNREAD);
  useEffect(() => {
    const stopped = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reader = groupReader(
      (input, signal) => call('logs', 'FilterLogEvents', { logGroupName, ...input }, signal),
      Date.now() - spanMs,
    );
    setLog(UNREAD);
    async function read(): Promise<void> {
      try {
        const { lines, cut } = await reader(stopped.signal);
        if (!stopped.signal.aborted) setLog({ lines, cut, loading: false, absent: false, error: undefined });
      } catch (thrown) {
        if (stopped.signal.aborted) return;
        const error = thrown as Refusal;
        const absent = error.code === 'ResourceNotFoundException';
        setLog((now) => ({ ...now, loading: false, absent, error: absent ? undefined : error }));
      }
      if (!stopped.signal.aborted) timer = setTimeout(() => void read(), EVERY_MS);
    }
    void read();
    return () => {
      stopped.abort();
      clearTimeout(timer);
    };
  }, [logGroupName, spanMs]);
  return log;
}

type Line = { time: number; text: string };
type Page = {
  events?: { eventId?: string | undefined; timestamp?: number | undefined; message?: string | undefined }[] | undefined;
  nextToken?: string | undefined;
};
type Read = (input: { startTime: number; limit: number; nextToken?: string }, signal: AbortSignal) => Promise<Page>;

/** Reads on from where it was, each time that it is called. @param most lines that are kept */
export function groupReader(read: Read, since: number, most = MOST) {
  let startTime = since;
  let lines: readonly Line[] = [];
  const seen = new Set<string>();
  return async (signal: AbortSignal): Promise<{ lines: readonly Line[]; cut: boolean }> => {
    const found: Line[] = [];
    let nextToken: string | undefined;
    do {
      const page: Page = await read({ startTime, limit: PAGE, ...(nextToken !== undefined && { nextToken }) }, signal);
      for (const { eventId = '', timestamp = 0, message = '' } of page.events ?? []) {
        if (seen.has(eventId)) continue;
        seen.add(eventId);
        found.push({ time: timestamp, text: message.trimEnd() });
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined && lines.length + found.length < most);
    // The same list for the same lines: whoever shows it has nothing to do.
    if (found.length > 0) lines = [...lines, ...found.sort((a, b) => a.time - b.time)].slice(0, most);
    startTime = Math.max(since, (lines.at(-1)?.time ?? 0) - OVERLAP_MS);
    return { lines, cut: nextToken !== undefined };
  };
}
