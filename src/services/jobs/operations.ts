/** The operations on processing, training and transform jobs. */
import { LOWER_ALPHANUMERIC, randomString } from '../../base/random.ts';
import { endStatus } from '../../definition/jobs/statuses.ts';
import { passRole } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type InputOf, type Operations, reads, writes } from '../../protocol/service.ts';
import { conditionKeys, transformKeys } from './conditionKeys.ts';
import { jobArn, modelArn, type Parts, type Sdk } from './context.ts';
import { errors } from './errors.ts';
import { describe, jobOf } from './job.ts';
import type { Lives } from './life.ts';
import { listJobs } from './listing.ts';
import type { ExperimentConfig, JobModel, Tag } from './ports.ts';
import { checkProcessing, describeProcessing } from './processing.ts';
import { date, type JobResult, newRow, withStop } from './row.ts';
import type { JobRow, SageMakerKind, Transition } from './store.ts';
import { change, tellOfJob } from './telling.ts';
import { checkTraining, describeTraining } from './training.ts';
import { checkTransform, describeTransform } from './transform.ts';
import { updatedTraining } from './updates.ts';

/** AWS lets transform jobs be, and has no operation that deletes one. */
type Names =
  | `${'Create' | 'Describe' | 'Stop'}${SageMakerKind}Job`
  | `List${SageMakerKind}Jobs`
  | 'DeleteProcessingJob'
  | 'DeleteTrainingJob'
  | 'UpdateTrainingJob';

type Named = Partial<Record<`${SageMakerKind}JobName`, string | undefined>>;

const nameOf = (input: Named) => (input.ProcessingJobName ?? input.TrainingJobName ?? input.TransformJobName)!;

const on = (kind: SageMakerKind, verb: string) => (input: Named, call: Call) => [
  { action: `sagemaker:${verb}${kind}Job`, resource: jobArn(call, kind, nameOf(input)) },
];
type Creating = InputOf<Sdk, 'CreateProcessingJob'> | InputOf<Sdk, 'CreateTrainingJob'>;

/** Handing a role to a job needs iam:PassRole on it, and tagging it sagemaker:AddTags. */
const creating =
  (kind: SageMakerKind) =>
  (input: Creating, call: Call): Access[] => {
    const keys = () => conditionKeys(input);
    const [create] = on(kind, 'Create')(input as Named, call);
    return [
      { ...create!, keys },
      ...(input.Tags?.length ? [{ action: 'sagemaker:AddTags', resource: create!.resource, keys }] : []),
      passRole(input.RoleArn!, 'sagemaker.amazonaws.com'),
    ];
  };

/** The role is the model's, which was handed over with that. */
function creatingTransform(input: InputOf<Sdk, 'CreateTransformJob'>, call: Call): Access[] {
  const keys = () => transformKeys(input, modelArn(call, input.ModelName!));
  const [create] = on('Transform', 'Create')(input, call);
  const tagging = { action: 'sagemaker:AddTags', resource: create!.resource, keys };
  return [{ ...create!, keys }, ...(input.Tags?.length ? [tagging] : [])];
}

const listing = (kind: SageMakerKind) => () => [{ action: `sagemaker:List${kind}Jobs`, resource: '*' }];

export function jobOperations(parts: Parts, lives: Pick<Lives, 'enqueue' | 'interrupt'>): Operations<Sdk, Names> {
  const { db } = parts;
  const row = (kind: SageMakerKind, input: Named, call: Call) => existing(parts, kind, nameOf(input), call);
  return {
    CreateProcessingJob: writes(creating('Processing'), (input, call) => {
      checkProcessing(input);
      return { ProcessingJobArn: create(parts, lives, 'Processing', input.ProcessingJobName!, input, call) };
    }),
    DescribeProcessingJob: reads(on('Processing', 'Describe'), (input, call) =>
      describeProcessing(row('Processing', input, call)),
    ),
    ListProcessingJobs: reads(listing('Processing'), (input, call) => {
      const { items, next } = listJobs(db, 'Processing', input, call);
      return { ProcessingJobSummaries: items.map(processingSummary), NextToken: next };
    }),
    StopProcessingJob: writes(on('Processing', 'Stop'), (input, call) =>
      stop(parts, lives, row('Processing', input, call), call),
    ),
    DeleteProcessingJob: writes(on('Processing', 'Delete'), (input, call) =>
      remove(parts, row('Processing', input, call)),
    ),
    CreateTrainingJob: writes(creating('Training'), (input, call) => {
      checkTraining(input);
      return { TrainingJobArn: create(parts, lives, 'Training', input.TrainingJobName!, input, call) };
    }),
    DescribeTrainingJob: reads(on('Training', 'Describe'), (input, call) =>
      describeTraining(row('Training', input, call)),
    ),
    ListTrainingJobs: reads(listing('Training'), (input, call) => {
      // No job here has a warm pool or a training plan, so none can be found by one.
      if (input.WarmPoolStatusEquals || input.TrainingPlanArnEquals) return { TrainingJobSummaries: [] };
      const { items, next } = listJobs(db, 'Training', input, call);
      return { TrainingJobSummaries: items.map(trainingSummary), NextToken: next };
    }),
    UpdateTrainingJob: writes(on('Training', 'Update'), (input, call) => {
      const { arn, ...before } = row('Training', input, call);
      db.setRequest({ arn, request: updatedTraining(before, input), modified_at: call.now });
      return { TrainingJobArn: arn };
    }),
    StopTrainingJob: writes(on('Training', 'Stop'), (input, call) =>
      stop(parts, lives, row('Training', input, call), call),
    ),
    DeleteTrainingJob: writes(on('Training', 'Delete'), (input, call) => remove(parts, row('Training', input, call))),
    ...transformOperations(parts, lives),
  };
}

function transformOperations(
  parts: Parts,
  lives: Pick<Lives, 'enqueue' | 'interrupt'>,
): Pick<Operations<Sdk, Names>, Extract<Names, `${string}Transform${string}`>> {
  const { db, ports } = parts;
  const row = (input: Named, call: Call) => existing(parts, 'Transform', nameOf(input), call);
  return {
    CreateTransformJob: writes(creatingTransform, (input, call) => {
      checkTransform(input);
      const model = ports.model(call, input.ModelName!);
      if (!model) throw errors.noModel(modelArn(call, input.ModelName!));
      const request = { ...input, RoleArn: model.roleArn };
      return { TransformJobArn: create(parts, lives, 'Transform', input.TransformJobName!, request, call, model) };
    }),
    DescribeTransformJob: reads(on('Transform', 'Describe'), (input, call) => describeTransform(row(input, call))),
    ListTransformJobs: reads(listing('Transform'), (input, call) => {
      // Unlike the lists of other jobs: the newest first.
      const { items, next } = listJobs(db, 'Transform', { ...input, SortOrder: input.SortOrder ?? 'Descending' }, call);
      return { TransformJobSummaries: items.map(transformSummary), NextToken: next };
    }),
    StopTransformJob: writes(on('Transform', 'Stop'), (input, call) => stop(parts, lives, row(input, call), call)),
  };
}

function existing({ db }: Parts, kind: SageMakerKind, name: string, call: Call): JobRow {
  const row = db.job({ arn: jobArn(call, kind, name) });
  if (!row) throw errors.notFound(kind, name);
  return row;
}

type CreateInput = {
  RoleArn: string | undefined;
  Tags?: readonly Tag[] | undefined;
  ExperimentConfig?: ExperimentConfig | undefined;
};

/** @returns the job's ARN */
function create(
  { db, store, world, ports, runner, admission, limits }: Parts,
  lives: Pick<Lives, 'enqueue'>,
  kind: SageMakerKind,
  name: string,
  { Tags, RoleArn, ...input }: CreateInput,
  call: Call,
  model?: JobModel,
): string {
  const arn = jobArn(call, kind, name);
  if (db.job({ arn })) throw errors.nameTaken(kind, arn);
  if (!ports.roleExists(RoleArn!, arn)) throw errors.role(RoleArn!);
  // A transform job's role is its model's, and no part of its request.
  const request = model ? input : { ...input, RoleArn };
  const started: Transition[] = kind === 'Training' ? [{ status: 'Starting', start: call.now }] : [];
  const id = `${name}-${randomString(world.random, 8, LOWER_ALPHANUMERIC)}`;
  const row = newRow(
    {
      ...{ kind, arn, name, id, request: JSON.stringify(request), transitions: JSON.stringify(started) },
      model: model ? JSON.stringify(model) : null,
    },
    { region: call.region, now: call.now, requester: call.principal.arn },
  );
  const { plan } = jobOf({ ...row, seq: 0 });
  const refusal = runner.refusal(plan.image);
  if (refusal) throw errors.image(refusal);
  if (limits.telarOnly && plan.instances.count > 1) throw errors.hostsWithoutNetwork();
  if (admission.waiting() >= limits.waiting) throw errors.queueFull(limits.waiting);
  db.insert(row);
  ports.jobCreated({ arn, kind, name }, request.ExperimentConfig ?? {}, call);
  if (Tags) ports.setTags(arn, Tags);
  tellOfJob({ ports }, { ...row, seq: 0 });
  store.whenDurable(() => lives.enqueue(arn));
  return arn;
}

/** Stopping a job that is being stopped already changes nothing. */
function stop(
  { db, store, ports }: Parts,
  lives: Pick<Lives, 'interrupt'>,
  row: JobRow,
  call: Call,
): Record<never, never> {
  if (endStatus(row.status)) throw errors.notStoppable(row.kind, row.status);
  if (row.status === 'Stopping') return {};
  change({ db, ports }, row, withStop(row, 'requested', call.now));
  store.whenDurable(() => lives.interrupt(row.arn));
  return {};
}

function remove({ db, lineage, ports }: Parts, row: JobRow): Record<never, never> {
  if (row.discarded === 0) throw errors.notDeletable(row.kind, row.name, row.status);
  ports.jobDeleted(row.arn, describe(row));
  db.delete({ arn: row.arn });
  lineage.delete(row.arn);
  ports.removeTags(row.arn);
  return {};
}

function processingSummary(row: JobRow) {
  return {
    ProcessingJobName: row.name,
    ProcessingJobArn: row.arn,
    CreationTime: new Date(row.created_at),
    ProcessingEndTime: date(row.ended_at),
    LastModifiedTime: new Date(row.modified_at),
    ProcessingJobStatus: row.status,
    FailureReason: row.failure_reason ?? undefined,
    ExitMessage: (JSON.parse(row.result) as JobResult).exitMessage,
  };
}

function trainingSummary(row: JobRow) {
  return {
    TrainingJobName: row.name,
    TrainingJobArn: row.arn,
    CreationTime: new Date(row.created_at),
    TrainingEndTime: date(row.ended_at),
    LastModifiedTime: new Date(row.modified_at),
    TrainingJobStatus: row.status,
    SecondaryStatus: (JSON.parse(row.transitions) as Transition[]).at(-1)!.status,
  };
}

function transformSummary(row: JobRow) {
  return {
    TransformJobName: row.name,
    TransformJobArn: row.arn,
    CreationTime: new Date(row.created_at),
    TransformEndTime: date(row.ended_at),
    LastModifiedTime: new Date(row.modified_at),
    TransformJobStatus: row.status,
    FailureReason: row.failure_reason ?? undefined,
  };
}
