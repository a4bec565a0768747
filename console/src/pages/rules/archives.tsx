/** Copies of events, and sending them again. */
import { arnHere } from '../../data/here.ts';
import { usePages } from '../../data/queries.ts';
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';
import { bytes } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { TargetLink } from '../../parts/target.tsx';
import { Time } from '../../parts/time.tsx';

type Archive = NonNullable<Output<'events', 'ListArchives'>['Archives']>[number];
type Replay = NonNullable<Output<'events', 'ListReplays'>['Replays']>[number];

export function Archives() {
  const { items, error, more, refetch } = usePages('events', 'ListArchives', { Limit: 100 }, (page) => page.Archives);
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      label="Archives"
      rows={items}
      keyOf={({ ArchiveName = '' }) => ArchiveName}
      more={more}
      empty={
        <Empty
          title="No archive keeps events"
          command={`aws events create-archive --archive-name all --event-source-arn ${arnHere('events', 'event-bus/default')}`}
        >
          An archive keeps copies of a bus's events, so that they can be sent again.
        </Empty>
      }
      columns={ARCHIVES}
    />
  );
}

const ARCHIVES: Column<Archive>[] = [
  { id: 'name', header: 'Archive', cell: ({ ArchiveName }) => ArchiveName, sort: ({ ArchiveName }) => ArchiveName },
  { id: 'bus', header: 'Of', cell: ({ EventSourceArn = '' }) => <TargetLink {...targetOf(EventSourceArn)} /> },
  { id: 'state', header: 'State', width: '9rem', cell: ({ State = '' }) => <Status status={State} /> },
  {
    id: 'events',
    header: 'Events',
    width: '7rem',
    align: 'right',
    cell: ({ EventCount }) => EventCount,
    sort: ({ EventCount }) => EventCount,
  },
  {
    id: 'size',
    header: 'Size',
    width: '7rem',
    align: 'right',
    cell: ({ SizeBytes = 0 }) => bytes(SizeBytes),
    sort: ({ SizeBytes }) => SizeBytes,
  },
  {
    id: 'kept',
    header: 'Kept for',
    width: '8rem',
    cell: ({ RetentionDays }) => (RetentionDays ? `${RetentionDays} days` : 'Good'),
  },
  { id: 'made', header: 'Created', width: '9rem', cell: ({ CreationTime }) => <Time at={CreationTime} /> },
];

export function Replays() {
  const { items, error, more, refetch } = usePages('events', 'ListReplays', { Limit: 100 }, (page) => page.Replays, {
    every: 5000,
  });
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      label="Replays"
      rows={items}
      keyOf={({ ReplayName = '' }) => ReplayName}
      more={more}
      empty={
        <Empty title="Nothing was replayed">
          A replay (aws events start-replay) sends what an archive holds of a time once more.
        </Empty>
      }
      columns={REPLAYS}
    />
  );
}

const REPLAYS: Column<Replay>[] = [
  { id: 'name', header: 'Replay', cell: ({ ReplayName }) => ReplayName, sort: ({ ReplayName }) => ReplayName },
  { id: 'archive', header: 'Of', cell: ({ EventSourceArn = '' }) => EventSourceArn.split('/').at(-1) },
  { id: 'state', header: 'State', width: '10rem', cell: ({ State = '' }) => <Status status={State} /> },
  { id: 'reason', header: 'Reason', cell: ({ StateReason }) => StateReason },
  { id: 'started', header: 'Started', width: '9rem', cell: ({ ReplayStartTime }) => <Time at={ReplayStartTime} /> },
];
