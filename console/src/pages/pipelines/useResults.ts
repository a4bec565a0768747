/** What an execution led to: what each step left behind, and the figures of its reports and trainings. */
import { useMemo } from 'react';
import { propertyFileUri } from '../../../../src/definition/pipeline/propertyFile.ts';
import { metricsIn } from '../../../../src/definition/pipeline/reportMetrics.ts';
import type { Json } from '../../../../src/definition/pipeline/types.ts';
import { useJsonObjects } from '../../data/objects.ts';
import { useCalls } from '../../data/queries.ts';
import type { FigureSet } from './comparison.ts';
import { outputsOf, trainingMetrics } from './figures.ts';
import type { Execution } from './useExecution.ts';

/** So many steps are looked into: of a pipeline of thousands, the last are the ones that judge. */
const MOST = 40;
const WITH_RESULTS: ReadonlySet<string> = new Set(['Processing', 'Training', 'Transform', 'RegisterModel', 'Model']);

export type Results = { figures: FigureSet[]; outputs: Record<string, Record<string, string>>; leftOut: number };

export function useResults({ arn, moves, read }: Execution): Results {
  const plan = read && 'plan' in read ? read.plan : undefined;
  const steps = useMemo(
    () =>
      (moves?.Steps ?? []).flatMap(({ StepName, StepStatus }) => {
        const step = plan?.steps[plan.byName.get(StepName) ?? -1]?.step;
        return StepStatus === 'Succeeded' && step && WITH_RESULTS.has(step.Type) ? [step] : [];
      }),
    [moves, plan],
  );
  const shown = steps.slice(-MOST);
  const described = useCalls(
    'telar',
    'DescribeExecutionStep',
    shown.map(({ Name }) => ({ PipelineExecutionArn: arn, StepName: Name })),
  );
  const reports = shown.flatMap((step, index) => {
    const files = 'PropertyFiles' in step ? (step.PropertyFiles ?? []) : [];
    const properties = described[index]?.Properties;
    return properties === undefined
      ? []
      : files.flatMap((file) => {
          const uri = propertyFileUri(properties, file);
          return uri === undefined ? [] : [{ step: step.Name, uri }];
        });
  });
  const documents = useJsonObjects(reports.map(({ uri }) => uri));
  const trained = shown.flatMap(({ Name: step }, index) => {
    const figures = trainingMetrics(described[index]?.Properties ?? null);
    return figures.length > 0 ? [{ step, figures }] : [];
  });
  const reported = reports.flatMap(({ step }, index) => {
    const document = documents[index];
    return document === undefined ? [] : [{ step, figures: metricsIn(document as Json) }];
  });
  const outputs = shown.map(({ Name }, index) => [Name, outputsOf(described[index]?.Properties)] as const);
  return {
    figures: [...reported, ...trained],
    outputs: Object.fromEntries(outputs.filter(([, found]) => Object.keys(found).length > 0)),
    leftOut: steps.length - shown.length,
  };
}
