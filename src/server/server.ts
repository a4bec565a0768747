/**
 * A running server on a data folder: the store, the system and the socket, started in order and stopped in reverse.
 *
 * The first start makes the account's first administrator, whose keys go to credentials.json, readable by the owner only.
 */
import { readFileSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { systemWorld, type World } from '../base/world.ts';
import { createRunner } from '../runner/runner.ts';
import { openBytes } from '../store/bytes.ts';
import { createDataFolder, type DataFolder, dataFolder } from '../store/folder.ts';
import { openStore } from '../store/store.ts';
import { type HttpServer, listen } from './http.ts';
import { allMigrations, createSystem, type JobsMeans, type System } from './system.ts';

export type ServerOptions = {
  /** The data folder; created when missing. */
  folder: string;
  /** 0 takes any free port. @default 4566 */
  port?: number;
  /** Loopback only, until TLS is served. @default '127.0.0.1' */
  host?: string;
  /** @default 'sigv4' */
  auth?: 'sigv4' | 'off';
  /** Twelve digits; fixed when the folder is made. @default '000000000000' */
  account?: string;
  /** Where the images' environments are kept. @default the data folder's own */
  imagesFolder?: string;
  /** Whether cache hits check object versions, or URIs alone as AWS does. @default true */
  trackObjects?: boolean;
  /** How many jobs run at a time, and how long a stopped one may take to end. */
  jobLimits?: NonNullable<JobsMeans['limits']>;
  world?: World;
};

export type Keys = { accessKeyId: string; secretAccessKey: string };

export type Server = {
  url: string;
  port: number;
  folder: DataFolder;
  /** The first administrator's; undefined once that user has no active key. */
  credentials: Keys | undefined;
  system: System;
  /** Stops answering and starting; jobs that run go on and are found again. */
  close(): Promise<void>;
};

const DEFAULT_PORT = 4566;
export const DEFAULT_REGION = 'us-east-1';
const DEFAULT_ACCOUNT = '000000000000';
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/**
 * Starts a server and resolves once it answers.
 *
 * @throws a sentence when another server holds the folder, the port is taken, the folder is damaged or from a newer Telar
 * @example const server = await startServer({ folder: '.telar', port: 0 });
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { host = '127.0.0.1', port = DEFAULT_PORT, world = systemWorld } = options;
  if (!LOOPBACK.test(host)) {
    throw new Error(
      `Telar listens on this machine only: '${host}' is not a loopback address, and TLS is not served yet.`,
    );
  }
  const folder = dataFolder(options.folder);
  const store = openStore(folder, allMigrations, world);
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  let system: System | undefined;
  let http: HttpServer | undefined;
  let url = '';
  try {
    createDataFolder(folder);
    const runner = createRunner({
      world,
      jobsFolder: folder.jobs,
      imagesFolder: options.imagesFolder ?? folder.images,
      // A job's own folder and its image's stay visible to it.
      hide: [folder.root, join(homedir(), '.aws')],
    });
    const made = createSystem({
      ...{ store, world, auth: options.auth ?? 'sigv4', trackObjects: options.trackObjects ?? true },
      bytes: openBytes({ objects: folder.objects, temporary: folder.temporary }),
      account: options.account ?? DEFAULT_ACCOUNT,
      endpointUrl: () => url,
      jobs: {
        logsFolder: folder.logs,
        runner,
        ...(options.jobLimits && { limits: options.jobLimits }),
      },
      server: { version: packageVersion(), dataFolder: folder.root, loopLag: () => takeLag(lag) },
    });
    system = made;
    const credentials = await made.identity.firstAdministrator();
    await handOver(folder, credentials);
    http = await listen({ handle: made.chain.handle, host, port, log: world.log, version: packageVersion() });
    url = `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
    await writeOwn(folder.server, { url, pid: process.pid });
    await made.start();
    runner.start().catch((error: Error) => world.log('warn', 'runner.not-warm', { message: error.message }));
    world.log('info', 'server.started', { url, folder: folder.root, pid: process.pid });
    const listening = http;
    return {
      ...{ url, port: http.port, folder, credentials, system },
      async close() {
        await listening.close();
        await made.stop();
        runner.close();
        await store.close();
        lag.disable();
        rmSync(folder.server, { force: true });
        world.log('info', 'server.stopped');
      },
    };
  } catch (error) {
    await http?.close();
    await system?.stop();
    await store.close();
    throw error;
  }
}

/** The keys, for `telar env` and other programs of the folder's owner: before the first request can be answered. */
async function handOver(folder: DataFolder, credentials: Keys | undefined): Promise<void> {
  if (credentials) await writeOwn(folder.credentials, { ...credentials, region: DEFAULT_REGION });
  else rmSync(folder.credentials, { force: true });
}

/** Writes a file that only its owner may read; a reader sees the whole of it or none. */
async function writeOwn(path: string, content: object): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(content), { mode: 0o600 });
  await rename(temporary, path);
}

/** The highest delay since it was last asked, in milliseconds. */
function takeLag(lag: ReturnType<typeof monitorEventLoopDelay>): number {
  const highest = lag.max / 1e6;
  lag.reset();
  return Math.round(highest * 10) / 10;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
