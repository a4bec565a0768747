/** What a schedule has set going, as far as it is kept: what waits for its target, and as whom that is called. */
import type { Deliveries } from '../../engine/deliveries.ts';
import type { Invocation, Parts, Target } from './context.ts';
import { scheduleNamed } from './names.ts';

export type Firings = {
  /** Times in milliseconds since the epoch. */
  waiting: { at: number; due: number; attempt: number; target: string }[];
  callers: { role: string; session: string; target: string }[];
};

/** Undefined when an ARN names no schedule. */
export function firingsOf(
  { db, account }: Pick<Parts, 'db' | 'account'>,
  deliveries: Pick<Deliveries<Invocation>, 'waitingIn'>,
  arn: string,
  most: number,
): Firings | undefined {
  const named = scheduleNamed(account, arn);
  const row = named && db.schedule({ region: named.region, group_name: named.group, name: named.name });
  if (!row) return undefined;
  const { Arn = '', RoleArn = '' } = JSON.parse(row.target) as Target;
  return {
    waiting: deliveries.waitingIn(String(row.id), most).map(({ body, due, attempt }) => ({
      ...{ at: body.at, due, attempt, target: body.target.Arn ?? '' },
    })),
    callers: [{ role: RoleArn, session: row.name, target: Arn }],
  };
}
