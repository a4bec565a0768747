/**
 * The table of CloudWatch Logs' operations that Telar implements. The chain answers NotImplemented, by name, for all
 * others. Each noun's operations stand in a file of their own.
 */
import { type Operations, reads } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { eventOperations } from './eventOperations.ts';
import { groupOperations, tagOperations } from './groupOperations.ts';
import { onGroup, requireGroup } from './names.ts';
import { streamOperations } from './streamOperations.ts';

type Names =
  | ('CreateLogGroup' | 'DeleteLogGroup' | 'DescribeLogGroups' | 'PutRetentionPolicy' | 'DeleteRetentionPolicy')
  | ('CreateLogStream' | 'DeleteLogStream' | 'DescribeLogStreams')
  | ('PutLogEvents' | 'GetLogEvents' | 'FilterLogEvents' | 'TestMetricFilter')
  | ('TagLogGroup' | 'UntagLogGroup' | 'ListTagsLogGroup')
  | ('TagResource' | 'UntagResource' | 'ListTagsForResource')
  | 'DescribeSubscriptionFilters';

export type LogsOperations = Operations<Sdk, Names>;

export function logsOperations(parts: Parts): LogsOperations {
  return {
    ...groupOperations(parts),
    ...streamOperations(parts),
    ...eventOperations(parts),
    ...tagOperations(parts),
    // None can be put: PutSubscriptionFilter is refused.
    DescribeSubscriptionFilters: reads(onGroup('DescribeSubscriptionFilters'), (input, call) => {
      requireGroup(parts, call, input.logGroupName!);
      return { subscriptionFilters: [] };
    }),
  };
}
