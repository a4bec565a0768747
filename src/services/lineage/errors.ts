/** What the lineage service refuses, in AWS's words where they are on record. */
import { awsError } from '../../protocol/errors.ts';
import type { Kind } from './names.ts';

const validation = (message: string) => awsError('ValidationException', message);
const missing = (message: string) => awsError('ResourceNotFound', message, 404);
const NOUNS: Readonly<Record<Kind, string>> = { artifact: 'Artifact', context: 'Context', action: 'Action' };

export const lineageErrors = {
  notFound: (kind: Kind, name: string) => missing(`${NOUNS[kind]} '${name}' does not exist.`),
  /** SDKs look for "already exists" in a ValidationException. */
  artifactExists: (uri: string, arn: string) =>
    validation(
      `An artifact with the SourceUri '${uri}' already exists: ${arn}. There can be one artifact for each SourceUri; use that one.`,
    ),
  nameTaken: (kind: Kind, name: string) =>
    validation(
      `${NOUNS[kind]} names must be unique within an AWS account and region. ${NOUNS[kind]} with name (${name}) already exists.`,
    ),
  associated: (kind: Kind, name: string) =>
    validation(
      `${NOUNS[kind]} '${name}' cannot be deleted: it has associations. Delete them first, with DeleteAssociation.`,
    ),
  whichArtifact: () => validation('Give exactly one of ArtifactArn and Source.'),
  noVertex: (member: string, arn: string) =>
    validation(
      `${member} '${arn}' is no ARN of an artifact, context, action, experiment or trial component of this account and region. A job is in the graph as its trial component: ListTrialComponents with its ARN as SourceArn names it.`,
    ),
  vertexMissing: (member: string, arn: string) => missing(`${member} '${arn}' does not exist.`),
  toItself: (arn: string) => validation(`'${arn}' cannot be associated with itself.`),
  associationExists: (source: string, destination: string) =>
    validation(`An association from '${source}' to '${destination}' already exists.`),
  noAssociation: (source: string, destination: string) =>
    missing(`There is no association from '${source}' to '${destination}'.`),
  noStart: () => validation('StartArns must name one artifact, context, action, experiment or trial component.'),
  tooManyProperties: (most: number) =>
    validation(`An entity has at most ${most} Properties. Remove some first, with PropertiesToRemove.`),
  staleToken: () =>
    validation(
      'The NextToken is not valid for this request. Repeat the request that gave it, unchanged, or start again without it.',
    ),
  tooWide: (most: number) =>
    validation(
      `This query reaches more than ${most} vertices. Ask with a smaller MaxDepth, one Direction, or from another start.`,
    ),
  noGroup: (name: string) => missing(`Lineage group '${name}' does not exist.`),
} as const;
