/**
 * Trial components: those of jobs, and those that clients make.
 *
 * T1. A job's component is made with the job, in its transaction; what it says of the job is derived when it is asked for.
 * T2. What clients add to it stands beside what is derived, and over it where both name the same.
 * T3. It outlives its job: when that is deleted, what it said last is kept.
 */
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { readUser, writeUser } from '../../protocol/userContext.ts';
import type { Parts, Sdk } from './context.ts';
import { experimentErrors } from './errors.ts';
import { metricsOf } from './metrics.ts';
import { arnOf, componentName, type JobKind, lineageGroup, type Place } from './names.ts';
import { type Artifacts, type Derived, ofJob, type Parameters } from './ofJob.ts';
import type { Described } from './ports.ts';
import type { ComponentRow } from './store.ts';

export type Description = OutputOf<Sdk, 'DescribeTrialComponent'>;
type CreateInput = InputOf<Sdk, 'CreateTrialComponent'>;
type UpdateInput = InputOf<Sdk, 'UpdateTrialComponent'>;

/** What clients said, as the store keeps it. */
type Kept = {
  Status?: Description['Status'];
  StartTime?: string | undefined;
  EndTime?: string | undefined;
  Parameters?: Parameters | undefined;
  InputArtifacts?: Artifacts | undefined;
  OutputArtifacts?: Artifacts | undefined;
  MetadataProperties?: Description['MetadataProperties'];
};

const readKept = (row: ComponentRow): Kept => JSON.parse(row.kept) as Kept;
const time = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));

/** @throws ResourceNotFound */
export function requireComponent({ db }: Parts, place: Place, nameOrArn: string): ComponentRow {
  const row = db.component({ arn: arnOf(place, 'component', nameOrArn) });
  if (!row) throw experimentErrors.notFound('component', nameOrArn);
  return row;
}

/** Inside a transaction. @returns the ARN */
export function createComponent({ db, ports }: Parts, input: CreateInput, call: Call): string {
  const name = input.TrialComponentName!;
  const arn = arnOf(call, 'component', name);
  if (db.component({ arn })) throw experimentErrors.nameTaken('component', name);
  const { Status, StartTime, EndTime, Parameters, InputArtifacts, OutputArtifacts, MetadataProperties } = input;
  const kept = {
    ...{ Status, Parameters, InputArtifacts, OutputArtifacts, MetadataProperties },
    StartTime: StartTime?.toISOString(),
    EndTime: EndTime?.toISOString(),
  } as Kept;
  insert({ db }, call, { name, display: input.DisplayName, kept });
  if (input.Tags?.length) ports.setTags(arn, input.Tags);
  return arn;
}

type New = { name: string; display?: string | undefined; kept: Kept; job?: string; run?: string | undefined };

function insert({ db }: Pick<Parts, 'db'>, call: Call, { name, display, kept, job, run }: New): number {
  const by = writeUser(call.principal);
  return db.insertComponent({
    arn: arnOf(call, 'component', name),
    region: call.region,
    name,
    display_name: display ?? null,
    created_at: call.now,
    created_by: by,
    modified_at: call.now,
    modified_by: by,
    job: job ?? null,
    run_name: run ?? null,
    kept: JSON.stringify(kept),
    last: null,
  });
}

export type CreatedJob = { arn: string; kind: JobKind; name: string };

/** Inside the transaction that creates the job. @returns its component; undefined when a client's own has that name */
export function createOfJob(
  { db }: Parts,
  { arn, kind, name }: CreatedJob,
  { display, run }: { display?: string | undefined; run?: string | undefined },
  call: Call,
): ComponentRow | undefined {
  const before = db.componentOfJob({ job: arn });
  if (before) {
    db.deleteMembersOf({ component: before.id });
    db.leaveMetricsOf({ component: before.id });
  }
  const made = insert({ db }, call, { name: componentName(kind, name), display, kept: {}, job: arn, run });
  return made === 0 ? undefined : db.componentOfJob({ job: arn });
}

/** Inside the transaction that deletes the job. */
export function keepLast({ db }: Parts, job: string, described: Described): void {
  db.setLast({ job, last: JSON.stringify(ofJob(described)) });
}

/** What clients may say of a component, all requests together; as AWS bounds each. */
const MOST = { Parameters: 300, InputArtifacts: 60, OutputArtifacts: 60 } as const;

/** A map with members added and others removed. @throws ValidationException when it grows too large */
function merged<T>(
  member: keyof typeof MOST,
  kept: Record<string, T> | undefined,
  added: Record<string, T> | undefined,
  removed: readonly string[] = [],
): Record<string, T> {
  const left = Object.entries({ ...kept, ...added }).filter(([name]) => !removed.includes(name));
  if (left.length > MOST[member]) throw experimentErrors.tooMany(member, MOST[member]);
  return Object.fromEntries(left);
}

/** Inside a transaction. */
export function updateComponent({ db }: Parts, row: ComponentRow, input: UpdateInput, call: Call): void {
  const kept = readKept(row);
  const changed = {
    ...kept,
    Status: input.Status ?? kept.Status,
    StartTime: input.StartTime?.toISOString() ?? kept.StartTime,
    EndTime: input.EndTime?.toISOString() ?? kept.EndTime,
    Parameters: merged('Parameters', kept.Parameters, input.Parameters, input.ParametersToRemove),
    InputArtifacts: merged('InputArtifacts', kept.InputArtifacts, input.InputArtifacts, input.InputArtifactsToRemove),
    OutputArtifacts: merged(
      'OutputArtifacts',
      kept.OutputArtifacts,
      input.OutputArtifacts,
      input.OutputArtifactsToRemove,
    ),
  };
  db.updateComponent({
    id: row.id,
    display_name: input.DisplayName ?? row.display_name,
    kept: JSON.stringify(changed),
    modified_at: call.now,
    modified_by: writeUser(call.principal),
  });
}

/** Inside a transaction. @throws ValidationException while it belongs to a trial */
export function deleteComponent({ db, ports }: Parts, row: ComponentRow): void {
  if (db.memberOfComponent({ component: row.id })) throw experimentErrors.inTrials(row.name);
  db.leaveMetricsOf({ component: row.id });
  db.deleteComponent({ id: row.id });
  ports.removeTags(row.arn);
}

/** What its job says of a component; what it said last, when the job is gone. */
function derivedOf(row: ComponentRow, job: Described | undefined): Derived | undefined {
  if (job) return ofJob(job);
  return row.last === null ? undefined : revived(row.last);
}

/** The job that a component stands for, while there is one. */
export const jobOf = ({ ports }: Parts, row: ComponentRow): Described | undefined =>
  row.job === null || row.last !== null ? undefined : ports.job(row.job);

function revived(text: string): Derived {
  const { StartTime, EndTime, LastModifiedTime, Metrics, ...rest } = JSON.parse(text) as Omit<
    Derived,
    'StartTime' | 'EndTime' | 'LastModifiedTime' | 'Metrics'
  > & { StartTime?: string; EndTime?: string; LastModifiedTime: string; Metrics: { TimeStamp?: string }[] };
  return {
    ...rest,
    StartTime: time(StartTime),
    EndTime: time(EndTime),
    LastModifiedTime: new Date(LastModifiedTime),
    Metrics: Metrics.map((metric) => ({ ...metric, TimeStamp: time(metric.TimeStamp) })),
  };
}

/** The members that descriptions and summaries share. */
function essentials(row: ComponentRow, kept: Kept, derived: Derived | undefined) {
  return {
    TrialComponentName: row.name,
    TrialComponentArn: row.arn,
    DisplayName: row.display_name ?? row.name,
    Status: kept.Status ?? derived?.Status,
    StartTime: time(kept.StartTime) ?? derived?.StartTime,
    EndTime: time(kept.EndTime) ?? derived?.EndTime,
    CreationTime: new Date(row.created_at),
    CreatedBy: readUser(row.created_by),
    LastModifiedTime: new Date(Math.max(row.modified_at, derived?.LastModifiedTime.getTime() ?? 0)),
    LastModifiedBy: readUser(row.modified_by),
  };
}

export function summarizeComponent(parts: Parts, row: ComponentRow) {
  const derived = derivedOf(row, jobOf(parts, row));
  return { ...essentials(row, readKept(row), derived), TrialComponentSource: derived?.Source };
}

type Metrics = NonNullable<Description['Metrics']>;

const allMetrics = (derived: Metrics, logged: Metrics): Metrics => [
  ...derived.filter(({ MetricName }) => !logged.some((own) => own.MetricName === MetricName)),
  ...logged,
];

export function describeComponent(parts: Parts, row: ComponentRow, job = jobOf(parts, row)) {
  const kept = readKept(row);
  const derived = derivedOf(row, job);
  return {
    ...essentials(row, kept, derived),
    Source: derived?.Source,
    Parameters: { ...derived?.Parameters, ...kept.Parameters },
    InputArtifacts: { ...derived?.InputArtifacts, ...kept.InputArtifacts },
    OutputArtifacts: { ...derived?.OutputArtifacts, ...kept.OutputArtifacts },
    MetadataProperties: kept.MetadataProperties,
    LineageGroupArn: lineageGroup({ account: parts.account, region: row.region }),
    Metrics: allMetrics(derived?.Metrics ?? [], metricsOf(parts, row)),
  };
}
