/**
 * XML as AWS uses it: a reader for hostile documents and the escaping for ours. No DTD, hence no entities but the five
 * predefined ones; depth and number of elements are bounded; element names lose their namespace prefix.
 */
import { type AwsError, awsError } from './errors.ts';

export type XmlElement = {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** Character data directly inside, references resolved, white space kept. */
  text: string;
};

const DEEPEST = 64;
/** A list of 10,000 parts with their checksums takes about 80,000. */
const MOST_ELEMENTS = 250_000;

/** S3's refusal of a document. */
export function malformedXml(): AwsError {
  return awsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

const START_TAG = /([A-Za-z_][\w.-]*(?::[\w.-]+)?)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const END_TAG = /\/([A-Za-z_][\w.:-]*)\s*>/y;
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;

type Reading = { stack: { tag: string; element: XmlElement }[]; root: XmlElement | undefined; elements: number };

/** Reads a document's root element. @throws MalformedXML */
export function parseXml(source: string): XmlElement {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  const reading: Reading = { stack: [], root: undefined, elements: 0 };
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    addText(reading, text.slice(at, open === -1 ? text.length : open), false);
    if (open === -1) break;
    at = readMarkup(reading, text, open + 1);
  }
  if (!reading.root || reading.stack.length > 0) throw malformedXml();
  return reading.root;
}

/** Reads what a `<` begins; returns where it ends. */
function readMarkup(reading: Reading, text: string, at: number): number {
  const next = text[at];
  if (next === '?') return after(text, '?>', at);
  if (next === '/') return readEnd(reading, text, at);
  if (next !== '!') return readStart(reading, text, at);
  if (text.startsWith('!--', at)) return after(text, '-->', at + 3);
  if (!text.startsWith('![CDATA[', at)) throw malformedXml();
  const end = after(text, ']]>', at);
  addText(reading, text.slice(at + 8, end - 3), true);
  return end;
}

function after(text: string, terminator: string, from: number): number {
  const at = text.indexOf(terminator, from);
  if (at === -1) throw malformedXml();
  return at + terminator.length;
}

function readStart(reading: Reading, text: string, at: number): number {
  START_TAG.lastIndex = at;
  const match = START_TAG.exec(text);
  reading.elements++;
  if (!match || reading.elements > MOST_ELEMENTS || reading.stack.length >= DEEPEST) throw malformedXml();
  const [whole, tag = '', attributes = '', empty] = match;
  const element: XmlElement = {
    name: tag.slice(tag.indexOf(':') + 1),
    attributes: attributes === '' ? NONE : readAttributes(attributes),
    children: [],
    text: '',
  };
  const parent = reading.stack.at(-1);
  if (parent) parent.element.children.push(element);
  else if (reading.root) throw malformedXml();
  else reading.root = element;
  if (!empty) reading.stack.push({ tag, element });
  return at + whole.length;
}

const NONE: ReadonlyMap<string, string> = new Map();

function readAttributes(source: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of source.matchAll(ATTRIBUTE)) {
    if (found.has(name)) throw malformedXml();
    found.set(name, resolve(double ?? single ?? ''));
  }
  return found;
}

function readEnd(reading: Reading, text: string, at: number): number {
  END_TAG.lastIndex = at;
  const match = END_TAG.exec(text);
  if (!match || reading.stack.pop()?.tag !== match[1]) throw malformedXml();
  return at + match[0].length;
}

function addText(reading: Reading, raw: string, literal: boolean): void {
  if (raw === '') return;
  const parent = reading.stack.at(-1);
  if (parent) parent.element.text += literal ? normalised(raw) : resolve(raw);
  else if (literal || raw.trim() !== '') throw malformedXml();
}

const normalised = (text: string) => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function resolve(raw: string): string {
  const text = normalised(raw);
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}))?;?/g, (whole, decimal, hex, name) => {
    if (!whole.endsWith(';')) throw malformedXml();
    if (name !== undefined) {
      const character = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : undefined;
      if (character === undefined) throw malformedXml();
      return character;
    }
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
    if (!(code <= 0x10ffff)) throw malformedXml();
    return String.fromCodePoint(code);
  });
}

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes text for content and attributes. A carriage return and other controls become references, or readers would lose them. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[&<>"'\u0000-\u0008\u000b-\u001f\u0085\u2028]/g, (character) => {
    return SPECIAL[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}
