/** Objects of buckets as pages read them: small JSON documents whole. Tables and larger ones are previewed by the server. */
import { type UseQueryResult, useQueries, useQuery } from '@tanstack/react-query';
import { objectUrl } from './call.ts';
import { type Refusal, refusal, regionNow } from './session.ts';

const LONGEST = 4 * 1024 * 1024;

/** @example parseS3Uri('s3://bucket/a/b.json') // { Bucket: 'bucket', Key: 'a/b.json' } */
function parseS3Uri(uri: string): { Bucket: string; Key: string } | undefined {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return Bucket !== undefined && Key !== undefined ? { Bucket, Key } : undefined;
}

/** @throws Refusal: there is no such object, it is too long, or no JSON */
async function readJson(uri: string, signal: AbortSignal): Promise<unknown> {
  const object = parseS3Uri(uri);
  if (!object) throw refusal('InvalidUri', `'${uri}' does not name an object.`, 400);
  const response = await fetch(await objectUrl(object), { signal });
  if (!response.ok) {
    const code = /<Code>(\w+)/.exec(await response.text())?.[1] ?? 'Unknown';
    throw refusal(code, `${uri} could not be read: ${code}.`, response.status);
  }
  if (Number(response.headers.get('content-length') ?? 0) > LONGEST) {
    await response.body?.cancel();
    throw refusal('TooLarge', `${uri} is longer than 4 MB: download it to read it.`, 400);
  }
  try {
    return await response.json();
  } catch {
    throw refusal('NoJson', `${uri} is no JSON document.`, 400);
  }
}

export const jsonObjectQuery = (uri: string) => ({
  queryKey: [regionNow(), 'object', uri] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => readJson(uri, signal),
  enabled: uri !== '',
});

/** A JSON document that lies in a bucket; nothing is read for an empty URI. */
export const useJsonObject = (uri: string): UseQueryResult<unknown, Refusal> => useQuery(jsonObjectQuery(uri));

const dataOf = (results: readonly { data: unknown }[]): readonly unknown[] => results.map(({ data }) => data);

/** Several; undefined for what is not there yet, or cannot be read. */
export const useJsonObjects = (uris: readonly string[]): readonly unknown[] =>
  useQueries({ queries: uris.map(jsonObjectQuery), combine: dataOf });
