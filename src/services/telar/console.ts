/** What the console needs beyond AWS: a way in, and word of what happens. The command line may ask for both as well. */
import { arn as formatArn } from '../../base/arn.ts';
import { type Call, type Operation, streams, writes } from '../../protocol/service.ts';
import type { TelarInput, TelarOutputs } from './api.ts';
import type { TelarPorts } from './ports.ts';

type Name = 'WatchEvents' | 'CreateConsoleLink';

const on = (action: Name, { region, account }: Call) => [
  { action: `telar:${action}`, resource: formatArn('telar', region, account, 'server') },
];

export function consoleOperations({ watching, consoleLink }: Pick<TelarPorts, 'watching' | 'consoleLink'>): {
  [N in Name]: Operation<TelarInput<N>, TelarOutputs[N]>;
} {
  return {
    WatchEvents: streams(
      (_, call) => on('WatchEvents', call),
      async ({ After, WaitSeconds, MaxResults }) => {
        const seen = watching.since(After, MaxResults);
        if (seen.Events.length > 0 || seen.Missed || WaitSeconds === 0) return seen;
        await watching.next(WaitSeconds * 1000);
        return watching.since(seen.Next, MaxResults);
      },
      { audit: 'data', readOnly: true },
    ),
    CreateConsoleLink: writes(
      (_, call) => on('CreateConsoleLink', call),
      (_, { principal }) => {
        const { url, expires } = consoleLink(principal.accessKeyId);
        return { Url: url, ExpiresAt: expires === undefined ? undefined : new Date(expires).toISOString() };
      },
    ),
  };
}
