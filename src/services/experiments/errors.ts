/** What the experiments service refuses, in AWS's words where they are on record. */
import { awsError } from '../../protocol/errors.ts';
import type { Noun } from './names.ts';

const validation = (message: string) => awsError('ValidationException', message);
const NOUNS: Readonly<Record<Noun, string>> = {
  experiment: 'Experiment',
  trial: 'Trial',
  component: 'Trial component',
};

export const experimentErrors = {
  notFound: (noun: Noun, name: string) => awsError('ResourceNotFound', `${NOUNS[noun]} '${name}' does not exist.`, 404),
  /** SDKs look for "already exists" in a ValidationException. */
  nameTaken: (noun: Noun, name: string) =>
    validation(
      `${NOUNS[noun]} names must be unique within an AWS account and region. ${NOUNS[noun]} with name (${name}) already exists.`,
    ),
  hasTrials: (name: string) =>
    validation(`Experiment '${name}' cannot be deleted: it has trials. Delete them first, with DeleteTrial.`),
  hasComponents: (name: string) =>
    validation(
      `Trial '${name}' cannot be deleted: it has trial components. Disassociate them first, with DisassociateTrialComponent.`,
    ),
  inTrials: (name: string) =>
    validation(
      `Trial component '${name}' cannot be deleted: it belongs to a trial. Disassociate it first, with DisassociateTrialComponent.`,
    ),
  notAssociated: (component: string, trial: string) =>
    awsError('ResourceNotFound', `Trial component '${component}' is not associated with trial '${trial}'.`, 404),
  otherExperiment: (trial: string, experiment: string) =>
    validation(`Trial '${trial}' does not belong to experiment '${experiment}'. Name one of its own trials, or none.`),
  tooMany: (member: string, most: number) =>
    validation(`A trial component has at most ${most} ${member}. Remove some first, with ${member}ToRemove.`),
  filtersTogether: () =>
    validation('ExperimentName cannot be combined with SourceArn or TrialName. Ask with one of them.'),
} as const;
