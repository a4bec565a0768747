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

/** Where a structure's members are in a message, found once: requests have few headers, structures many members. */
type Bindings = {
  labels: readonly Member[];
  /** By the header's name in lower case. */
  headers: ReadonlyMap<string, Member>;
  queries: ReadonlyMap<string, Member>;
  /** The beginning of the headers that are one member's entries, in lower case. */
  prefixes: readonly { prefix: string; member: Member }[];
  /** The member that takes every query parameter that no other is bound to. */
  remaining: Member | undefined;
  status: Member | undefined;
};

const known = new WeakMap<StructureShape, Bindings>();

function bindingsOf(shape: StructureShape): Bindings {
  let found = known.get(shape);
  if (!found) {
    const members = shape.members();
    const named = (trait: 'httpHeader' | 'httpQuery') =>
      members.flatMap((member) =>
        member.traits[trait] === undefined ? [] : [[member.traits[trait], member] as const],
      );
    found = {
      labels: members.filter(({ traits }) => traits.httpLabel),
      headers: new Map(named('httpHeader').map(([name, member]) => [name.toLowerCase(), member])),
      queries: new Map(named('httpQuery')),
      prefixes: members.flatMap((member) => {
        const prefix = member.traits.httpPrefixHeaders?.toLowerCase();
        return prefix === undefined ? [] : [{ prefix, member }];
      }),
      remaining: members.find(({ traits }) => traits.httpQueryParams),
      status: members.find(({ traits }) => traits.httpResponseCode),
    };
    known.set(shape, found);
  }
  return found;
}

/** Reads the members that HTTP carries outside the body. @throws what `refuse` makes */
export function readBindings(shape: StructureShape, request: DecodeRequest, refuse: Refuse): Values {
  const bindings = bindingsOf(shape);
  const result: Values = {};
  const put = ({ name }: Member, value: unknown) => {
    if (value !== undefined) result[name] = value;
  };
  for (const member of bindings.labels) {
    put(member, readText(member.shape, request.params[member.name], member.name, refuse));
  }
  for (const name in request.headers) {
    const member = bindings.headers.get(name);
    if (member) put(member, readHeader(member.shape, request.headers[name], member.traits.httpHeader!, refuse));
  }
  for (const { prefix, member } of bindings.prefixes) put(member, readPrefixed(request.headers, prefix));
  if (request.query !== '') readQueries(bindings, request.query, refuse, put);
  return result;
}

function readQueries(
  { queries, remaining }: Bindings,
  text: string,
  refuse: Refuse,
  put: (member: Member, value: unknown) => void,
): void {
  const query = new Map<string, string[]>();
  for (const [name, value] of queryPairs(text)) {
    const values = query.get(name);
    if (values) values.push(value);
    else query.set(name, [value]);
  }
  for (const [name, values] of query) {
    const member = queries.get(name);
    if (member) put(member, readQuery(member.shape, values, name, refuse));
  }
  if (remaining) put(remaining, readRemaining(remaining.shape, queries, query));
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
function readRemaining(
  shape: Shape,
  bound: ReadonlyMap<string, Member>,
  query: ReadonlyMap<string, readonly string[]>,
): Values {
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
  const bindings = bindingsOf(operation.output());
  const headers: Record<string, string> = {};
  for (const [header, { name, shape }] of bindings.headers) {
    const value = output[name];
    if (value !== undefined && value !== null) headers[header] = writeHeader(shape, value);
  }
  for (const { prefix, member } of bindings.prefixes) {
    for (const [key, item] of Object.entries(output[member.name] ?? {})) {
      headers[prefix + key.toLowerCase()] = headerText(String(item));
    }
  }
  const status = bindings.status && output[bindings.status.name];
  return { status: Number(status ?? operation.http?.status ?? 200), headers };
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
