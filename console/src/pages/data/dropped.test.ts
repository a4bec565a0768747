/** What is dropped: files, and folders of them. */
import { expect, it } from 'vitest';
import { filesOf } from './dropped.ts';

const file = (name: string) => new File(['x'], name);
const fileEntry = (name: string) => ({
  isFile: true,
  isDirectory: false,
  name,
  file: (give: (file: File) => void) => give(file(name)),
});
const folder = (name: string, ...below: object[]) => ({
  ...{ isFile: false, isDirectory: true, name },
  createReader() {
    const rest = [...below];
    // One at a time, as browsers give a hundred.
    return { readEntries: (give: (some: object[]) => void) => give(rest.splice(0, 1)) };
  },
});
const item = (entry: object | null, given: File | null) =>
  ({ webkitGetAsEntry: () => entry, getAsFile: () => given }) as never;

it('are found in folders of folders, with the way to them', async () => {
  const dropped = folder('data', fileEntry('a.csv'), folder('2026', fileEntry('b.csv'), folder('empty')));
  const found = await filesOf([item(fileEntry('top.csv'), file('top.csv')), item(dropped, null), item(null, null)]);
  expect(found.map(({ path }) => path)).toEqual(['top.csv', 'data/a.csv', 'data/2026/b.csv']);
});

it('are refused where they are too many', async () => {
  const many = Array.from({ length: 10_001 }, (_, number) => fileEntry(`${number}`));
  await expect(filesOf([item(folder('disk', ...many), null)])).rejects.toThrow('aws s3 sync');
});
