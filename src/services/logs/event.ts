/** A log event, and its place among all others. */

export type LogEvent = {
  /** Milliseconds since the epoch, as its sender says. */
  at: number;
  message: string;
  /** When it came in. */
  ingested: number;
};

/**
 * The order of events: by time, then by stream, then as they came. Streams are numbered from 1, and so are the events of a
 * stream, so that `{ at, stream: 0, seq: 0 }` stands before all events of its instant.
 */
export type Key = { at: number; stream: number; seq: number };

/** What AWS adds for each event when it counts bytes. */
const EVENT_OVERHEAD = 26;

export const sizeOf = ({ message }: Pick<LogEvent, 'message'>): number => Buffer.byteLength(message) + EVENT_OVERHEAD;

export function compareKeys(a: Key, b: Key): number {
  return a.at - b.at || a.stream - b.stream || a.seq - b.seq;
}

export const beforeAll = (at: number): Key => ({ at, stream: 0, seq: 0 });

const DIGITS = { at: 15, stream: 20, seq: 20 };
const ID = /^3(\d{15})(\d{20})(\d{20})$/;

/** An event's id: 56 digits, as AWS's are, which say where it stands. */
export function eventId({ at, stream, seq }: Key): string {
  const digits = (value: number, count: number) => String(value).padStart(count, '0');
  return `3${digits(at, DIGITS.at)}${digits(stream, DIGITS.stream)}${digits(seq, DIGITS.seq)}`;
}

export function keyOfId(id: string): Key | undefined {
  const [at, stream, seq] = (ID.exec(id) ?? []).slice(1).map(Number);
  if (at === undefined || stream === undefined || seq === undefined) return undefined;
  return [at, stream, seq].every(Number.isSafeInteger) ? { at, stream, seq } : undefined;
}
