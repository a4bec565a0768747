/**
 * What REST protocols carry outside the body: path labels, query parameters, headers, the status. Shared by REST-XML and
 * REST-JSON, which differ in the body and in how they refuse.
 */
import type { OperationModel } from './api.ts';
import { type DecodeRequest, setOwn, type Values } from './codec.ts';
import type { AwsError } from './errors.ts';
import type { Member, Shape, StructureShape } from './shapes.ts';
import { formatTimestamp } from './timestamps.ts';
import { queryPairs } from './uri.ts';
import { isHttpBound, readScalar } from './xmlValues.ts';

/** Makes the refusal of a value that is not of its member's type. `where` is the header, parameter or label. */
export type Refuse = (where: string, value: string, wanted: string) => AwsError;

/** The member that is the whole body, and whether any member is written into a body at all. */
export function bodyOf(shape: StructureShape): { payload: Member | undefined; members: boolean } {
  const members = shape.members();
  return {
    payload: members.find((member) => member.traits.httpPayload),
    members: members.some((member) => !isHttpBound(member)),
  };
}

/** Reads the members that HTTP carries outside the body. @throws what `refuse` makes */
export function readBindings(shape: StructureShape, request: DecodeRequest, refuse: Refuse): Values {
  const query = new Map<string, string[]>();
  for (const [name, value] of queryPairs(request.query)) {
    const values = query.get(name);
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  const result: Values = {};
  for (const member of shape.members()) {
    const value = readBinding(member, shape, request, query, refuse);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
}

function readBinding(
  member: Member,
  shape: StructureShape,
  { params, headers }: DecodeRequest,
  query: ReadonlyMap<string, readonly string[]>,
  refuse: Refuse,
): unknown {
  const { traits, name } = member;
  if (traits.httpLabel) return readText(member.shape, params[name], name, refuse);
  if (traits.httpHeader !== undefined)
    return readHeader(member.shape, headers[traits.httpHeader.toLowerCase()], traits.httpHeader, refuse);
  if (traits.httpQuery !== undefined)
    return readQuery(member.shape, query.get(traits.httpQuery), traits.httpQuery, refuse);
  if (traits.httpPrefixHeaders !== undefined) return readPrefixed(headers, traits.httpPrefixHeaders.toLowerCase());
  return traits.httpQueryParams ? readRemaining(member.shape, shape, query) : undefined;
}

function readText(shape: Shape, text: string | undefined, where: string, refuse: Refuse): unknown {
  if (text === undefined || (text === '' && shape.kind !== 'string')) return undefined;
  const value = readScalar(shape, text);
  if (value === undefined) throw refuse(where, text, shape.kind);
  return value;
}

function readHeader(shape: Shape, text: string | undefined, name: string, refuse: Refuse): unknown {
  if (text === undefined) return undefined;
  if (shape.kind === 'list') return splitHeader(text).map((item) => readText(shape.member.shape, item, name, refuse));
  // HTTP's own dates (Expires, If-Modified-Since) are ignored when they cannot be read.
  if (shape.kind === 'timestamp' && !name.toLowerCase().startsWith('x-amz-')) return readScalar(shape, text);
  return readText(shape, text, name, refuse);
}

/** The items of a list in a header: separated by commas, quoted where they hold commas. */
function splitHeader(text: string): string[] {
  const items = text.match(/"(?:[^"\\]|\\.)*"|[^,"]+/g) ?? [];
  return items
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => (item.startsWith('"') ? item.slice(1, -1).replace(/\\(.)/g, '$1') : item));
}

function readQuery(shape: Shape, values: readonly string[] | undefined, name: string, refuse: Refuse): unknown {
  if (values === undefined) return undefined;
  if (shape.kind === 'list') return values.map((value) => readText(shape.member.shape, value, name, refuse));
  return readText(shape, values[0], name, refuse);
}

function readPrefixed(headers: DecodeRequest['headers'], prefix: string): Values | undefined {
  const result: Values = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith(prefix)) setOwn(result, name.slice(prefix.length), headers[name]);
  }
  return Object.keys(result).length > 0 ? result : undefined;
}

/** Every query parameter that no other member is bound to. */
function readRemaining(shape: Shape, parent: StructureShape, query: ReadonlyMap<string, readonly string[]>): Values {
  const bound = new Set(parent.members().map((member) => member.traits.httpQuery));
  const lists = shape.kind === 'map' && shape.value.shape.kind === 'list';
  const result: Values = {};
  for (const [name, values] of query) if (!bound.has(name)) setOwn(result, name, lists ? values : values[0]);
  return result;
}

/** The headers and the status of an answer. */
export function writeBindings(
  operation: OperationModel,
  output: Values,
): { status: number; headers: Record<string, string> } {
  let status = operation.http?.status ?? 200;
  const headers: Record<string, string> = {};
  for (const { name, shape, traits } of operation.output().members()) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    if (traits.httpResponseCode) status = Number(value);
    else if (traits.httpHeader !== undefined) headers[traits.httpHeader.toLowerCase()] = writeHeader(shape, value);
    else if (traits.httpPrefixHeaders !== undefined) {
      const prefix = traits.httpPrefixHeaders.toLowerCase();
      for (const [key, item] of Object.entries(value)) headers[prefix + key.toLowerCase()] = headerText(String(item));
    }
  }
  return { status, headers };
}

function writeHeader(shape: Shape, value: unknown): string {
  if (shape.kind === 'timestamp')
    return formatTimestamp(value as Date, shape.format === 'default' ? 'http-date' : shape.format);
  if (shape.kind === 'list')
    return (value as unknown[]).map((item) => quoted(writeHeader(shape.member.shape, item))).join(', ');
  if (shape.kind === 'blob') return Buffer.from(value as Uint8Array).toString('base64');
  return headerText(String(value));
}

const quoted = (text: string) => (/[",]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text);

/** Text as a header can carry it: bytes of UTF-8 where it is not Latin-1, control characters as spaces. */
function headerText(text: string): string {
  const bytes = /[\u0100-\uffff]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return bytes.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, ' ');
}
