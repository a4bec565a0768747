/** Rows of listings. */
import { expect, it } from 'vitest';
import { entryId, foldersTo, objectEntries, versionEntries } from './entries.ts';

it('stand in the order of their keys, folders among them, named from the prefix on', () => {
  const found = objectEntries('raw/', {
    Contents: [{ Key: 'raw/a.csv', Size: 3 }, { Key: 'raw/z.csv' }],
    CommonPrefixes: [{ Prefix: 'raw/m/' }],
  });
  expect(found.map(({ kind, name }) => [kind, name])).toEqual([
    ['object', 'a.csv'],
    ['folder', 'm/'],
    ['object', 'z.csv'],
  ]);
});

it('of versions have the newest first, and markers between them', () => {
  const found = versionEntries('', {
    Versions: [{ Key: 'a', VersionId: '1', LastModified: 1, IsLatest: false }],
    DeleteMarkers: [{ Key: 'a', VersionId: '2', LastModified: 2, IsLatest: true }],
  } as never);
  expect(found.map(({ kind, isLatest }) => [kind, isLatest])).toEqual([
    ['marker', true],
    ['version', false],
  ]);
  expect(new Set(found.map(entryId)).size).toBe(2);
});

it('lead back folder by folder', () => {
  expect(foldersTo('')).toEqual([]);
  expect(foldersTo('a/b/')).toEqual([
    { name: 'a', prefix: 'a/' },
    { name: 'b', prefix: 'a/b/' },
  ]);
  expect(foldersTo('a//')).toEqual([
    { name: 'a', prefix: 'a/' },
    { name: '/', prefix: 'a//' },
  ]);
});
