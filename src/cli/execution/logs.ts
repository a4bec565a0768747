/** A job's log as it grows, read through the telar service. */
import type { Clients } from '../aws.ts';
import { isNotFound } from '../errors.ts';

export type LogTail = {
  /** The whole lines that have come since the last call; of a log that has ended, also an unfinished last one. */
  poll(): Promise<string[]>;
  ended(): boolean;
};

/** @param host one of several hosts. @default the first */
export function logTail({ telar }: Clients, jobArn: string, host?: string): LogTail {
  let at = 0;
  let rest = '';
  let ended = false;
  return {
    ended: () => ended,
    async poll() {
      const lines: string[] = [];
      for (;;) {
        const part = await telar('GetJobLog', { JobArn: jobArn, From: at, ...(host && { Host: host }) });
        at = part.Next;
        const texts = (rest + part.Text).split('\n');
        rest = texts.pop() ?? '';
        lines.push(...texts);
        if (part.Ended && rest !== '') lines.push(rest);
        if (part.Ended) rest = '';
        ended = part.Ended;
        if (part.Text === '' || ended) return lines;
      }
    },
  };
}

/** The last lines of a job's log; none when there is no log. */
export async function lastLines(clients: Clients, jobArn: string, most: number): Promise<string[]> {
  try {
    const lines = await logTail(clients, jobArn).poll();
    return lines.filter((line) => line.trim() !== '').slice(-most);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
