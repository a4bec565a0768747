/** JSON documents among the objects: reports that a page shows figures of. */
import { type UseQueryResult, useQueries, useQuery } from '@tanstack/react-query';
import { objectUrl } from './call.ts';
import { type Refusal, refusal, regionNow } from './session.ts';

/** What is longer is no report. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The value of a JSON object by its s3:// URI. What it held is kept: reports are written once.
 *
 * @throws Refusal in `error`, where it is not there, not allowed, too long, or no JSON
 */
export function useDocument(uri: string | undefined): UseQueryResult<unknown, Refusal> {
  return useQuery<unknown, Refusal>({ ...asking(uri ?? ''), enabled: uri !== undefined });
}

/** Several at once; undefined for what is not there yet, or cannot be read. */
export function useDocuments(uris: readonly string[]): readonly unknown[] {
  return useQueries({ queries: uris.map(asking), combine: dataOf });
}

const dataOf = (results: readonly { data: unknown }[]): readonly unknown[] => results.map(({ data }) => data);

const asking = (uri: string) => ({
  queryKey: [regionNow(), 'document', uri],
  queryFn: ({ signal }: { signal: AbortSignal }) => documentAt(uri, signal),
  staleTime: 60_000,
});

async function documentAt(uri: string, signal?: AbortSignal): Promise<unknown> {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const answer = await fetch(await objectUrl({ Bucket, Key }), signal ? { signal } : {});
  if (!answer.ok) throw refusal('NoSuchKey', `${uri} cannot be read: the answer is ${answer.status}.`, answer.status);
  if (Number(answer.headers.get('content-length')) > MOST_BYTES) {
    throw refusal('TooLong', `${uri} is longer than 4 MiB: download it to read it.`, 0);
  }
  try {
    return JSON.parse(await answer.text()) as unknown;
  } catch {
    throw refusal('NotJson', `${uri} is no JSON document.`, 0);
  }
}
