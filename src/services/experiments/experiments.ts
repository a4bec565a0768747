/** Experiments and their trials: groups of trial components, made by clients and by pipelines. */
import type { Call, InputOf } from '../../protocol/service.ts';
import { readUser, writeUser } from '../../protocol/userContext.ts';
import type { Parts, Sdk } from './context.ts';
import { experimentErrors } from './errors.ts';
import { arnOf, type Place } from './names.ts';
import type { ExperimentRow, NamedRow, TrialRow } from './store.ts';

/** @throws ResourceNotFound */
export function requireExperiment({ db }: Parts, place: Place, name: string): ExperimentRow {
  const row = db.experiment({ arn: arnOf(place, 'experiment', name) });
  if (!row) throw experimentErrors.notFound('experiment', name);
  return row;
}

/** @throws ResourceNotFound */
export function requireTrial({ db }: Parts, place: Place, name: string): TrialRow {
  const row = db.trial({ arn: arnOf(place, 'trial', name) });
  if (!row) throw experimentErrors.notFound('trial', name);
  return row;
}

function named(noun: 'experiment' | 'trial', name: string, display: string | undefined, call: Call) {
  const by = writeUser(call.principal);
  return {
    arn: arnOf(call, noun, name),
    region: call.region,
    name,
    display_name: display ?? null,
    created_at: call.now,
    created_by: by,
    modified_at: call.now,
    modified_by: by,
  };
}

type NewExperiment = Omit<InputOf<Sdk, 'CreateExperiment'>, 'ExperimentName'> & { source?: string | undefined };

/** Inside a transaction. @throws ValidationException when the name is taken */
export function createExperiment({ db, ports }: Parts, name: string, input: NewExperiment, call: Call): ExperimentRow {
  const row = {
    ...named('experiment', name, input.DisplayName, call),
    description: input.Description ?? null,
    source: input.source ?? null,
  };
  if (db.experiment({ arn: row.arn })) throw experimentErrors.nameTaken('experiment', name);
  const id = db.insertExperiment(row);
  if (input.Tags?.length) ports.setTags(row.arn, input.Tags);
  return { id, ...row };
}

type NewTrial = Pick<InputOf<Sdk, 'CreateTrial'>, 'DisplayName' | 'MetadataProperties' | 'Tags'> & {
  source?: string | undefined;
};

/** Inside a transaction. @throws ValidationException when the name is taken */
export function createTrial(
  { db, ports }: Parts,
  name: string,
  experiment: ExperimentRow,
  input: NewTrial,
  call: Call,
): TrialRow {
  const row = {
    ...named('trial', name, input.DisplayName, call),
    experiment: experiment.id,
    source: input.source ?? null,
    metadata: input.MetadataProperties ? JSON.stringify(input.MetadataProperties) : null,
  };
  if (db.trial({ arn: row.arn })) throw experimentErrors.nameTaken('trial', name);
  const id = db.insertTrial(row);
  if (input.Tags?.length) ports.setTags(row.arn, input.Tags);
  return { id, ...row };
}

/** Inside a transaction. @throws ValidationException while it has trials */
export function deleteExperiment({ db, ports }: Parts, row: ExperimentRow): void {
  if (db.trialOf({ experiment: row.id })) throw experimentErrors.hasTrials(row.name);
  db.deleteExperiment({ id: row.id });
  ports.removeTags(row.arn);
}

/** Inside a transaction. @throws ValidationException while it has components */
export function deleteTrial({ db, ports }: Parts, row: TrialRow): void {
  if (db.memberOfTrial({ trial: row.id })) throw experimentErrors.hasComponents(row.name);
  db.deleteTrial({ id: row.id });
  ports.removeTags(row.arn);
}

const times = (row: NamedRow) => ({
  CreationTime: new Date(row.created_at),
  LastModifiedTime: new Date(row.modified_at),
});
const users = (row: NamedRow) => ({
  CreatedBy: readUser(row.created_by),
  LastModifiedBy: readUser(row.modified_by),
});

export const summarizeExperiment = (row: ExperimentRow) => ({
  ExperimentName: row.name,
  ExperimentArn: row.arn,
  DisplayName: row.display_name ?? row.name,
  ExperimentSource: row.source === null ? undefined : { SourceArn: row.source, SourceType: 'SageMakerPipeline' },
  ...times(row),
});

export function describeExperiment(row: ExperimentRow) {
  const { ExperimentSource: Source, ...rest } = summarizeExperiment(row);
  return { ...rest, Source, Description: row.description ?? undefined, ...users(row) };
}

export const summarizeTrial = (row: TrialRow) => ({
  TrialName: row.name,
  TrialArn: row.arn,
  DisplayName: row.display_name ?? row.name,
  TrialSource: row.source === null ? undefined : { SourceArn: row.source, SourceType: 'SageMakerPipelineExecution' },
  ...times(row),
});

export function describeTrial({ db }: Parts, row: TrialRow) {
  const { TrialSource: Source, ...rest } = summarizeTrial(row);
  return {
    ...rest,
    Source,
    ExperimentName: db.experimentOfId({ id: row.experiment })!.name,
    MetadataProperties: row.metadata === null ? undefined : (JSON.parse(row.metadata) as object),
    ...users(row),
  };
}
