/**
 * A running server on a data folder: the store, the system and the socket, started in order and stopped in reverse.
 *
 * The first start makes the account's first administrator, whose keys go to credentials.json, readable by the owner only.
 */
import { readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { systemWorld, type World } from '../base/world.ts';
import type { MissedPolicy } from '../definition/schedules/missed.ts';
import { createFunctionWorkers } from '../runner/functions/workers.ts';
import { isOwnImage } from '../runner/images/images.ts';
import { type ContainerImages, createContainerImages } from '../runner/images/oci/containers.ts';
import { jobPlaces, type LimitedRunner, limitRunner, USUAL_LIMITS } from '../runner/limited.ts';
import { createRunner } from '../runner/runner.ts';
import { createWaitingGroups } from '../runner/waitingGroups.ts';
import { openBytes } from '../store/bytes.ts';
import { createDataFolder, type DataFolder, dataFolder } from '../store/folder.ts';
import { openStore } from '../store/store.ts';
import { createConsole } from './console/index.ts';
import { crossOrigin } from './crossOrigin.ts';
import { type HttpServer, listen, listenOnSocket } from './http.ts';
import { createMessageSigner, type MailServer, type NotificationMeans } from './notifications/index.ts';
import { createJobProxy, type JobProxy } from './proxy/jobs.ts';
import { createProxy } from './proxy/proxy.ts';
import { administrator, allMigrations, createSystem, type JobsMeans, type System } from './system.ts';

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
  /** Who runs container images: `auto` is Telar's own sandbox, and Docker where there is none. @default 'auto' */
  containers?: 'auto' | 'docker';
  /** Credentials for registries, in the form of Docker's config.json. @default the data folder's registries.json */
  registriesFile?: string;
  /** Whether cache hits check object versions, or URIs alone as AWS does. @default true */
  trackObjects?: boolean;
  /** What of this machine jobs get, what they reach, and how long a stopped one may take to end. */
  jobLimits?: NonNullable<JobsMeans['limits']>;
  /** Bytes that are kept of one job's log; of a longer one, its beginning and its end. @default 1 GB */
  jobLogLimit?: number;
  /** The mail server that notifications are handed to. @default mails go to the outbox alone */
  mailServer?: MailServer;
  /** Where links in notifications lead: to this server's address, or to SNS's own names, which its proxy answers for. @default 'local' */
  notificationLinks?: NonNullable<NotificationMeans['links']>;
  /** What becomes of schedules that were missed, where their group does not say. @default run-once */
  missedSchedules?: MissedPolicy | undefined;
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
  let closeGateway: (() => Promise<void>) | undefined;
  let runner: LimitedRunner | undefined;
  let url = '';
  try {
    createDataFolder(folder);
    const containers = createContainerImages({
      ...{ clock: world.clock, log: world.log, imagesFolder: options.imagesFolder ?? folder.images, own: isOwnImage },
      registriesFile: registriesFile(options, folder),
      engine: options.containers ?? 'auto',
    });
    const jobProxy = createJobProxy({
      ...{ folder: folder.proxy, url: () => url, environment: process.env, log: world.log },
      offline: options.jobLimits?.telarOnly === true,
    });
    runner = jobRunner(options, world, folder, containers, { port: () => http!.port, trust: jobProxy.trust });
    const signer = createMessageSigner(folder.notifications, world);
    const made = createSystem({
      ...{ store, world, auth: options.auth ?? 'sigv4', trackObjects: options.trackObjects ?? true },
      bytes: openBytes({ objects: folder.objects, temporary: folder.temporary }),
      account: options.account ?? DEFAULT_ACCOUNT,
      endpointUrl: () => url,
      jobProxy,
      images: containers,
      functions: createFunctionWorkers({ runner, world, codeFolder: folder.functions }),
      jobLogLimit: options.jobLogLimit,
      missedSchedules: options.missedSchedules,
      notifications: { signer, mailServer: options.mailServer, links: options.notificationLinks ?? 'local' },
      jobs: {
        keptLogs: folder.logs,
        runner,
        ...(options.jobLimits && { limits: options.jobLimits }),
      },
      server: {
        ...{ version: packageVersion(), dataFolder: folder.root },
        ...{ loopLag: () => takeLag(lag), storage: () => storageOf(folder) },
      },
    });
    system = made;
    const credentials = await made.identity.firstAdministrator();
    await handOver(folder, credentials);
    const answering = { ...answers(made, options, world), certificateAt: signer.certificateAt };
    const { credential } = made.identity;
    const proxy = createProxy({ folder: folder.proxy, credential, world, renewed: jobProxy.refresh });
    const gateway = { ...answering, proxy };
    http = await listen({ ...gateway, host, port });
    url = `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
    if (options.jobLimits?.telarOnly) closeGateway = await listenOnSocket(gateway, gatewayFolder(folder));
    jobProxy.refresh();
    await writeOwn(folder.server, { url, pid: process.pid });
    await made.start();
    runner.start().catch((error: Error) => world.log('warn', 'runner.not-warm', { message: error.message }));
    world.log('info', 'server.started', { url, folder: folder.root, pid: process.pid });
    const [listening, bounded] = [http, runner];
    return {
      ...{ url, port: http.port, folder, credentials, system },
      async close() {
        await Promise.all([listening.close(), closeGateway?.()]);
        await made.stop();
        // Processes that were killed leave their groups within moments.
        for (let tries = 0; !bounded.close() && tries < 40; tries += 1) await setTimeout(25);
        await store.close();
        lag.disable();
        rmSync(folder.server, { force: true });
        world.log('info', 'server.stopped');
      },
    };
  } catch (error) {
    await Promise.all([http?.close(), closeGateway?.()]);
    await system?.stop();
    runner?.close();
    await store.close();
    throw error;
  }
}

/** Where the build of the console lies, beside the sources and in the published package. */
const CONSOLE_FOLDER = join(import.meta.dirname, '..', '..', 'console', 'dist');

/** All that is answered by this server itself. */
function answers(system: System, { account = DEFAULT_ACCOUNT, auth }: ServerOptions, world: World) {
  const { chain, identity, services, sessions, dispatch } = system;
  const version = packageVersion();
  const console = createConsole({
    ...{ world, account, version, folder: CONSOLE_FOLDER, sessions, dispatch },
    ...{ credential: identity.credential, keyUsed: identity.noteKeyUse },
    apis: [...new Set(services.map(({ api }) => api))],
    unauthenticated: auth === 'off' ? administrator(account) : undefined,
  });
  return { ...crossOrigin(chain.handle, system.crossOrigin), console, log: world.log, version };
}

const gatewayFolder = (folder: DataFolder) => join(folder.root, 'gateway');

function jobRunner(
  options: ServerOptions,
  world: World,
  folder: DataFolder,
  containers: ContainerImages,
  { port, trust }: { port(): number; trust: JobProxy['trust'] },
): LimitedRunner {
  const places = jobPlaces(folder.jobs);
  const waitingGroups = createWaitingGroups(places, world.clock);
  const runner = createRunner({
    world,
    jobsFolder: folder.jobs,
    imagesFolder: options.imagesFolder ?? folder.images,
    // A job's own folder and its image's stay visible to it.
    hide: [folder.root, join(homedir(), '.aws'), registriesFile(options, folder)],
    containers,
    trust,
    usualLimits: USUAL_LIMITS,
    waitingGroups,
    ...(options.jobLimits?.telarOnly && { gateway: { socketFolder: gatewayFolder(folder), port } }),
  });
  const limited = limitRunner({ runner, world, places, waitingGroups, jobsFolder: folder.jobs });
  if (limited.missing) world.log('warn', 'jobs.not-bounded', { message: limited.missing });
  return limited;
}

const registriesFile = (options: ServerOptions, folder: DataFolder) =>
  options.registriesFile ?? join(folder.root, 'registries.json');

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

/** What the database takes, and what the disk has, in bytes. */
function storageOf(folder: DataFolder) {
  const { bavail, blocks, bsize } = statfsSync(folder.root);
  const sizes = ['', '-wal'].map((end) => statSync(`${folder.database}${end}`, { throwIfNoEntry: false })?.size ?? 0);
  return { database: sizes.reduce((sum, size) => sum + size, 0), free: bavail * bsize, total: blocks * bsize };
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
