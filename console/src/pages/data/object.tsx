/** An object, or one version of it: what it is, what is in it, its versions, and what it was made of and used for. */
import { useLocation } from 'wouter';
import { useAddress, useAsked } from '../../data/address.ts';
import { objectUrl } from '../../data/call.ts';
import { Lineage } from '../../data/lineageView.tsx';
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import type { Refusal } from '../../data/session.ts';
import { Button } from '../../parts/button.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { DownloadIcon } from '../../parts/icons.tsx';
import { Banner, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Tabs } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { useToasts } from '../../parts/toast.tsx';
import type { PageProps } from '../area.ts';
import { DeleteObjects } from './deleting.tsx';
import { foldersTo, type ObjectName } from './entries.ts';
import { ObjectFacts } from './facts.tsx';
import { ObjectJobs } from './objectJobs.tsx';
import { Preview } from './preview.tsx';
import { ObjectVersions } from './versions.tsx';
import './data.css';

export function ObjectPage({ params: { bucket } }: PageProps<'bucket'>) {
  const [key] = useAddress('key', '');
  const [versionId] = useAddress('versionId');
  const object = { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
  const { data, error, refetch } = useCall('s3', 'HeadObject', { ...object, ChecksumMode: 'ENABLED' });
  const prefix = key.slice(0, key.lastIndexOf('/') + 1);
  return (
    <Page
      title={key.slice(prefix.length) || key}
      crumbs={[
        { label: 'Buckets', href: links.buckets() },
        { label: bucket, href: links.bucket(bucket) },
        ...foldersTo(prefix).map((folder) => ({ label: folder.name, href: links.bucket(bucket, folder.prefix) })),
      ]}
      actions={data && <Actions object={object} />}
    >
      {error && <NotFound object={object} error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && <ObjectFacts object={object} head={data} />}
      <Details object={object} shown={!error} />
    </Page>
  );
}

/** What a job wrote is named by a prefix as often as by a key: the folder of that name may be what was meant. */
function NotFound({ object: { Bucket, Key }, error, retry }: { object: ObjectName; error: Refusal; retry(): void }) {
  const folder = `${Key}/`;
  const { data } = useCall('s3', 'ListObjectsV2', { Bucket, Prefix: folder, MaxKeys: 1 }, { enabled: Key !== '' });
  if (!data?.KeyCount) return <Failure error={error} retry={retry} />;
  return (
    <Banner actions={<a href={links.bucket(Bucket, folder)}>Open the folder</a>}>
      There is no object of this name, but there is a folder.
    </Banner>
  );
}

function Details({ object, shown }: { object: ObjectName; shown: boolean }) {
  const [tab, show] = useAddress('tab', 'preview');
  const versions = { id: 'versions', label: 'Versions', content: <ObjectVersions object={object} /> };
  const source = `s3://${object.Bucket}/${object.Key}`;
  return (
    <Tabs
      label="About the object"
      // Of an object that was deleted its versions are left.
      value={shown ? tab : 'versions'}
      onChange={show}
      tabs={
        shown
          ? [
              { id: 'preview', label: 'Preview', content: <Preview object={object} /> },
              versions,
              {
                ...{ id: 'lineage', label: 'Lineage' },
                content: (
                  <div className="data-preview">
                    <ObjectJobs object={object} />
                    <Lineage
                      source={source}
                      label="What the object was made of, and what it was used for"
                      none="No job has it, or a folder above it, for an input or output."
                    />
                  </div>
                ),
              },
            ]
          : [versions]
      }
    />
  );
}

function Actions({ object }: { object: ObjectName }) {
  const { Bucket, Key, VersionId } = object;
  const [deleting, setDeleting] = useAsked('delete');
  const [, navigate] = useLocation();
  const { show } = useToasts();
  const download = async () => {
    try {
      location.assign(await objectUrl(object));
    } catch (error) {
      show((error as Error).message, 'bad');
    }
  };
  const parent = Key.slice(0, Key.lastIndexOf('/') + 1);
  return (
    <>
      <CopyCommand
        command={
          VersionId === undefined
            ? `aws s3 cp ${quoted(`s3://${Bucket}/${Key}`)} .`
            : `aws s3api get-object --bucket ${Bucket} --key ${quoted(Key)} --version-id ${VersionId} ${quoted(Key.slice(parent.length))}`
        }
      />
      <Button onClick={download}>
        <DownloadIcon /> Download
      </Button>
      <Button variant="danger" onClick={() => setDeleting(true)}>
        Delete
      </Button>
      <DeleteObjects
        open={deleting}
        onClose={() => setDeleting(false)}
        onDone={() => navigate(links.bucket(Bucket, parent).replace(/^\/console/, ''))}
        bucket={Bucket}
        entries={[{ kind: VersionId === undefined ? 'object' : 'version', key: Key, versionId: VersionId }]}
      />
    </>
  );
}
