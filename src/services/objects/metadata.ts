/**
 * User metadata beyond ASCII. HTTP headers carry bytes; S3 speaks RFC 2047 in them, and so do its clients that send other
 * characters at all.
 *
 * D1. What is decoded on the way in and encoded on the way out is the same text, whatever form the client chose.
 */

/** `=?charset?B or Q?text?=`, one or several after each other. */
const ENCODED_WORD = /=\?([A-Za-z0-9-]+)\?([BbQq])\?([^? ]*)\?=(?:\s+(?==\?))?/g;
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'us-ascii', 'iso-8859-1']);

/** A header's text as it was meant: RFC 2047 decoded; else its bytes as UTF-8, or as Latin-1 where they are not that. */
export function decodeMetadata(value: string): string {
  if (value.includes('=?')) return value.replace(ENCODED_WORD, decodeWord);
  if (!/[\u0080-\u00ff]/.test(value) || /[\u0100-\uffff]/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? value : text;
}

function decodeWord(word: string, charset: string, encoding: string, text: string): string {
  if (!CHARSETS.has(charset.toLowerCase())) return word;
  const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quotedPrintable(text);
  return bytes.toString(charset.toLowerCase() === 'iso-8859-1' ? 'latin1' : 'utf8');
}

function quotedPrintable(text: string): Buffer {
  const plain = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}

/** What a header can carry: text of ASCII as it is, any other as RFC 2047. */
export function encodeMetadata(value: string): string {
  return /^[\u0020-\u007e\t]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
