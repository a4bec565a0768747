/** Names and ARNs of Glue's jobs, and the ids of their runs. */
import { arn, parseArn } from '../../base/arn.ts';
import { type Random, randomString } from '../../base/random.ts';
import type { Call } from '../../protocol/service.ts';

export type Place = Pick<Call, 'account' | 'region'>;

export const jobArn = ({ account, region }: Place, name: string): string => arn('glue', region, account, `job/${name}`);

/** What a run is ordered under: no name of AWS's. */
export const orderArn = (place: Place, job: string, run: string): string => `${jobArn(place, job)}/${run}`;

/** A role may be named by its name alone. */
export const roleArnOf = ({ account }: Pick<Place, 'account'>, role: string): string =>
  role.startsWith('arn:') ? role : `arn:aws:iam::${account}:role/${role}`;

export const runOfOrder = (order: string): string => order.slice(order.lastIndexOf('/') + 1);

/** The job that an ARN names here; undefined when it names something else. */
export function jobOfArn(text: string, place: Place): string | undefined {
  const parsed = parseArn(text);
  const here = parsed?.service === 'glue' && parsed.account === place.account && parsed.region === place.region;
  return here && parsed.resource.startsWith('job/') ? parsed.resource.slice('job/'.length) : undefined;
}

export const newRunId = (random: Random): string => `jr_${randomString(random, 64, '0123456789abcdef')}`;

const ATTEMPT = /_attempt_(\d+)$/;

export const attemptOf = (run: string): number => Number(ATTEMPT.exec(run)?.[1] ?? 0);

/** The id of the run that tries a run again. @example nextAttempt('jr_ab') // 'jr_ab_attempt_1' */
export const nextAttempt = (run: string): string => `${run.replace(ATTEMPT, '')}_attempt_${attemptOf(run) + 1}`;
