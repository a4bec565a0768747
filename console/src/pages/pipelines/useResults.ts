/** What the steps of an execution were given and led to: code, data and what was read of it, outputs, and the figures of reports and trainings. */
import { useMemo } from 'react';
import { propertyFileUri } from '../../../../src/definition/pipeline/propertyFile.ts';
import { metricsIn } from '../../../../src/definition/pipeline/reportMetrics.ts';
import type { Json } from '../../../../src/definition/pipeline/types.ts';
import { useJsonObjects } from '../../data/objects.ts';
import { useCalls } from '../../data/queries.ts';
import type { FigureSet } from './comparison.ts';
import { jobOf } from './described.ts';
import { outputsOf, trainingMetrics } from './figures.ts';
import { codeOf, dataOf, type Given } from './given.ts';
import type { Execution } from './useExecution.ts';

/** So many steps are looked into: of a pipeline of thousands, the last are the ones that judge. */
const MOST = 40;
/** Of each job. */
const MOST_OBJECTS = 200;
const WITH_RESULTS: ReadonlySet<string> = new Set(['Processing', 'Training', 'Transform', 'RegisterModel', 'Model']);

export type Results = {
  figures: FigureSet[];
  outputs: Record<string, Record<string, string>>;
  /** By step: what runs, and what it is to read. */
  code: Record<string, Given>;
  data: Record<string, Given>;
  /** By step and place: the content of what its job has read. */
  read: Record<string, Record<string, string>>;
  leftOut: number;
};

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
  const shown = useMemo(() => steps.slice(-MOST), [steps]);
  const described = useCalls(
    'telar',
    'DescribeExecutionStep',
    useMemo(() => shown.map(({ Name }) => ({ PipelineExecutionArn: arn, StepName: Name })), [shown, arn]),
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
  const readByJobs = useRead(shown, moves);
  const outputs = shown.map(({ Name }, index) => [Name, outputsOf(described[index]?.Properties)] as const);
  const givenBy = (pick: typeof codeOf) =>
    Object.fromEntries(
      shown
        .map(({ Name }, index) => [Name, pick(described[index]?.Arguments ?? null)] as const)
        .filter(([, found]) => Object.keys(found).length > 0),
    );
  return {
    ...{ code: givenBy(codeOf), data: givenBy(dataOf), read: readByJobs },
    figures: [...reported, ...trained],
    outputs: Object.fromEntries(outputs.filter(([, found]) => Object.keys(found).length > 0)),
    leftOut: steps.length - shown.length,
  };
}

/** What the jobs of these steps have read: the content of each place. */
function useRead(
  steps: readonly { Name: string }[],
  moves: Execution['moves'],
): Record<string, Record<string, string>> {
  const jobs = useMemo(() => {
    const names = new Set(steps.map(({ Name }) => Name));
    return (moves?.Steps ?? []).flatMap(({ StepName, ArnOfWork }) => {
      const job = names.has(StepName) ? jobOf(ArnOfWork) : undefined;
      return job === undefined ? [] : [{ step: StepName, job }];
    });
  }, [steps, moves]);
  const inputs = useMemo(() => jobs.map(({ job }) => ({ JobArn: job, MaxObjects: MOST_OBJECTS })), [jobs]);
  const objects = useCalls('telar', 'DescribeJobObjects', inputs);
  return Object.fromEntries(
    jobs.map(({ step }, index) => [
      step,
      Object.fromEntries(
        (objects[index]?.Read ?? []).map(({ Bucket, Key, Content }) => [`s3://${Bucket}/${Key}`, `content ${Content}`]),
      ),
    ]),
  );
}
