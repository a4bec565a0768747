/** What a schedule or a rule has set going, as a page shows it. */
import type { FiringRow } from '../parts/firings.tsx';
import { useCall } from './queries.ts';
import type { Refusal } from './session.ts';
import { type TargetKind, targetOf } from './targets.ts';

const SHOWN = 20;
/** What is sent tells nobody. */
const EVERY = 5000;

export function useFirings(arn: string): { rows: FiringRow[] | undefined; error: Refusal | null } {
  const { data, error } = useCall('telar', 'ListFirings', { Arn: arn, MaxResults: SHOWN }, { every: EVERY });
  const rows = data?.Firings.map(({ Time, TargetArn, Status, Due, Attempt, Operation, ErrorCode }, index) => ({
    ...{ key: `${Time} ${TargetArn} ${Attempt ?? Operation} ${index}`, time: Time, status: Status, due: Due },
    target: targetOf(TargetArn),
    said:
      ErrorCode ??
      Operation ??
      (Attempt === 1 ? 'To be sent' : `Attempt ${Attempt}, after ${(Attempt ?? 2) - 1} that failed`),
  }));
  return { rows, error };
}

/** Where that is seen which the record leaves out, as it is no management event. */
const SEEN_AT: Readonly<Partial<Record<TargetKind, string>>> = {
  Function: 'invocations stand in the log of the function',
  Queue: 'messages lie in the queue until they are taken',
  Topic: 'messages go on to the subscribers of the topic',
  'Event bus': 'events go on to the rules of the bus',
  'Log group': 'events stand in the log group',
};

/** What a record of firings without an entry means, for targets of these kinds. */
export function recordInWords(kinds: readonly TargetKind[]): string {
  const elsewhere = [...new Set(kinds)].flatMap((kind) => SEEN_AT[kind] ?? []);
  return [
    'What is started, what waits to be sent, and what was refused stands here.',
    ...(elsewhere.length === 0 ? [] : [`The rest is not recorded: ${elsewhere.join('; ')}.`]),
  ].join(' ');
}
