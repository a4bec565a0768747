/** When a function was invoked last, as far as its log tells: nothing else does. */
import { useCall } from '../../data/queries.ts';
import { NOTHING } from '../../parts/format.ts';
import { Time } from '../../parts/time.tsx';

const EVERY_MS = 20_000;

/** @param group of its log */
export function LastInvoked({ group }: { group: string }) {
  // A group comes with the first invocation: whether it is there is asked of the list, which refuses nobody.
  const groups = useCall('logs', 'DescribeLogGroups', { logGroupNamePrefix: group, limit: 1 }, { every: EVERY_MS });
  const there = groups.data?.logGroups?.[0]?.logGroupName === group;
  const streams = useCall(
    'logs',
    'DescribeLogStreams',
    { logGroupName: group, orderBy: 'LastEventTime', descending: true, limit: 1 },
    { every: EVERY_MS, enabled: there },
  );
  const error = groups.error ?? streams.error;
  if (error) return <span title={error.message}>{NOTHING}</span>;
  if (groups.data && !there) return 'not yet';
  const last = streams.data?.logStreams?.[0]?.lastEventTimestamp;
  return last === undefined ? null : <Time at={last} />;
}
