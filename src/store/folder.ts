/** The data folder: where everything of one Telar server lies, and the lock that keeps a second server out. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export type DataFolder = {
  root: string;
  database: string;
  /** Content-addressed object files. */
  objects: string;
  /** Uploads under way, and whatever else may be thrown away at start. */
  temporary: string;
  jobs: string;
  images: string;
  logs: string;
  /** The code of functions. */
  functions: string;
  /** The first administrator's keys, for `telar env`: readable by the owner only. */
  credentials: string;
  /** Where the running server answers: `{ url, pid }`. */
  server: string;
  /** The proxy's certificate authority, and what `telar env` makes of it (server/proxy). */
  proxy: string;
  /** The key by which messages of topics are signed, and its certificate (server/notifications). */
  notifications: string;
  /** Room on the disk that is kept for the database (reserve.ts). */
  reserve: string;
};

export function dataFolder(root: string): DataFolder {
  const at = resolve(root);
  return {
    root: at,
    database: join(at, 'state.db'),
    objects: join(at, 'objects'),
    temporary: join(at, 'temporary'),
    jobs: join(at, 'jobs'),
    images: join(at, 'images'),
    logs: join(at, 'logs'),
    functions: join(at, 'functions'),
    credentials: join(at, 'credentials.json'),
    server: join(at, 'server.json'),
    proxy: join(at, 'proxy'),
    notifications: join(at, 'notifications'),
    reserve: join(at, 'reserve'),
  };
}

/** Makes the folder and its parts, closed to other users of the machine. */
export function createDataFolder(folder: DataFolder): void {
  mkdirSync(folder.root, { recursive: true, mode: 0o700 });
  for (const part of [folder.objects, folder.temporary, folder.jobs, folder.images, folder.logs]) {
    mkdirSync(part, { recursive: true, mode: 0o700 });
  }
  writeFileSync(join(folder.root, '.gitignore'), '*\n');
}

export type FolderLock = { release(): void };

/**
 * Takes the folder for this process. The lock is SQLite's own lock on lock.db, which the system drops with the process,
 * however it ends: no stale lock file survives a kill -9.
 */
export function lockDataFolder(folder: DataFolder): FolderLock {
  const lock = new DatabaseSync(join(folder.root, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error instanceof Error && /locked|busy/i.test(error.message))) throw error;
    throw new Error(
      `Another Telar server runs on ${folder.root}${describeServer(folder)}. Use that one, stop it, or start this one on another folder (--data).`,
    );
  }
  return { release: () => lock.close() };
}

function describeServer(folder: DataFolder): string {
  try {
    const { url, pid } = JSON.parse(readFileSync(folder.server, 'utf8')) as { url: string; pid: number };
    return ` (process ${pid}, at ${url})`;
  } catch {
    return '';
  }
}
