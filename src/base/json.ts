/** What can be said of a text before it is parsed for good. */

/** Whether the text is one JSON document. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
