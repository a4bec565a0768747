/**
 * Which operation of a REST API a request names: method, path pattern, then what the query and the headers must hold.
 * Patterns come from the model's http traits. Where several operations share a method and a path (S3), the one that asks
 * for most, and finds it, wins; `x-id`, which only some SDKs send, decides between equals and is never needed.
 */

import { memo } from '../base/memo.ts';
import type { Api, OperationModel } from './api.ts';
import { awsError } from './errors.ts';
import { queryPairs, uriDecode } from './uri.ts';

export type Route = { operation: OperationModel; params: Readonly<Record<string, string>> };

type Candidate = {
  operation: OperationModel;
  /** Query parameters that must be there, with a value or with any (undefined); required members bound to the query too. */
  query: readonly (readonly [name: string, value: string | undefined])[];
  headers: readonly string[];
  labels: readonly string[];
};

/** One segment of the paths seen so far. */
type Node = {
  literals: Map<string, Node>;
  label: Node | undefined;
  greedy: Node | undefined;
  /** By method, those that ask for most first. */
  ends: Map<string, Candidate[]>;
};

const tables = new WeakMap<Api, Node>();

/**
 * The operation that a request names, with its path labels decoded; undefined when there is none.
 *
 * @param path as sent, after `s3Address`
 * @param query as sent, without the `?`
 * @throws InvalidURI when a label's percent-encoding is broken
 */
export function findRoute(
  api: Api,
  method: string,
  path: string,
  query: string,
  headers: Readonly<Record<string, string>>,
): Route | undefined {
  let table = tables.get(api);
  if (!table) {
    table = compile(api);
    tables.set(api, table);
  }
  const given = new Map(queryPairs(query));
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  const found = walk(table, segments, 0, method, given, headers, []);
  if (!found) return undefined;
  const slash = path.endsWith('/');
  const params: Record<string, string> = {};
  found.candidate.labels.forEach((label, index) => {
    const raw = found.values[index] ?? '';
    const greedy = label.endsWith('+');
    // A trailing slash belongs to a key (`folder/`), and to nothing else.
    const value = uriDecode(greedy && slash ? `${raw}/` : raw);
    if (value === undefined) throw awsError('InvalidURI', "Couldn't parse the specified URI.");
    params[greedy ? label.slice(0, -1) : label] = value;
  });
  return { operation: found.candidate.operation, params };
}

function walk(
  node: Node,
  segments: readonly string[],
  index: number,
  method: string,
  query: ReadonlyMap<string, string>,
  headers: Readonly<Record<string, string>>,
  values: readonly string[],
): { candidate: Candidate; values: readonly string[] } | undefined {
  const segment = segments[index];
  if (segment === undefined) {
    const candidate = choose(node.ends.get(method), query, headers);
    return candidate && { candidate, values };
  }
  const literal = node.literals.get(segment);
  const rest = segments.slice(index);
  return (
    (literal && walk(literal, segments, index + 1, method, query, headers, values)) ??
    (node.label && segment !== ''
      ? walk(node.label, segments, index + 1, method, query, headers, [...values, segment])
      : undefined) ??
    (node.greedy && walk(node.greedy, [], 0, method, query, headers, [...values, rest.join('/')]))
  );
}

function choose(
  candidates: readonly Candidate[] | undefined,
  query: ReadonlyMap<string, string>,
  headers: Readonly<Record<string, string>>,
): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates ?? []) {
    if (best && demands(best) > demands(candidate)) break;
    if (!matches(candidate, query, headers)) continue;
    if (query.get('x-id') === candidate.operation.name) return candidate;
    best ??= candidate;
  }
  return best;
}

const demands = (candidate: Candidate) => candidate.query.length + candidate.headers.length;

function matches(
  { query, headers }: Candidate,
  given: ReadonlyMap<string, string>,
  givenHeaders: Readonly<Record<string, string>>,
): boolean {
  return (
    query.every(([name, value]) => given.has(name) && (value === undefined || given.get(name) === value)) &&
    headers.every((name) => givenHeaders[name] !== undefined)
  );
}

const newNode = (): Node => ({ literals: new Map(), label: undefined, greedy: undefined, ends: new Map() });

function compile(api: Api): Node {
  const root = newNode();
  const all: Candidate[][] = [];
  for (const operation of api.operations.values()) {
    if (!operation.http) continue;
    const { method, uri } = operation.http;
    const [path = '', query = ''] = uri.split('?');
    const labels: string[] = [];
    let node = root;
    for (const segment of path.split('/').filter((part) => part !== '')) {
      if (segment.startsWith('{')) labels.push(segment.slice(1, -1));
      node = child(node, segment);
    }
    const ends = node.ends.get(method) ?? [];
    ends.push(candidateOf(operation, query, labels));
    node.ends.set(method, ends);
    if (!all.includes(ends)) all.push(ends);
  }
  for (const ends of all) arrange(ends);
  return root;
}

/**
 * A required header tells operations apart (PutObject from CopyObject) only where their queries do not; elsewhere its
 * absence is an invalid request to the operation that the query names.
 */
function arrange(ends: Candidate[]): void {
  const queryOf = ({ query }: Candidate) => JSON.stringify(query);
  const shared = (candidate: Candidate) =>
    ends.some((other) => other !== candidate && queryOf(other) === queryOf(candidate));
  ends.splice(0, ends.length, ...ends.map((one) => (shared(one) ? one : { ...one, headers: [] })));
  ends.sort((a, b) => demands(b) - demands(a) || (a.operation.name < b.operation.name ? -1 : 1));
}

function child(node: Node, segment: string): Node {
  if (segment.endsWith('+}')) {
    node.greedy ??= newNode();
    return node.greedy;
  }
  if (segment.startsWith('{')) {
    node.label ??= newNode();
    return node.label;
  }
  const next = node.literals.get(segment) ?? newNode();
  node.literals.set(segment, next);
  return next;
}

function candidateOf(operation: OperationModel, query: string, labels: string[]): Candidate {
  const literals = queryPairs(query)
    .filter(([name]) => name !== 'x-id')
    .map(([name, value]) => [name, value === '' ? undefined : value] as const);
  const required = operation
    .input()
    .members()
    .filter((member) => member.required);
  const bound = required.flatMap((member) =>
    member.traits.httpQuery ? [[member.traits.httpQuery, undefined] as const] : [],
  );
  const headers = required.flatMap((member) =>
    member.traits.httpHeader ? [member.traits.httpHeader.toLowerCase()] : [],
  );
  return { operation, query: [...literals, ...bound], headers, labels };
}

/**
 * Brings S3's virtual-hosted addresses (`bucket.s3.localhost:4566/key`, `bucket.s3.eu-west-1.amazonaws.com/key`,
 * `bucket.localhost/key`) to the path style (`/bucket/key`). Any other host leaves the path as it is.
 */
export function s3Address(host: string, path: string): string {
  const bucket = bucketOf(host);
  return bucket === undefined ? path : `/${bucket}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** Clients use few hosts. */
const bucketOf = memo(1000, (host): string | undefined => {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return (
    /^(.+)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com$/.exec(name)?.[1] ??
    /^(.+)\.s3\.[a-z0-9.-]+$/.exec(name)?.[1] ??
    /^((?!s3(?:\.|$)).+)\.localhost$/.exec(name)?.[1]
  );
});
