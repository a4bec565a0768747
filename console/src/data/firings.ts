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

const KEPT: readonly TargetKind[] = ['State machine', 'Pipeline', 'Operation'];

/** What the record of firings holds of a kind of target, and where the rest can be seen. */
export function recordInWords(kinds: readonly TargetKind[]): string {
  const unkept = kinds.filter((kind) => !KEPT.includes(kind));
  return unkept.length === 0
    ? 'What it starts is on record, as is what was refused.'
    : 'Messages and invocations are on record only while they wait, and where they were refused: what came of the others, their receivers tell.';
}
