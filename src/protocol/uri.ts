/** Percent-encoding as AWS defines it, and queries taken apart. */

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;

/** Encodes everything but the unreserved characters of RFC 3986 (SigV4's UriEncode). */
export function uriEncode(text: string): string {
  if (UNRESERVED.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Decodes percent-encoded text; undefined when it is not valid. `+` is a plus. */
export function uriDecode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** As `uriDecode`, with `+` as a space: what queries and forms are written in. Invalid escapes stay as they are. */
function formDecode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  return uriDecode(spaced) ?? spaced;
}

/** The pairs of a query or a form, in the order sent. A name without `=` has the value ''. */
export function queryPairs(query: string): [name: string, value: string][] {
  if (query === '') return [];
  const pairs: [string, string][] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    if (equals === -1) pairs.push([formDecode(part), '']);
    else pairs.push([formDecode(part.slice(0, equals)), formDecode(part.slice(equals + 1))]);
  }
  return pairs;
}
