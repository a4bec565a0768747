/** What Search needs from others: records to look through; wired by the server. */

/** A record to search, and where the next begin. */
export type Found = { after: string | number; arn: string; record: Readonly<Record<string, unknown>> };

/** The records of a region after one (from the first when undefined), in one order that never changes; fewer than asked at the end. */
export type Source = (region: string, after: string | number | undefined, limit: number) => Found[];

/** What can be searched, by AWS's name of the resource. */
export const RESOURCES = [
  'TrainingJob',
  'Pipeline',
  'PipelineExecution',
  'ModelPackage',
  'ModelPackageGroup',
  'Experiment',
  'ExperimentTrial',
  'ExperimentTrialComponent',
] as const;
export type Resource = (typeof RESOURCES)[number];

export type SearchPorts = {
  sources: Readonly<Record<Resource, Source>>;
  tagsOf(arn: string): readonly { Key: string; Value: string }[];
};
