/** What a listing shows: folders, objects, versions and delete markers, as rows of one table. Pure. */
import type { Output } from '../../data/types.ts';

export type ObjectName = { Bucket: string; Key: string; VersionId?: string };

export type Entry = {
  kind: 'folder' | 'object' | 'version' | 'marker';
  /** Of a folder its prefix. */
  key: string;
  /** What is behind the prefix that is listed. */
  name: string;
  versionId?: string | undefined;
  isLatest?: boolean | undefined;
  size?: number | undefined;
  modified?: number | undefined;
  storageClass?: string | undefined;
};

type Objects = Pick<Output<'s3', 'ListObjectsV2'>, 'Contents' | 'CommonPrefixes'>;
export type Versions = Output<'s3', 'ListObjectVersions'>;

export const entryId = ({ kind, key, versionId = '' }: Entry): string => `${kind} ${versionId} ${key}`;

const byKey = (a: Entry, b: Entry) => (a.key < b.key ? -1 : a.key > b.key ? 1 : (b.modified ?? 0) - (a.modified ?? 0));

const foldersOf = (prefix: string, found: Objects['CommonPrefixes'] = []): Entry[] =>
  found.map(({ Prefix = '' }) => ({ kind: 'folder', key: Prefix, name: Prefix.slice(prefix.length) }));

/** The entries of one page, in S3's order. */
export function objectEntries(prefix: string, { Contents = [], CommonPrefixes }: Objects): Entry[] {
  const objects = Contents.map(({ Key = '', Size, LastModified, StorageClass }): Entry => {
    const stands = { size: Size, modified: LastModified, storageClass: StorageClass };
    return { kind: 'object', key: Key, name: Key.slice(prefix.length), ...stands };
  });
  return [...foldersOf(prefix, CommonPrefixes), ...objects].sort(byKey);
}

export function versionEntries(prefix: string, page: Versions): Entry[] {
  const versions = (page.Versions ?? []).map(
    ({ Key = '', VersionId, IsLatest, Size, LastModified, StorageClass }): Entry => {
      const stands = { isLatest: IsLatest, size: Size, modified: LastModified, storageClass: StorageClass };
      return { kind: 'version', key: Key, name: Key.slice(prefix.length), versionId: VersionId, ...stands };
    },
  );
  const markers = (page.DeleteMarkers ?? []).map(({ Key = '', VersionId, IsLatest, LastModified }): Entry => {
    const stands = { isLatest: IsLatest, modified: LastModified };
    return { kind: 'marker', key: Key, name: Key.slice(prefix.length), versionId: VersionId, ...stands };
  });
  return [...foldersOf(prefix, page.CommonPrefixes), ...versions, ...markers].sort(byKey);
}

/** The way to a prefix: each folder with its own prefix. */
export function foldersTo(prefix: string): { name: string; prefix: string }[] {
  const parts = prefix.split('/').slice(0, -1);
  return parts.map((name, index) => ({ name: name || '/', prefix: `${parts.slice(0, index + 1).join('/')}/` }));
}
