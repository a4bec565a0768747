/**
 * What Telar records of its own accord: the artifacts of jobs and model packages, and how they hang together.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking-auto-creation.html
 *
 * R1. A job's artifacts commit with its end, a model package's with its registration or approval.
 * R2. Only URIs are kept here, as on AWS. Which versions of which objects a job read is the jobs service's record, and what a
 *     trial component says is derived from its job: neither is copied.
 */
import { NOBODY } from '../../protocol/userContext.ts';
import type { Parts } from './context.ts';
import { recordEntity } from './entities.ts';
import type { Place } from './names.ts';

export type ArtifactType = 'DataSet' | 'Image' | 'Model';
export type Use = { uri: string; type: ArtifactType };

/** What a job used and made, by URI. */
export type JobUses = { inputs: readonly Use[]; outputs: readonly Use[] };

/** A job that has ended, and the trial component that stands for it. */
export type RecordedJob = { componentArn: string; componentType: string; region: string; at: number } & JobUses;

/** A model package that was registered, or whose approval has changed. */
export type RecordedPackage = {
  arn: string;
  region: string;
  /** None of an unversioned package. */
  group: { name: string; arn: string; createdAt: number } | undefined;
  /** Its name, or `group-version`. */
  label: string;
  approval: string | undefined;
  containers: readonly Use[];
  at: number;
};

type Recorder = Pick<Parts, 'db' | 'account'>;
type Edge = { source: string; destination: string; sourceType: string; destinationType: string; type: string };

/** Longest name of a context or action. */
const LONGEST_NAME = 120;

function associate({ db }: Recorder, region: string, at: number, edge: Edge): void {
  db.insertAssociation({
    region,
    source: edge.source,
    destination: edge.destination,
    source_type: edge.sourceType,
    destination_type: edge.destinationType,
    type: edge.type,
    created_at: at,
    created_by: NOBODY,
  });
}

/** An artifact of a URI, with the type under which it was first recorded. */
function artifact(parts: Recorder, place: Place, { uri, type }: Use, at: number): { arn: string; type: string } {
  const kept = { Source: { SourceUri: uri, SourceTypes: [] } };
  const arn = recordEntity(parts, place, { kind: 'artifact', name: undefined, type, kept }, at);
  return { arn, type: parts.db.entity({ arn })?.type ?? type };
}

/** Inside the transaction that ends the job. */
export function recordJob(parts: Recorder, job: RecordedJob): void {
  const { region, at, componentArn, componentType } = job;
  const place = { account: parts.account, region };
  for (const use of job.inputs) {
    const { arn, type } = artifact(parts, place, use, at);
    const edge = { source: arn, destination: componentArn, sourceType: type, destinationType: componentType };
    associate(parts, region, at, { ...edge, type: 'ContributedTo' });
  }
  for (const use of job.outputs) {
    const { arn, type } = artifact(parts, place, use, at);
    const edge = { source: componentArn, destination: arn, sourceType: componentType, destinationType: type };
    associate(parts, region, at, { ...edge, type: 'Produced' });
  }
}

/** Inside the transaction that registers the package. */
export function recordPackage(parts: Recorder, made: RecordedPackage): void {
  const { region, at } = made;
  const place = { account: parts.account, region };
  const own = artifact(parts, place, { uri: made.arn, type: 'Model' }, at);
  for (const use of made.containers) {
    const { arn, type } = artifact(parts, place, use, at);
    const edge = { source: arn, destination: own.arn, sourceType: type, destinationType: own.type };
    associate(parts, region, at, { ...edge, type: 'ContributedTo' });
  }
  if (made.group) {
    const context = groupContext(parts, place, made.group, at);
    const edge = { source: own.arn, destination: context, sourceType: own.type, destinationType: 'ModelGroup' };
    associate(parts, region, at, { ...edge, type: 'AssociatedWith' });
  }
  recordApproval(parts, made);
}

/** Inside the transaction that sets a package's approval status. */
export function recordApproval(parts: Recorder, { arn, region, label, approval, at }: RecordedPackage): void {
  if (approval === undefined) return;
  const place = { account: parts.account, region };
  const own = artifact(parts, place, { uri: arn, type: 'Model' }, at);
  const action = recordEntity(
    parts,
    place,
    {
      kind: 'action',
      name: nameOf(label, `${approval}-${seconds(at)}-aws-model-package`),
      type: 'Approval',
      kept: {
        Source: { SourceUri: arn },
        Status: 'Completed',
        Properties: { ModelApprovalStatus: approval },
      },
    },
    at,
  );
  const edge = { source: action, destination: own.arn, sourceType: 'Approval', destinationType: own.type };
  associate(parts, region, at, { ...edge, type: 'ContributedTo' });
}

/** The context of a model package group: made with its first package. */
function groupContext(parts: Recorder, place: Place, group: NonNullable<RecordedPackage['group']>, at: number): string {
  const known = parts.db.entityOfSource({ region: place.region, kind: 'context', source_uri: group.arn });
  if (known) return known.arn;
  const name = nameOf(group.name, `${seconds(group.createdAt)}-aws-model-group`);
  const kept = { Source: { SourceUri: group.arn } };
  return recordEntity(parts, place, { kind: 'context', name, type: 'ModelGroup', kept }, at);
}

const seconds = (at: number) => Math.floor(at / 1000);
const nameOf = (label: string, end: string) => `${label.slice(0, LONGEST_NAME - end.length - 1)}-${end}`;
