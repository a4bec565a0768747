/** One event of a history: its details wherever AWS puts them, and the row that it is in a table. */

/** Of the SDK, or as JSON carries it: a time is then seconds since the epoch. */
export type HistoryEvent = {
  id?: number | undefined;
  previousEventId?: number | undefined;
  type?: string | undefined;
  timestamp?: Date | number | undefined;
};

/** In milliseconds since the epoch; 0 where none is told. */
export function timeOf({ timestamp }: HistoryEvent): number {
  return typeof timestamp === 'number' ? timestamp * 1000 : (timestamp?.getTime() ?? 0);
}

/** What the details of an event may hold, whichever member they stand in. */
export type EventDetails = {
  name?: string;
  input?: string;
  output?: string;
  parameters?: string;
  error?: string;
  cause?: string;
  resource?: string;
  resourceType?: string;
  index?: number;
  length?: number;
  mapRunArn?: string;
  redriveCount?: number;
  state?: string;
};

const NOT_DETAILS: ReadonlySet<string> = new Set(['timestamp', 'type', 'id', 'previousEventId']);

export function detailsOf(event: HistoryEvent): EventDetails {
  const found = Object.entries(event).find(([name, value]) => !NOT_DETAILS.has(name) && typeof value === 'object');
  return (found?.[1] as EventDetails | undefined) ?? {};
}

/** Jobs and executions alone: what has a log, or can be looked at. */
const BEGUN =
  /"arn:aws[\w-]*:(?:sagemaker:[\w-]*:\d*:(?:processing-job|training-job|transform-job|pipeline\/[^"/]+\/execution)\/|states:[\w-]*:\d*:execution:)[^"\s]+"/g;
const MEMBER = /"(?:ProcessingJobArn|TrainingJobArn|TransformJobArn|PipelineExecutionArn|ExecutionArn)"\s*:\s*$/;

const GLUE_RUN = /"JobRunId"\s*:\s*"(jr_[0-9a-f]{64}(?:_attempt_\d+)?)"/g;

/** ARNs of what a task has begun, as its answer says: what it only describes is another's. A Glue run has an id alone. */
export function beganBy({ output, resource = '' }: EventDetails): string[] {
  if (output === undefined || !/^(start|create)/.test(resource)) return [];
  const arns = [...output.matchAll(BEGUN)].flatMap((match) =>
    MEMBER.test(output.slice(Math.max(0, match.index - 40), match.index)) ? [match[0].slice(1, -1)] : [],
  );
  const runs = [...output.matchAll(GLUE_RUN)].map(([, id]) => id!);
  return [...new Set([...arns, ...runs])];
}

/** What an event says, in one line. */
export function eventWords(event: HistoryEvent): string {
  const { name, error, cause, resource, resourceType, index, length, mapRunArn, redriveCount, state, ...data } =
    detailsOf(event);
  const words = [
    name ?? state,
    index === undefined ? undefined : `item ${index}`,
    length === undefined ? undefined : `${length} items`,
    resource === undefined ? undefined : [resourceType, resource].filter(Boolean).join(':'),
    redriveCount === undefined ? undefined : `redrive ${redriveCount}`,
    mapRunArn,
    error,
    cause,
    data.parameters ?? data.input ?? data.output,
  ];
  return words.filter((word) => word !== undefined && word !== '').join('  ');
}
