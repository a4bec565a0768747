/** What a rule has set going, as far as it is kept: what waits for its targets, and as whom these are called. */
import { parseArn } from '../../base/arn.ts';
import type { Deliveries } from '../../engine/deliveries.ts';
import type { Parts, Target } from './context.ts';
import { ruleIn } from './names.ts';
import { laneOf, type Sending } from './router.ts';

export type Firings = {
  /** Times in milliseconds since the epoch. */
  waiting: { at: number; due: number; attempt: number; target: string }[];
  /** Targets that are called as no role are not among them. */
  callers: { role: string; session: string; target: string }[];
};

/** As many as a rule may have, and more. */
const TARGETS = 100;

/** Undefined when an ARN names no rule. */
export function firingsOf(
  { db, account }: Pick<Parts, 'db' | 'account'>,
  sendings: Pick<Deliveries<Sending>, 'waitingIn'>,
  arn: string,
  most: number,
): Firings | undefined {
  const region = parseArn(arn)?.region ?? '';
  const named = ruleIn({ account, region }, arn);
  const rule = named && db.rule({ region, ...named });
  if (!rule) return undefined;
  const targets = db.targets({ rule: rule.id, after: '', limit: TARGETS });
  return {
    waiting: targets.flatMap(({ id, arn: target }) =>
      sendings.waitingIn(laneOf(rule.id, id), most).map(({ createdAt, due, attempt }) => ({
        ...{ at: createdAt, due, attempt, target },
      })),
    ),
    callers: targets.flatMap(({ arn: target, target: text }) => {
      const role = (JSON.parse(text) as Target).RoleArn ?? rule.role_arn;
      return role === null ? [] : [{ role, session: sessionOf(rule), target }];
    }),
  };
}

/** The name of the session in which a target is called as a role. */
export const sessionOf = ({ name }: { name: string }): string => `events-${name}`;
