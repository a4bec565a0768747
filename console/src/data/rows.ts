/**
 * What the lists of operations hold, and what a row is known by: the one row, in whichever answer it comes. A list that is not here is
 * not renewed in parts.
 */

/** Members of an answer that are lists, each with the members that a row is known by; none: the row is a text. */
type Lists = Readonly<Record<string, readonly string[]>>;

const LISTS: Readonly<Record<string, Lists>> = {
  GetJobRuns: { JobRuns: ['Id'] },
  GetJobs: { Jobs: ['Name'] },
  ListAliases: { Aliases: ['AliasArn'] },
  ListArchives: { Archives: ['ArchiveName'] },
  ListBuckets: { Buckets: ['Name'] },
  ListDeadLetterSourceQueues: { queueUrls: [] },
  ListEventSourceMappings: { EventSourceMappings: ['UUID'] },
  ListExecutions: { executions: ['executionArn'] },
  ListFunctions: { Functions: ['FunctionArn'] },
  ListMapRuns: { mapRuns: ['mapRunArn'] },
  ListModelPackageGroups: { ModelPackageGroupSummaryList: ['ModelPackageGroupArn'] },
  ListModelPackages: { ModelPackageSummaryList: ['ModelPackageArn'] },
  ListObjectsV2: { Contents: ['Key'], CommonPrefixes: ['Prefix'] },
  ListOutbox: { Messages: ['Id'] },
  ListPipelineExecutions: { PipelineExecutionSummaries: ['PipelineExecutionArn'] },
  ListPipelines: { PipelineSummaries: ['PipelineArn'] },
  ListPipelineVersions: { PipelineVersionSummaries: ['PipelineVersionId'] },
  ListProcessingJobs: { ProcessingJobSummaries: ['ProcessingJobArn'] },
  ListQueues: { QueueUrls: [] },
  ListReplays: { Replays: ['ReplayName'] },
  ListRules: { Rules: ['Arn'] },
  ListSchedules: { Schedules: ['Arn'] },
  ListStateMachineAliases: { stateMachineAliases: ['stateMachineAliasArn'] },
  ListStateMachines: { stateMachines: ['stateMachineArn'] },
  ListStateMachineVersions: { stateMachineVersions: ['stateMachineVersionArn'] },
  // One that waits for its confirmation has no ARN.
  ListSubscriptionsByTopic: { Subscriptions: ['SubscriptionArn', 'Protocol', 'Endpoint'] },
  ListTargetsByRule: { Targets: ['Id'] },
  ListTopics: { Topics: ['TopicArn'] },
  ListTrainingJobs: { TrainingJobSummaries: ['TrainingJobArn'] },
  ListTransformJobs: { TransformJobSummaries: ['TransformJobArn'] },
  ListVersionsByFunction: { Versions: ['FunctionArn'] },
};

export type Row = { key: string; value: unknown };
type Answer = Readonly<Record<string, unknown>>;

export type Rows = {
  /** Those of an answer, in its order; of an answer with two lists, by what they are known by. */
  of(page: unknown): Row[];
  /** The same answer with other rows. */
  with(page: unknown, rows: readonly Row[]): unknown;
};

/** @returns undefined for an operation whose rows are not known */
export function rowsOf(operation: string): Rows | undefined {
  const lists = Object.entries(LISTS[operation] ?? {});
  if (lists.length === 0) return undefined;
  // Of which list a row is, its key begins with, where there are several.
  const keyOf = (list: string, members: readonly string[], value: unknown): string => {
    const own = members.length === 0 ? String(value) : members.map((name) => (value as Answer)[name]).join(' ');
    return lists.length === 1 ? own : `${own} ${list}`;
  };
  return {
    of(page) {
      const rows = lists.flatMap(([list, members]) =>
        (((page as Answer)[list] as unknown[] | undefined) ?? []).map((value) => ({
          key: keyOf(list, members, value),
          value,
        })),
      );
      return lists.length === 1 ? rows : rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    with(page, rows) {
      const [[only] = ['']] = lists;
      const of = (list: string) =>
        rows.filter(({ key }) => (list === only && lists.length === 1) || key.endsWith(` ${list}`));
      return {
        ...(page as Answer),
        ...Object.fromEntries(lists.map(([list]) => [list, of(list).map(({ value }) => value)])),
      };
    },
  };
}
