/** A record of the audit trail, as its page shows it. */

export type Entry = {
  sequence: number;
  time: string;
  api: string;
  operation: string;
  principal: string;
  resources: readonly string[];
  /** The code with which it was refused. */
  error: string | undefined;
};

type Event = { Sequence: number; Time: string; Event: unknown };

/** Records of older releases may lack what later ones have. */
export function entryOf({ Sequence, Time, Event }: Event): Entry {
  const record = (Event ?? {}) as Partial<Record<string, unknown>>;
  const text = (name: string) => (typeof record[name] === 'string' ? (record[name] as string) : '');
  return {
    ...{ sequence: Sequence, time: Time, api: text('api'), operation: text('operation'), principal: text('principal') },
    resources: Array.isArray(record['resources']) ? record['resources'].map(String) : [],
    error: text('error') || undefined,
  };
}

/** Whether all words of a text stand somewhere in an entry. */
export function matches(entry: Entry, text: string): boolean {
  const all = [`${entry.api}:${entry.operation}`, entry.principal, ...entry.resources, entry.error ?? '']
    .join('\n')
    .toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
