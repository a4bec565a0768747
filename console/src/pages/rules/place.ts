/** Where and when a sample event is said to have happened: where its rule is, now. */
import type { Place } from './samples.ts';

export function placeOf(ruleArn: string): Place {
  const [, , , region = '', account = ''] = ruleArn.split(':');
  return { region, account, at: new Date() };
}
