/** ARNs of experiments, trials and trial components, and the component that stands for a job. */
import { arn } from '../../base/arn.ts';

/** Where a request acts. */
export type Place = { account: string; region: string };

export type Noun = 'experiment' | 'trial' | 'component';

const RESOURCES: Readonly<Record<Noun, string>> = {
  experiment: 'experiment',
  trial: 'experiment-trial',
  component: 'experiment-trial-component',
};

/** The ARN that a name or ARN means. SageMaker writes names into ARNs in lower case. */
export const arnOf = ({ account, region }: Place, noun: Noun, nameOrArn: string): string =>
  nameOrArn.startsWith('arn:')
    ? nameOrArn
    : arn('sagemaker', region, account, `${RESOURCES[noun]}/${nameOrArn.toLowerCase()}`);

export type JobKind = 'Training' | 'Processing' | 'Transform';

/** As AWS names the component of a job. @example titanic-1-aws-training-job */
export const componentName = (kind: JobKind, job: string): string => `${job}-aws-${kind.toLowerCase()}-job`;

/** What a name of an experiment, trial or component looks like. */
const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}$/;
/** The pattern backtracks on longer texts. */
const LONGEST_NAME = 120;

export const isName = (text: string): boolean => text.length <= LONGEST_NAME && NAME.test(text);

/** The group that all lineage of an account belongs to. */
export const lineageGroup = ({ account, region }: Place): string =>
  arn('sagemaker', region, account, 'lineage-group/sagemaker-default-lineage-group');
