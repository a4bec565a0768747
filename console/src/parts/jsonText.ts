/** JSON that is written down somewhere as a text. */

/** Its value; the text itself where it is none. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

export const indented = (value: unknown): string => JSON.stringify(value, undefined, 2);
