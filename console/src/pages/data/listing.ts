/** The entries of a bucket under a prefix, page by page: a folder of a million keys costs what is looked at. */
import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call, keyOf } from '../../data/call.ts';
import { type Paged, usePages } from '../../data/queries.ts';
import type { Refusal } from '../../data/session.ts';
import { type Entry, objectEntries, type Versions, versionEntries } from './entries.ts';

export type Place = { bucket: string; prefix: string; begins: string };

const AT_A_TIME = 500;

const inputOf = ({ bucket, prefix, begins }: Place) => ({
  ...{ Bucket: bucket, Prefix: `${prefix}${begins}`, Delimiter: '/', MaxKeys: AT_A_TIME },
});

export function useObjects(place: Place, enabled: boolean): Paged<Entry> {
  return usePages('s3', 'ListObjectsV2', inputOf(place), (page) => objectEntries(place.prefix, page), {
    ...{ token: 'ContinuationToken', next: 'NextContinuationToken', enabled, steady: true },
  });
}

type Marker = { KeyMarker?: string; VersionIdMarker?: string };

/** @param input of ListObjectVersions, without its markers */
export function useVersionPages(
  input: { Bucket: string; Prefix: string; Delimiter?: string; MaxKeys?: number },
  { enabled = true, steady = false } = {},
) {
  return useInfiniteQuery<Versions, Refusal, { pages: Versions[] }, QueryKey, Marker>({
    queryKey: [...keyOf('s3', 'ListObjectVersions', input), 'pages'],
    queryFn: ({ signal, pageParam }) => call('s3', 'ListObjectVersions', { ...input, ...pageParam }, signal),
    initialPageParam: {},
    getNextPageParam: ({ IsTruncated, NextKeyMarker, NextVersionIdMarker }) =>
      IsTruncated && NextKeyMarker !== undefined
        ? {
            KeyMarker: NextKeyMarker,
            ...(NextVersionIdMarker !== undefined && { VersionIdMarker: NextVersionIdMarker }),
          }
        : undefined,
    ...(steady && { placeholderData: keepPreviousData }),
    enabled,
  });
}

export function useVersions(place: Place, enabled: boolean): Paged<Entry> {
  const found = useVersionPages(inputOf(place), { enabled, steady: true });
  const items = useMemo(
    () => found.data?.pages.flatMap((page) => versionEntries(place.prefix, page)),
    [found.data, place.prefix],
  );
  return {
    ...{ items, error: found.error },
    more: { hasMore: found.hasNextPage, load: () => void found.fetchNextPage(), loading: found.isFetchingNextPage },
    refetch: () => void found.refetch(),
  };
}
