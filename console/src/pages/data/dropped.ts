/** The files among what was dropped: those of folders with the way to them. */

export type Dropped = { file: File; path: string };

type Entry = Pick<FileSystemEntry, 'isFile' | 'isDirectory' | 'name'>;

/** Whoever drops a whole disk is told, rather than served. */
const MOST = 10_000;

/** @throws Error where there are more files than anybody means to drop */
export async function filesOf(
  items: readonly Pick<DataTransferItem, 'webkitGetAsEntry' | 'getAsFile'>[],
): Promise<Dropped[]> {
  // What was dropped can be asked for during the event alone: nothing may be waited for before.
  const dropped = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: Dropped[] = [];
  for (const { entry, file } of dropped) {
    if (entry?.isDirectory) await walk(entry, '', found);
    else if (file) found.push({ file, path: file.name });
  }
  return found;
}

async function walk(entry: Entry, before: string, found: Dropped[]): Promise<void> {
  const path = before + entry.name;
  if (entry.isFile) {
    if (found.length >= MOST)
      throw new Error(`There are more than ${MOST.toLocaleString('en-GB')} files: aws s3 sync brings them.`);
    found.push({ file: await fileOf(entry as FileSystemFileEntry), path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // It gives some at a time, and none when all were given.
  for (let some = await read(reader); some.length > 0; some = await read(reader)) {
    for (const below of some) await walk(below, `${path}/`, found);
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));
const read = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));
