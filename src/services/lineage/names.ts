/** ARNs of lineage entities, and what an ARN says of its kind. */
import { createHash } from 'node:crypto';
import { arn, parseArn } from '../../base/arn.ts';

/** Where a request acts. */
export type Place = { account: string; region: string };

export const KINDS = ['artifact', 'context', 'action'] as const;
export type Kind = (typeof KINDS)[number];

export type LineageType = 'TrialComponent' | 'Artifact' | 'Context' | 'Action';

/** In how many hexadecimal digits an artifact's ARN ends. */
const DIGITS = 32;

/** One artifact to a source: its ARN follows from the source's URI. */
export function artifactArn({ account, region }: Place, sourceUri: string): string {
  const digest = createHash('sha256').update(`${region}\n${sourceUri}`).digest('hex').slice(0, DIGITS);
  return arn('sagemaker', region, account, `artifact/${digest}`);
}

/** SageMaker writes names into ARNs in lower case. */
export const namedArn = ({ account, region }: Place, kind: 'context' | 'action', name: string): string =>
  arn('sagemaker', region, account, `${kind}/${name.toLowerCase()}`);

/** The ARN that a context's or action's name or ARN means. */
export const arnOf = (place: Place, kind: 'context' | 'action', nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? nameOrArn : namedArn(place, kind, nameOrArn);

/** What AWS calls the group that all lineage of an account belongs to. */
export const DEFAULT_GROUP = 'sagemaker-default-lineage-group';

export const groupArn = ({ account, region }: Place): string =>
  arn('sagemaker', region, account, `lineage-group/${DEFAULT_GROUP}`);

const LINEAGE_TYPES: Readonly<Record<string, LineageType>> = {
  artifact: 'Artifact',
  context: 'Context',
  action: 'Action',
  'experiment-trial-component': 'TrialComponent',
  // An experiment is a context in the graph.
  experiment: 'Context',
};

/** What kind of vertex an ARN of this place names; undefined when it is no vertex, or one of elsewhere. */
export function lineageTypeOf({ account, region }: Place, text: string): LineageType | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'sagemaker' || parsed.account !== account || parsed.region !== region) return undefined;
  return LINEAGE_TYPES[parsed.resource.split('/', 1)[0]!];
}
