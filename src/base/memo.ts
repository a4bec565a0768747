/** Remembers what was computed from a text, for texts that come again and again. */

/**
 * `make`, computed once for each text while that is remembered. The oldest is forgotten first.
 *
 * @param limit texts remembered at most, so that a client that sends ever new ones takes no memory
 * @example const parsed = memo(1000, (text) => JSON.parse(text));
 */
export function memo<T>(limit: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, { value: T }>();
  return (text) => {
    const found = known.get(text);
    if (found) return found.value;
    const value = make(text);
    if (known.size >= limit) known.delete(known.keys().next().value!);
    known.set(text, { value });
    return value;
  };
}
