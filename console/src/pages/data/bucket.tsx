/** A bucket at a prefix: its folders and objects, their versions if asked for, uploads, and what is chosen to be deleted. */
import { useDeferredValue, useState } from 'react';
import { useAddress } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import type { Paged } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Checkbox, TextInput } from '../../parts/form.tsx';
import { bytes, NOTHING } from '../../parts/format.ts';
import { FileIcon, FolderIcon, SkipIcon } from '../../parts/icons.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { tellUnseen } from '../../parts/unseen.ts';
import type { PageProps } from '../area.ts';
import { Amount, Size } from './amount.tsx';
import { DeleteObjects } from './deleting.tsx';
import { type Entry, entryId, foldersTo } from './entries.ts';
import { useObjects, useVersions } from './listing.ts';
import { DropZone, Uploads } from './uploading.tsx';
import { type UploadsOfBucket, useUploads } from './uploads.ts';
import './data.css';

export function BucketPage({ params: { bucket } }: PageProps<'bucket'>) {
  const [prefix] = useAddress('prefix', '');
  const uploads = useUploads(bucket);
  // What is typed and chosen belongs to one folder; what is sent goes on.
  return <Folder key={prefix} bucket={bucket} prefix={prefix} uploads={uploads} />;
}

function Folder({ bucket, prefix, uploads }: { bucket: string; prefix: string; uploads: UploadsOfBucket }) {
  const [begins, setBegins] = useAddress('begins', '');
  const [versions, setVersions] = useAddress('versions');
  const [chosen, setChosen] = useState<ReadonlyMap<string, Entry>>(new Map());
  const [deleting, setDeleting] = useState(false);
  const withVersions = versions !== undefined;
  const place = { bucket, prefix, begins: useDeferredValue(begins) };
  const objects = useObjects(place, !withVersions);
  const all = useVersions(place, withVersions);
  const folders = foldersTo(prefix);
  const listing = withVersions ? all : objects;
  return (
    <Page
      title={folders.at(-1)?.name ?? bucket}
      crumbs={[
        { label: 'Buckets', href: links.buckets() },
        ...(folders.length > 0 ? [{ label: bucket, href: links.bucket(bucket) }] : []),
        ...folders.slice(0, -1).map(({ name, prefix: at }) => ({ label: name, href: links.bucket(bucket, at) })),
      ]}
    >
      <DropZone onFiles={(files) => uploads.add(files, prefix)} place={`s3://${bucket}/${prefix}`}>
        <div className="data-bar">
          <TextInput
            type="search"
            aria-label="Names that begin with"
            placeholder="Names that begin with …"
            value={begins}
            onChange={(next) => setBegins(next || undefined)}
          />
          <Checkbox
            label="Versions and delete markers"
            checked={withVersions}
            onChange={(on) => setVersions(on ? 'all' : undefined)}
          />
          <Button variant="danger" disabled={chosen.size === 0} onClick={() => setDeleting(true)}>
            {chosen.size === 0 ? 'Delete' : `Delete ${chosen.size}`}
          </Button>
        </div>
        <Amount bucket={bucket} prefix={prefix} />
        <Uploads uploads={uploads} bucket={bucket} prefix={prefix} />
        <Entries bucket={bucket} place={`${prefix}${begins}`} listing={listing} chosen={chosen} onChoose={setChosen} />
      </DropZone>
      <CopyCommand command={`aws s3 ls ${quoted(`s3://${bucket}/${prefix}`)}`} />
      <DeleteObjects
        open={deleting}
        onClose={() => setDeleting(false)}
        onDone={() => setChosen(new Map())}
        bucket={bucket}
        entries={[...chosen.values()]}
      />
    </Page>
  );
}

type EntriesProps = {
  bucket: string;
  place: string;
  listing: Paged<Entry>;
  chosen: ReadonlyMap<string, Entry>;
  onChoose(chosen: ReadonlyMap<string, Entry>): void;
};

function Entries({ bucket, place, listing, chosen, onChoose }: EntriesProps) {
  const { items, error, more, refetch } = listing;
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  const toggle = (entry: Entry, on: boolean) => {
    const next = new Map(chosen);
    if (on) next.set(entryId(entry), entry);
    else next.delete(entryId(entry));
    onChoose(next);
  };
  return (
    <DataTable
      label="Objects"
      dense
      rows={items}
      keyOf={entryId}
      hrefOf={(entry) => hrefOf(bucket, entry)}
      more={more}
      empty={
        <Empty title="Nothing lies here" command={`aws s3 cp data.csv ${quoted(`s3://${bucket}/${place}`)}`}>
          Drop files here, or upload them from a shell. A folder is there as soon as an object is in it.
        </Empty>
      }
      columns={columnsOf(bucket, chosen, toggle)}
    />
  );
}

function hrefOf(bucket: string, { kind, key, versionId }: Entry): string | undefined {
  if (kind === 'folder') return links.bucket(bucket, key);
  if (kind === 'marker') return undefined;
  return links.object(bucket, key, versionId);
}

const ICONS = { folder: FolderIcon, object: FileIcon, version: FileIcon, marker: SkipIcon } as const;

function Name({ entry: { kind, name, isLatest } }: { entry: Entry }) {
  const Icon = ICONS[kind];
  return (
    <span className="data-name">
      <Icon />
      <span className="data-name-text">{tellUnseen(name) || '(the folder itself)'}</span>
      {kind === 'marker' && <span className="data-note">deleted</span>}
      {kind === 'version' && isLatest && <span className="data-note">current</span>}
    </span>
  );
}

function columnsOf(
  bucket: string,
  chosen: ReadonlyMap<string, Entry>,
  toggle: (entry: Entry, on: boolean) => void,
): Column<Entry>[] {
  return [
    { id: 'name', header: 'Name', cell: (entry) => <Name entry={entry} />, sort: ({ name }) => name },
    {
      ...{ id: 'size', header: 'Size', width: '7rem', align: 'right' },
      cell: ({ kind, key, size }) =>
        kind === 'folder' ? <Size bucket={bucket} prefix={key} /> : size === undefined ? NOTHING : bytes(size),
      sort: ({ size }) => size,
    },
    {
      ...{ id: 'modified', header: 'Written', width: '8rem' },
      cell: ({ modified }) => <Time at={modified} />,
      sort: ({ modified }) => modified,
    },
    {
      ...{ id: 'class', header: 'Class', width: '9rem' },
      cell: ({ storageClass }) => storageClass?.toLowerCase().replaceAll('_', ' '),
    },
    {
      ...{ id: 'choose', header: 'Choose', width: '5.5rem', align: 'center' },
      cell: (entry) =>
        entry.kind !== 'folder' && (
          <Checkbox
            label={<span className="data-unseen">{entry.name}</span>}
            checked={chosen.has(entryId(entry))}
            onChange={(on) => toggle(entry, on)}
          />
        ),
    },
  ];
}
