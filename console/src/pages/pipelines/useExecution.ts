/** All that is known of an execution, as it moves. */
import { useEffect, useMemo } from 'react';
import { arnHere } from '../../data/here.ts';
import { useLive } from '../../data/live.tsx';
import { useCall, usePages } from '../../data/queries.ts';
import { readDefinition } from './definition.ts';
import type { Texts } from './parameters.ts';
import { hasEnded } from './steps.ts';

/** Events tell what moves; whoever may not watch them, asks. */
const EVERY_MS = { live: 10_000, alone: 2000 };

export function useExecution(pipeline: string, id: string) {
  const pipelineArn = arnHere('sagemaker', `pipeline/${pipeline}`);
  const arn = `${pipelineArn}/execution/${id}`;
  const of = { PipelineExecutionArn: arn };
  const described = useCall('sagemaker', 'DescribePipelineExecution', of);
  const live = useLive();
  const runs = described.data !== undefined && !hasEnded(described.data.PipelineExecutionStatus ?? '');
  const every = runs && (live ? EVERY_MS.live : EVERY_MS.alone);
  const moves = useMoves(arn, every);
  const text = useCall('sagemaker', 'DescribePipelineDefinitionForExecution', of, { fixed: true });
  const parameters = useExecutionParameters(arn);
  const definition = text.data?.PipelineDefinition;
  const read = useMemo(() => (definition === undefined ? undefined : readDefinition(definition)), [definition]);
  return {
    arn,
    pipelineArn,
    described: described.data,
    moves: moves.data,
    read,
    parameters,
    error: described.error ?? moves.error ?? text.error,
    refetch: () => {
      void described.refetch();
      moves.refetch();
      void text.refetch();
    },
  };
}

export type Execution = ReturnType<typeof useExecution>;

/** One of which everything was answered. */
export type There = Execution & { [K in 'described' | 'moves' | 'parameters' | 'read']: NonNullable<Execution[K]> };

export const isThere = (execution: Execution): execution is There =>
  Boolean(execution.described && execution.moves && execution.parameters && execution.read);

/** The steps of thousands come in several answers: they are one to whoever shows them. */
function useMoves(arn: string, every: number | false) {
  const { items, more, error, refetch } = usePages(
    'telar',
    'DescribeExecutionSteps',
    { PipelineExecutionArn: arn },
    (page) => [page],
    { token: 'From', next: 'Next', every },
  );
  useRest(more);
  const data = useMemo(() => {
    const [first, ...others] = items ?? [];
    if (!first || others.length === 0) return first;
    return { ...first, Steps: [first, ...others].flatMap(({ Steps }) => Steps) };
  }, [items]);
  return { data, error, refetch };
}

/** What comes in pages and is wanted whole. */
function useRest({ hasMore, loading, load }: { hasMore: boolean; loading: boolean; load: () => void }): void {
  useEffect(() => {
    if (hasMore && !loading) load();
  });
}

/** An execution's parameters never change. There are two pages of them at most. */
function useExecutionParameters(arn: string): Texts | undefined {
  const { items, more } = usePages(
    'sagemaker',
    'ListPipelineParametersForExecution',
    { PipelineExecutionArn: arn, MaxResults: 100 },
    (page) => page.PipelineParameters,
    { fixed: true },
  );
  useRest(more);
  return useMemo(() => items && Object.fromEntries(items.map(({ Name = '', Value = '' }) => [Name, Value])), [items]);
}
