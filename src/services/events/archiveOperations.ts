/** The operations on archives and replays. */
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import {
  createArchive,
  deleteArchive,
  describeArchive,
  type Forgetting,
  listArchives,
  updateArchive,
} from './archives.ts';
import type { Parts, Sdk } from './context.ts';
import { archiveArn, replayArn } from './names.ts';
import { cancelReplay, describeReplay, listReplays, type ReplayStep, startReplay } from './replays.ts';
import type { Router } from './router.ts';

type ArchiveNames = `${'Create' | 'Describe' | 'Update' | 'Delete'}Archive` | 'ListArchives';
type ReplayNames = 'StartReplay' | 'DescribeReplay' | 'CancelReplay' | 'ListReplays';

const on =
  (action: string) =>
  ({ ArchiveName }: { ArchiveName?: string | undefined }, call: Call): Access[] => [
    { action: `events:${action}`, resource: archiveArn(call, ArchiveName!) },
  ];

const onReplay =
  (action: string) =>
  ({ ReplayName }: { ReplayName?: string | undefined }, call: Call): Access[] => [
    { action: `events:${action}`, resource: replayArn(call, ReplayName!) },
  ];

export function archiveOperations(
  parts: Parts & {
    router: Router;
    forgetting: Pick<Forgetting, 'noticed'>;
    addStep(lane: string, step: ReplayStep): void;
  },
): Operations<Sdk, ArchiveNames | ReplayNames> {
  return {
    CreateArchive: writes(on('CreateArchive'), (input, call) => createArchive(parts, input, call)),
    DescribeArchive: reads(on('DescribeArchive'), ({ ArchiveName }, call) =>
      describeArchive(parts, ArchiveName!, call),
    ),
    UpdateArchive: writes(on('UpdateArchive'), (input, call) => updateArchive(parts, input, call)),
    DeleteArchive: writes(on('DeleteArchive'), ({ ArchiveName }, call) => {
      deleteArchive(parts, ArchiveName!, call);
      return {};
    }),
    ListArchives: reads(
      () => [{ action: 'events:ListArchives', resource: '*' }],
      (input, call) => listArchives(parts, input, call),
    ),
    StartReplay: writes(onReplay('StartReplay'), (input, call) => startReplay(parts, input, call)),
    DescribeReplay: reads(onReplay('DescribeReplay'), ({ ReplayName }, call) =>
      describeReplay(parts, ReplayName!, call),
    ),
    CancelReplay: writes(onReplay('CancelReplay'), ({ ReplayName }, call) => cancelReplay(parts, ReplayName!, call)),
    ListReplays: reads(
      () => [{ action: 'events:ListReplays', resource: '*' }],
      (input, call) => listReplays(parts, input, call),
    ),
  };
}
