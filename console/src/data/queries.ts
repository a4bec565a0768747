/** Operations in components: what was answered is kept, shown at once when it is asked for again, and renewed when it has changed. */
import {
  keepPreviousData,
  type QueryKey,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import { call, keyOf } from './call.ts';
import type { Refusal } from './session.ts';
import { MOST_PAGES } from './stale.ts';
import type { ApiName, Input, OperationName, Output } from './types.ts';

type Options = {
  /** False while what the input needs is not known yet. @default true */
  enabled?: boolean;
  /** Milliseconds: for what no event tells of. @default never, but for events */
  every?: number | false;
  /** What never changes once it was answered (the definition that an execution began with): no event asks for it again. */
  fixed?: boolean;
};

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
  { token = 'NextToken', next = token, steady = false, ...options }: Options & PageOptions = {},
): Paged<T> {
  const found = useInfiniteQuery({
    queryKey: [...keyOf(api, operation, input as object), 'pages'] as QueryKey,
    queryFn: ({ signal, pageParam }) =>
      call(
        api,
        operation,
        pageParam === undefined ? input : ({ ...(input as object), [token]: pageParam } as Input<A, O>),
        signal,
      ),
    initialPageParam: undefined as unknown,
    getNextPageParam: (page: Output<A, O>) => (page as Record<string, unknown>)[next] || undefined,
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
    // Renewing asks for every page again: of a long list that is too much whenever the window is looked at.
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= MOST_PAGES,
    ...(steady && { placeholderData: keepPreviousData }),
    ...(options.fixed && { meta: FIXED, staleTime: Number.POSITIVE_INFINITY }),
  });
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
    onSettled: () =>
      client.invalidateQueries({ predicate: ({ queryKey, meta }) => queryKey[1] === api && !meta?.['fixed'] }),
  });
}
