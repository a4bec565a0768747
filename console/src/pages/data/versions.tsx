/** The versions of one object, the newest first, with the delete markers between them. */
import { useState } from 'react';
import { links } from '../../data/links.ts';
import { Button } from '../../parts/button.tsx';
import { bytes, NOTHING } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { DeleteObjects } from './deleting.tsx';
import { type Entry, entryId, type ObjectName, versionEntries } from './entries.ts';
import { useVersionPages } from './listing.ts';

const AT_A_TIME = 200;

export function ObjectVersions({ object: { Bucket, Key, VersionId } }: { object: ObjectName }) {
  const found = useVersionPages({ Bucket, Prefix: Key, MaxKeys: AT_A_TIME });
  const [doomed, setDoomed] = useState<Entry>();
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const pages = found.data.pages;
  // Keys that only begin with this one come after it: once they do, no version of it will follow.
  const versions = pages.flatMap((page) => versionEntries('', page)).filter(({ key }) => key === Key);
  const over = pages.at(-1)?.NextKeyMarker !== Key;
  return (
    <>
      <DataTable
        label="Versions"
        dense
        rows={versions}
        keyOf={entryId}
        hrefOf={({ kind, versionId }) => (kind === 'version' ? links.object(Bucket, Key, versionId) : undefined)}
        selected={versions.map((entry) => (entry.versionId === VersionId ? entryId(entry) : '')).find(Boolean)}
        more={{
          hasMore: found.hasNextPage && !over,
          load: () => found.fetchNextPage(),
          loading: found.isFetchingNextPage,
        }}
        empty={<Empty title="No version is left">The object was deleted, or has never been there.</Empty>}
        columns={[
          {
            ...{ id: 'version', header: 'Version' },
            cell: ({ kind, versionId }) => (
              <>
                {kind === 'marker' && 'Delete marker '}
                <code>{versionId}</code>
              </>
            ),
          },
          { id: 'current', header: 'Current', width: '6rem', cell: ({ isLatest }) => (isLatest ? 'yes' : '') },
          {
            ...{ id: 'size', header: 'Size', width: '8rem', align: 'right' },
            cell: ({ size }) => (size === undefined ? NOTHING : bytes(size)),
          },
          { id: 'written', header: 'Written', width: '9rem', cell: ({ modified }) => <Time at={modified} /> },
          {
            ...{ id: 'delete', header: 'Delete', width: '7rem' },
            cell: (entry) => (
              <Button aria-label={`Delete version ${entry.versionId}`} onClick={() => setDoomed(entry)}>
                Delete
              </Button>
            ),
          },
        ]}
      />
      <DeleteObjects
        open={doomed !== undefined}
        onClose={() => setDoomed(undefined)}
        onDone={() => void found.refetch()}
        bucket={Bucket}
        entries={doomed ? [doomed] : []}
      />
    </>
  );
}
