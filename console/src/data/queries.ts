/** Operations in components: what was answered is kept, shown at once when it is asked for again, and renewed when it has changed. */
import {
  hashKey,
  keepPreviousData,
  type Query,
  type QueryKey,
  replaceEqualDeep,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect, useEffectEvent, useMemo } from 'react';
import { call, keyOf } from './call.ts';
import { isLong } from './pages.ts';
import { askPage, isLongList, renewalOf } from './renewal.ts';
import { rowsOf } from './rows.ts';
import type { Refusal } from './session.ts';
import type { ApiName, Input, OperationName, Output } from './types.ts';

type Options = {
  /** False while what the input needs is not known yet. @default true */
  enabled?: boolean;
  /** Milliseconds: for what no event tells of. @default never, but for events */
  every?: number | false;
  /** What never changes once it was answered (the definition that an execution began with): no event asks for it again. */
  fixed?: boolean;
};

/** For so long what was answered is shown without asking again, but for events. */
export const FRESH_MS = 5000;

/** Marks what is kept for good. */
const FIXED = { fixed: true } as const;

/**
 * The answer of an operation that reads.
 *
 * @example const { data, error } = useCall('sagemaker', 'DescribePipeline', { PipelineName: name })
 */
export function useCall<A extends ApiName, O extends OperationName<A>>(
  api: A,
  operation: O,
  input: Input<A, O>,
  { enabled = true, every = false, fixed = false }: Options = {},
): UseQueryResult<Output<A, O>, Refusal> {
  return useQuery<Output<A, O>, Refusal>({
    queryKey: keyOf(api, operation, input as object) as unknown as QueryKey,
    queryFn: ({ signal }) => call(api, operation, input, signal),
    enabled,
    refetchInterval: every,
    ...(fixed && { meta: FIXED, staleTime: Number.POSITIVE_INFINITY }),
  });
}

/**
 * The answers of one operation for several inputs, as they come: undefined where one is not there yet, or was refused.
 */
export function useCalls<A extends ApiName, O extends OperationName<A>>(
  api: A,
  operation: O,
  inputs: readonly Input<A, O>[],
): readonly (Output<A, O> | undefined)[] {
  // Made anew only with the inputs: finding the kept answers of a hundred of them takes its time.
  const queries = useMemo(
    () =>
      inputs.map((input) => ({
        queryKey: keyOf(api, operation, input as object) as unknown as QueryKey,
        queryFn: ({ signal }: { signal: AbortSignal }) => call(api, operation, input, signal),
      })),
    [api, operation, inputs],
  );
  return useQueries({ queries, combine: dataOf<Output<A, O>> });
}

/** Outside of the hook: the same function gives the same answer as long as nothing has changed. */
const dataOf = <T>(results: readonly { data: T | undefined }[]): readonly (T | undefined)[] =>
  results.map(({ data }) => data);

type PageOptions = {
  token?: string;
  next?: string;
  /** The items of another input stay until those of this one are there: for what is typed to filter by. */
  steady?: boolean;
};

/**
 * A long list is never asked for as a whole because of its age; `useLongList` sees to it. Where parts of it were merged, what is the
 * same is the same value already: to compare all of it once more takes its time.
 */
const LONG = {
  staleTime: (query: object): number => (isLongList(query as Query) ? Number.POSITIVE_INFINITY : FRESH_MS),
  structuralSharing: (before: unknown, now: unknown): unknown => (isLong(now) ? now : replaceEqualDeep(before, now)),
} as const;

/** Renews one in parts: when somebody comes back to it, and every so often where no event tells of what it shows. */
function useLongList(queryKey: QueryKey, long: boolean, every: number | false): void {
  const client = useQueryClient();
  const hash = hashKey(queryKey);
  const renew = useEffectEvent(() => {
    if (long) void renewalOf(client).all(({ queryHash }) => queryHash === hash);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `hash` is another list, which somebody has come to
  useEffect(() => renew(), [hash]);
  useEffect(() => {
    if (!long || every === false) return;
    const timer = setInterval(() => renew(), every);
    return () => clearInterval(timer);
  }, [long, every]);
}

export type Paged<T> = {
  items: T[] | undefined;
  error: Refusal | null;
  /** For a table: the rest is loaded when its end comes near. */
  more: { hasMore: boolean; load(): void; loading: boolean };
  refetch(): void;
};

/**
 * All items of an operation that answers in pages, so far as they were asked for.
 *
 * @param token the member with which the next page is asked for; the answer has it, or `next`, of the same name
 * @example const { items, more } = usePages('sagemaker', 'ListPipelines', {}, (page) => page.PipelineSummaries)
 */
export function usePages<A extends ApiName, O extends OperationName<A>, T>(
  api: A,
  operation: O,
  input: Input<A, O>,
  itemsOf: (page: Output<A, O>) => readonly T[] | undefined,
  {
    token = 'NextToken',
    next = token,
    steady = false,
    enabled = true,
    every = false,
    fixed = false,
  }: Options & PageOptions = {},
): Paged<T> {
  const tokens = { token, next };
  const queryKey = [...keyOf(api, operation, input as object), 'pages'] as QueryKey;
  const found = useInfiniteQuery({
    queryKey,
    queryFn: ({ signal, pageParam }) => askPage(queryKey, tokens, pageParam, signal) as Promise<Output<A, O>>,
    initialPageParam: undefined as unknown,
    getNextPageParam: (page: Output<A, O>) => (page as Record<string, unknown>)[next] || undefined,
    enabled,
    ...LONG,
    refetchInterval: (query) => !isLongList(query as object as Query) && every,
    meta: { tokens, ...(fixed && FIXED) },
    ...(steady && { placeholderData: keepPreviousData }),
    ...(fixed && { staleTime: Number.POSITIVE_INFINITY }),
  });
  const inParts = enabled && !fixed && rowsOf(operation) !== undefined;
  useLongList(queryKey, inParts && isLong(found.data), every);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same pages have the same items, whoever takes them out
  const items = useMemo(() => found.data?.pages.flatMap((page) => [...(itemsOf(page) ?? [])]), [found.data]);
  return {
    items,
    error: found.error as Refusal | null,
    more: {
      hasMore: found.hasNextPage,
      load: () => void found.fetchNextPage(),
      loading: found.isFetchingNextPage,
    },
    refetch: () => void found.refetch(),
  };
}

/**
 * An operation that changes something. What is kept of its API is renewed once it is done.
 *
 * @example const stop = useAct('sagemaker', 'StopPipelineExecution'); … stop.mutate({ PipelineExecutionArn, ClientRequestToken })
 */
export function useAct<A extends ApiName, O extends OperationName<A>>(api: A, operation: O) {
  const client = useQueryClient();
  return useMutation<Output<A, O>, Refusal, Input<A, O>>({
    mutationFn: (input) => call(api, operation, input),
    onSettled: () => renewalOf(client).all(({ queryKey }) => queryKey[1] === api),
  });
}
