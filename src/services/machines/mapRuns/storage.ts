/**
 * S3 for map runs: through the dispatch, as the role of the execution, with its permissions.
 *
 * O1. An object that was opened once is opened again as it was then, by its version, or is refused when it is another one: reading
 *     that begins again after a crash reads the same.
 */
import type { Api } from '../../../protocol/api.ts';
import type { ListedObject, ObjectPlace, ReaderPorts, StoredObject, WriterPorts } from '../items/ports.ts';
import type { MachinePorts } from '../ports.ts';
import type { Surroundings } from './children.ts';
import type { Live, MapRunParts } from './context.ts';
import type { MapRunRow } from './store.ts';

type Head = { ETag: string; VersionId?: string; ContentLength: number };
type Listing = {
  Contents?: { ETag: string; LastModified: Date; Key: string; Size: number; StorageClass?: string }[];
  NextContinuationToken?: string;
};
/** What an object was when it was opened first. */
type Opened = { etag: string; version: string | undefined };

type Ask = <Answer>(operation: string, input: object) => Promise<Answer>;

function asking(ports: MachinePorts, { state: { input } }: Surroundings): Ask {
  const s3 = ports.apis().find(({ name }) => name === 's3') as Api;
  return async <Answer>(operation: string, given: object) => {
    const call = ports.callAs(input.roleArn, input.region, input.executionName.slice(0, 64));
    const planned = { api: s3, operation: s3.operations.get(operation)!, input: given };
    return (await ports.invokeOutside(planned, call)) as Answer;
  };
}

export function storageOf(
  parts: MapRunParts,
  live: Live,
  around: Surroundings,
  run: MapRunRow,
): ReaderPorts & WriterPorts {
  const { world, ports } = parts;
  const ask = asking(ports, around);
  const opened = openedBefore(parts, live, run);

  async function open({ bucket, key, versionId }: ObjectPlace): Promise<StoredObject> {
    const before = opened.of(bucket, key);
    const version = versionId ?? before?.version;
    const name = { Bucket: bucket, Key: key, ...(version !== undefined && { VersionId: version }) };
    const condition = before && versionId === undefined ? { IfMatch: before.etag } : {};
    const head = await ask<Head>('HeadObject', { ...name, ...condition });
    if (!before && versionId === undefined) await opened.add(bucket, key, { etag: head.ETag, version: head.VersionId });
    const exact = { ...name, IfMatch: head.ETag, ...(head.VersionId !== undefined && { VersionId: head.VersionId }) };
    return {
      size: head.ContentLength,
      async *bytes(from, to) {
        if (from !== undefined && from >= (to ?? head.ContentLength)) return;
        const range = from === undefined ? {} : { Range: `bytes=${from}-${(to ?? head.ContentLength) - 1}` };
        const { Body } = await ask<{ Body: Uint8Array | AsyncIterable<Uint8Array> }>('GetObject', {
          ...exact,
          ...range,
        });
        // What is small is there at once.
        if (Body instanceof Uint8Array) yield Body;
        else yield* Body;
      },
    };
  }

  return {
    open,
    async list(bucket, prefix, continued) {
      const listing = await ask<Listing>('ListObjectsV2', {
        Bucket: bucket,
        ...(prefix !== undefined && { Prefix: prefix }),
        ...(continued !== undefined && { ContinuationToken: continued }),
      });
      const objects = (listing.Contents ?? []).map(listed);
      return { objects, ...(listing.NextContinuationToken !== undefined && { next: listing.NextContinuationToken }) };
    },
    async write({ bucket, key }, body, contentType) {
      await ask('PutObject', { Bucket: bucket, Key: key, Body: body, ContentType: contentType });
    },
    clock: world.clock,
    signal: live.reading.signal,
  };
}

const listed = ({
  ETag,
  LastModified,
  Key,
  Size,
  StorageClass = 'STANDARD',
}: NonNullable<Listing['Contents']>[number]): ListedObject => ({
  ...{ Etag: ETag, LastModified: Math.floor(LastModified.getTime() / 1000), Key, Size, StorageClass },
});

/** The objects of a map run as they were opened first, by the buckets and keys. */
function openedBefore({ runs }: MapRunParts, live: Live, { id }: MapRunRow) {
  const nameOf = (bucket: string, key: string) => `${bucket}/${key}`;
  const known = new Map<string, Opened>();
  for (const { bucket, key, etag, version } of runs.pins({ map_run: id }))
    known.set(nameOf(bucket, key), { etag, version: version ?? undefined });
  return {
    of: (bucket: string, key: string) => known.get(nameOf(bucket, key)),
    async add(bucket: string, key: string, { etag, version }: Opened): Promise<void> {
      known.set(nameOf(bucket, key), { etag, version });
      await live.commit(() => void runs.insertPin({ map_run: id, bucket, key, etag, version: version ?? null }));
    },
  };
}
