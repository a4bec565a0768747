/** What a rule waits for, in a few words: the kinds of events that its pattern names. */

/**
 * @example patternInWords('{"source":["aws.s3"],"detail-type":["Object Created"]}') // 'Object Created from aws.s3'
 */
export function patternInWords(text: string): string {
  const pattern = parsed(text);
  if (!pattern) return 'A pattern';
  const types = textsOf(pattern['detail-type']);
  const sources = textsOf(pattern['source']);
  const kind = types === undefined ? 'Events' : types.join(', ');
  const from = sources === undefined ? '' : ` from ${sources.join(', ')}`;
  const others = Object.keys(pattern).filter((name) => name !== 'source' && name !== 'detail-type');
  return `${kind}${from}${others.length === 0 ? '' : `, by ${others.join(', ')}`}`;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What is no plain text (a prefix, an exception) is in its JSON. */
function textsOf(wanted: unknown): string[] | undefined {
  if (!Array.isArray(wanted) || wanted.length === 0) return undefined;
  return wanted.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
}
