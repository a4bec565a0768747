/** For tests: the objects service over a data folder of its own. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { World } from '../../base/world.ts';
import { type Bytes, openBytes } from '../../store/bytes.ts';
import { type DataFolder, dataFolder } from '../../store/folder.ts';
import type { Store } from '../../store/store.ts';
import { createObjectsService, type ObjectsService } from './index.ts';
import type { ObjectsPorts } from './ports.ts';

export type TestFolder = DataFolder & {
  /** The object files that lie there, torn uploads included. */
  files(): string[];
  remove(): void;
};

export function testFolder(): TestFolder {
  const folder = dataFolder(mkdtempSync(join(tmpdir(), 'telar-objects-')));
  for (const part of [folder.objects, folder.temporary]) mkdirSync(part);
  const files = (of: string) =>
    readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    ...folder,
    files: () => [...files(folder.objects), ...files(folder.temporary)].map(({ name }) => name),
    remove: () => rmSync(folder.root, { recursive: true, force: true }),
  };
}

export type TestObjects = ObjectsService & { operations: ObjectsService['service']['operations']; bytes: Bytes };

export function objectsOver(
  folder: DataFolder,
  store: Store,
  world: World,
  account: string,
  ports?: Partial<ObjectsPorts>,
): TestObjects {
  const bytes = openBytes(folder);
  const made = createObjectsService({ store, bytes, world, account, ...(ports ? { ports } : {}) });
  return { ...made, operations: made.service.operations, bytes };
}

/** A body as an internal caller sends it; typed as the SDK's clients would. */
export function body(content: string | Uint8Array): Readable {
  return Readable.from([Buffer.from(content)]);
}

/** All bytes of an answered body. */
export async function contentOf(answer: unknown): Promise<Buffer> {
  return Buffer.isBuffer(answer) ? answer : buffer(answer as Readable);
}
