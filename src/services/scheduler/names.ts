/** ARNs of schedules and of their groups. */
import { arn, parseArn } from '../../base/arn.ts';

/** Where a request acts. */
export type Place = { account: string; region: string };

export const DEFAULT_GROUP = 'default';

export const scheduleArn = ({ account, region }: Place, group: string, name: string): string =>
  arn('scheduler', region, account, `schedule/${group}/${name}`);

export const groupArn = ({ account, region }: Place, name: string): string =>
  arn('scheduler', region, account, `schedule-group/${name}`);

/** The name of the group that an ARN of this account and region names; undefined when it is the ARN of something else. */
export function groupNamed({ account, region }: Place, text: string): string | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'scheduler' || parsed.account !== account || parsed.region !== region) return undefined;
  return /^schedule-group\/([^/]+)$/.exec(parsed.resource)?.[1];
}

/** The schedule that an ARN of this account names; undefined when it is the ARN of something else. */
export function scheduleNamed(
  account: string,
  text: string,
): { region: string; group: string; name: string } | undefined {
  const parsed = parseArn(text);
  if (parsed?.service !== 'scheduler' || parsed.account !== account) return undefined;
  const named = /^schedule\/([^/]+)\/([^/]+)$/.exec(parsed.resource);
  return named ? { region: parsed.region, group: named[1]!, name: named[2]! } : undefined;
}
