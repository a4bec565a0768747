/**
 * Runs jobs as supervised, sandboxed processes of this machine. The jobs service stages a job's inputs into its folder,
 * launches it here, waits for its end, and stores its outputs.
 *
 * R1. A job id is launched at most once, however often and from however many servers it is asked for (supervisor.sh, S1).
 * R2. A job outlives the server; a later runner on the same folder attaches to it by its id alone.
 * R3. When `exit` or `stop` has resolved, no process of the job runs any more.
 */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { World } from '../base/world.ts';
import { type Bounding, type Confinement, confinementLines } from './confinement.ts';
import { withoutContainer } from './container/docker.ts';
import { writeContainerScripts } from './container/scripts.ts';
import { jobEnvironment } from './environment.ts';
import { runnerError } from './errors.ts';
import { FILES, type JobFolder, jobFolder, SERVE_SOCKET, serveSocket, writeWhole } from './folder.ts';
import type { ReadyImage } from './images/image.ts';
import { createImages } from './images/images.ts';
import { type Layer, listLayers, removeLayer } from './images/layers.ts';
import type { ContainerImages } from './images/oci/containers.ts';
import { type Isolation, isolation as machineIsolation } from './isolation.ts';
import { type Gateway, HOSTS_FILE, hostsFile, type JobHost } from './network.ts';
import { createPackages, preparePackages } from './packages.ts';
import { proxied, TRUST_MOUNT, type Trust, trustedAt } from './proxied.ts';
import { removeFolder } from './removal.ts';
import { ENTER_PROCESS_GROUP, enterNamespaces, INSIDE, type SandboxPlan, sandboxScript } from './sandbox.ts';
import { commandScript } from './shell.ts';
import { isClaimed, type JobExit, startSupervisor, stopJob, waitForExit } from './supervision.ts';
import type { WaitingGroups } from './waitingGroups.ts';
import type { ColdParts, Start } from './warm/job.ts';
import type { ReadyFolders } from './warm/readyFolders.ts';
import { createWarm } from './warm/warm.ts';

export type { JobFolder } from './folder.ts';
export type { Layer } from './images/layers.ts';
export type { JobExit } from './supervision.ts';

export type LaunchSpec = {
  /** Letters, digits, hyphens; unique; names the folder. */
  jobId: string;
  /** The image's URI as clients name it. */
  image: string;
  /** Replaces the image's own, as in Docker. */
  entrypoint: readonly string[] | undefined;
  /** Follow the entrypoint. A training job without an entrypoint of its own has the one argument `train`. */
  arguments: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** No network at all, not even the loopback. */
  networkIsolation: boolean;
  /** What Docker is told to hold the job to; others are held by their confinement. */
  bounds?: { memoryBytes: number; cpus: number };
  /** Telar's server alone, in place of the machine's network: `RunnerOptions.gateway` is the way to it. */
  telarOnly?: boolean;
  /** What the job's first process enters and takes on before it becomes the job. */
  confinement?: Confinement;
  /** The same, as far as it is not known yet: it comes first. */
  bounding?: Bounding;
  /** One of several hosts of a job: its name, and how it finds the others. */
  host?: JobHost;
  /** Variables that name a proxy, for a job that has a network: with them come the certificates of `RunnerOptions.trust`. */
  proxy?: Readonly<Record<string, string>>;
  /** A folder that the job sees read-only at /var/task: a function's code. */
  task?: string;
  /** It answers HTTP: TELAR_BIND_SOCKET tells it where, and it is called at the `serveSocket` of its folder. */
  serves?: boolean;
};

export type Runner = {
  /** Where a job's files are; nothing is created. @throws InvalidJobId */
  folder(jobId: string): JobFolder;
  /** undefined when this image can be run here, else a sentence: what is wrong with it, and what to do. */
  refusal(image: string): string | undefined;
  /** Whether `prepare` would find the image's environment there. */
  prepared(image: string): boolean;
  /**
   * Makes the image's environment where it is missing: once, however many ask at a time, and safely against a crash half
   * way. The progress lines are for people.
   *
   * @throws UnknownImage, PythonMissing, VenvMissing, RegistryUnreachable, PackageMissing, DiskFull, EnvironmentBroken
   */
  prepare(image: string, progress: (line: string) => void): Promise<void>;
  /**
   * Starts a job of a prepared image, or attaches to it when its id was launched before. Resolves when it is running.
   *
   * @throws IsolationUnavailable, LaunchFailed, and what `prepare` throws
   */
  launch(spec: LaunchSpec): Promise<void>;
  /** Whether the job was ever launched, by this server or an earlier one. */
  launched(jobId: string): boolean;
  /** Resolves when the job has ended, at once when it ended before. @throws NeverLaunched */
  exit(jobId: string): Promise<JobExit>;
  /** SIGTERM to every process of the job, SIGKILL after the grace; resolves when all are gone. @throws NeverLaunched */
  stop(jobId: string, graceMilliseconds: number): Promise<void>;
  /** Kills the job if it still runs, and deletes its folder. A job that does not exist is removed already. */
  remove(jobId: string): Promise<void>;
  /** Warms the images that an earlier server used, beside whatever else is going on. */
  start(): Promise<void>;
  /** Ends what waits for jobs, and what builds an image. Jobs go on. */
  close(): void;
  /** What jobs' requirements.txt files have left on this machine, for whoever clears up. */
  layers: {
    /** The least recently used first. */
    list(): Promise<Layer[]>;
    /** false when a job that this runner waits for uses it. */
    remove(layer: Pick<Layer, 'environment' | 'key'>): Promise<boolean>;
  };
};

export type RunnerOptions = {
  world: World;
  /** One folder a job. The server's alone: jobs see their own part only. */
  jobsFolder: string;
  /** The images' environments. */
  imagesFolder: string;
  /** Files and folders that no job may see: keys, the database, ~/.aws. */
  hide: readonly string[];
  /** How jobs are isolated; asked of the machine when left out. */
  isolation?: Isolation;
  /** The user's own images; without them only Telar's are run. */
  containers?: ContainerImages;
  /** How jobs without a network reach the server. */
  gateway?: Gateway;
  /** The certificates that jobs with a proxy trust, once they are there. */
  trust?: () => Trust | undefined;
  /** Whether jobs may start warm. @default true */
  warm?: boolean;
  /** The limits that jobs mostly have: processes that wait for one take them on before it comes. @default none */
  usualLimits?: Confinement['rlimits'];
  /** Groups in which processes may wait for a job. */
  waitingGroups?: WaitingGroups;
};

/** @throws IsolationUnavailable when the job cannot be run honestly without a sandbox. */
function refuseDegraded(spec: LaunchSpec, reason: string): void {
  const words = [...(spec.entrypoint ?? []), ...spec.arguments];
  const word = words.find((text) => text.includes(INSIDE.ml));
  const name = Object.keys(spec.environment).find((key) => spec.environment[key]!.includes(INSIDE.ml));
  const why = word
    ? `its command names '${word}'`
    : name
      ? `its environment variable ${name} names '${spec.environment[name]}'`
      : spec.networkIsolation
        ? 'it asks for network isolation'
        : spec.telarOnly
          ? "it may reach Telar's server alone"
          : spec.task
            ? 'its code is seen at /var/task'
            : spec.host
              ? 'it runs on several hosts'
              : undefined;
  if (!why) return;
  throw runnerError('IsolationUnavailable', `Job ${spec.jobId} cannot run here: ${why}, and ${reason}`);
}

/** pip's settings in the user's home, which a job's requirements.txt needs as much as a build of its image does. */
function carryPipSettings(home: string): void {
  const user = homedir();
  const configuration = process.env['XDG_CONFIG_HOME'] ?? join(user, '.config');
  const places = [join(configuration, 'pip/pip.conf'), join(user, '.pip/pip.conf')];
  const found = places.find((place) => existsSync(place));
  if (!found) return;
  mkdirSync(join(home, '.config/pip'), { recursive: true, mode: 0o755 });
  copyFileSync(found, join(home, '.config/pip/pip.conf'));
}

function prepareFolder(folder: JobFolder): void {
  for (const path of [folder.root, folder.ml]) mkdirSync(path, { recursive: true, mode: 0o755 });
  const home = join(folder.root, FILES.tmp, basename(INSIDE.home));
  mkdirSync(home, { recursive: true, mode: 0o755 });
  carryPipSettings(home);
  mkdirSync(join(folder.root, FILES.stage), { recursive: true, mode: 0o755 });
  writeFileSync(folder.log, '', { flag: 'a', mode: 0o644 });
}

/** The command that a container runtime would run. @throws LaunchFailed when there is none. */
function commandOf(spec: LaunchSpec, image: ReadyImage): string[] {
  const command = [...(spec.entrypoint ?? image.entrypoint), ...spec.arguments];
  if (command.length > 0 && command[0] !== '') return command;
  throw runnerError(
    'LaunchFailed',
    `Job ${spec.jobId} has nothing to run: image ${spec.image} has no entrypoint of its own. Give the job an entrypoint or arguments.`,
  );
}

type JobPackages = ReturnType<typeof preparePackages>;

const TRUST_INSIDE = `${INSIDE.telar}/${TRUST_MOUNT}`;

const NO_PACKAGES: JobPackages = { path: [], environment: {} };

function environmentOf(
  folder: JobFolder,
  image: ReadyImage,
  inside: boolean,
  own: LaunchSpec['environment'],
  packages: JobPackages = NO_PACKAGES,
): Record<string, string> {
  const tmp = inside ? INSIDE.tmp : join(folder.root, FILES.tmp);
  const given = { ...image.environment, ...packages.environment };
  return jobEnvironment({
    server: process.env,
    path: [
      ...packages.path,
      ...image.path.map((entry) => (inside ? `${INSIDE.telar}/${entry.inside}` : entry.outside)),
    ],
    home: inside ? INSIDE.home : join(tmp, basename(INSIDE.home)),
    tmp,
    // The name by which SageMaker's own toolkit learns of another base folder.
    image: inside ? given : { ...given, SAGEMAKER_BASE_DIR: folder.ml },
    own,
  });
}

/** What a job's process starts with, however it is started. Its folder is prepared. */
function startOf(
  folder: JobFolder,
  spec: LaunchSpec & { asksForLayers: boolean },
  image: ReadyImage,
  how: Isolation,
  { ready, trust }: { ready: ReadyFolders | undefined; trust: Trust | undefined },
): Start {
  const inside = how.kind === 'namespaces';
  const wishes = spec.asksForLayers ? { image: spec.image, networkIsolation: spec.networkIsolation } : undefined;
  const packages = preparePackages(folder, image, wishes, inside, ready);
  const own = {
    ...proxied(spec, trust, inside ? TRUST_INSIDE : (trust?.folder ?? ''), spec.environment),
    ...spec.environment,
    ...(spec.serves && { TELAR_BIND_SOCKET: inside ? `${INSIDE.tmp}/${SERVE_SOCKET}` : serveSocket(folder) }),
  };
  const notices = image.notice ? [image.notice] : [];
  if (how.kind === 'none') notices.unshift(`Isolation is off for this job: ${how.reason}`);
  const environment = environmentOf(folder, image, inside, own, packages);
  return { command: commandOf(spec, image), environment, notices };
}

/** Writes all that the supervisor needs; the same for the same spec, so that two servers may do it at once. */
function writeScripts(
  folder: JobFolder,
  confinement: Confinement | undefined,
  { command, environment, notices }: Start,
  plan: SandboxPlan | undefined,
) {
  const confine = confinementLines(confinement);
  writeWhole(join(folder.root, FILES.command), commandScript(command, environment, notices));
  if (plan) {
    if (plan.network?.host) writeWhole(join(folder.root, HOSTS_FILE), hostsFile(plan.network.host), 0o644);
    writeWhole(join(folder.root, FILES.sandbox), sandboxScript(plan));
    writeWhole(join(folder.root, FILES.enter), confine + enterNamespaces(plan));
  } else {
    writeWhole(join(folder.root, FILES.enter), confine + ENTER_PROCESS_GROUP);
  }
}

/** Of a job that starts cold. */
const confinementOf = ({ bounding, confinement }: LaunchSpec) => (bounding ? bounding.own() : confinement);

const coldParts = (trust: () => Trust | undefined): ColdParts => ({
  prepareFolder,
  environmentOf(folder, image, networkIsolation) {
    const trusted = networkIsolation ? undefined : trust();
    return environmentOf(folder, image, true, trusted ? trustedAt(trusted, TRUST_INSIDE) : {});
  },
  writeScripts,
});

export function createRunner(options: RunnerOptions): Runner {
  const { world, jobsFolder, imagesFolder } = options;
  const hide = [jobsFolder, imagesFolder, ...options.hide];
  const { trust = () => undefined } = options;
  const images = createImages({ clock: world.clock, imagesFolder, containers: options.containers });
  const trusting = (image: ReadyImage): ReadyImage => {
    const trusted = trust();
    return trusted ? { ...image, mounts: { ...image.mounts, [TRUST_MOUNT]: trusted.folder } } : image;
  };
  const ready = async (uri: string) => trusting(await images.ready(uri));
  const present = (uri: string) => {
    const image = images.present(uri);
    return image && trusting(image);
  };
  const warm =
    options.warm === false
      ? undefined
      : createWarm({
          ...{ world, jobsFolder, hide, cold: coldParts(trust), usual: options.usualLimits },
          groups: options.waitingGroups,
        });
  const howIsolated = async () => options.isolation ?? (await machineIsolation());
  const expectJobs = (uri: string, image: ReadyImage) => {
    howIsolated()
      .then((how) => warm?.expect(uri, image, how))
      .catch((error: Error) => world.log('warn', 'runner.not-warm', { image: uri, message: error.message }));
  };
  const exits = new Map<string, Promise<JobExit>>();

  const folder = (jobId: string) => jobFolder(jobsFolder, jobId);
  const claimed = (jobId: string): string => {
    const { root } = folder(jobId);
    if (isClaimed(root)) return root;
    throw runnerError('NeverLaunched', `Job ${jobId} was never launched here: there is none in ${root}.`);
  };
  /** Whether the job runs already; if not, all is written that a cold start needs. */
  const startWarm = async (
    place: JobFolder,
    spec: LaunchSpec,
    image: ReadyImage,
    how: Isolation,
    asksForLayers: boolean,
  ): Promise<boolean> => {
    const given = { ready: warm?.folders, trust: trust() };
    let start = startOf(place, { ...spec, asksForLayers }, image, how, given);
    const { mounts, needs } = image;
    const { networkIsolation } = spec;
    const gateway = spec.telarOnly && !networkIsolation ? options.gateway : undefined;
    const network = { gateway, host: spec.host };
    const plan: SandboxPlan | undefined =
      how.kind === 'none'
        ? undefined
        : { as: how.as, folder: place, networkIsolation, network, mounts, needs, hide, task: spec.task };
    if (plan && warm) {
      const launched = await warm.launch({ ...start, spec, image, plan });
      if (launched.warm) return true;
      if (launched.cold) start = { ...start, notices: [...start.notices, `this job starts cold: ${launched.cold}.`] };
    }
    prepareFolder(place);
    writeScripts(place, confinementOf(spec), start, plan);
    return false;
  };
  const launchJob = async (spec: LaunchSpec, asksForLayers: boolean): Promise<void> => {
    const place = folder(spec.jobId);
    if (isClaimed(place.root)) return;
    const how = await howIsolated();
    const image = await ready(spec.image);
    if (how.kind === 'none' && !image.container) refuseDegraded(spec, how.reason);
    // A Node.js that waits has a folder of its own, into which what was staged moves: the rest is made for a cold start only.
    if (image.warm?.kind === 'node') mkdirSync(place.ml, { recursive: true, mode: 0o755 });
    else prepareFolder(place);
    if (image.container) {
      const served = spec.serves && { TELAR_BIND_SOCKET: `${INSIDE.tmp}/${SERVE_SOCKET}` };
      const job = { ...spec, environment: { ...spec.environment, ...served }, confinement: confinementOf(spec) };
      writeContainerScripts(place, { ...job, trust: trust() }, image.container, how);
      options.containers!.hold(image, place.root);
    } else if (await startWarm(place, spec, image, how, asksForLayers)) return;
    await startSupervisor(place.root, world.clock);
  };
  const exit = async (jobId: string): Promise<JobExit> => {
    const root = claimed(jobId);
    let waiting = exits.get(jobId);
    if (!waiting) {
      const leave = packages.attend(root);
      const ended = waitForExit(root, world.clock).then((exit) => withoutContainer(root, exit));
      waiting = ended.finally(async () => {
        await leave();
        exits.delete(jobId);
      });
      exits.set(jobId, waiting);
    }
    return waiting;
  };
  const stop = async (jobId: string, grace: number) => {
    const root = claimed(jobId);
    await withoutContainer(root, await stopJob(root, grace, world.clock));
  };
  const launched = (jobId: string) => isClaimed(folder(jobId).root);
  const remove = async (jobId: string): Promise<void> => {
    const { root } = folder(jobId);
    if (isClaimed(root)) await stop(jobId, 0);
    await removeFolder(root);
  };
  const packages = createPackages({
    clock: world.clock,
    image: ready,
    folder,
    launched,
    launch: (jobId, image, command) =>
      launchJob(
        { jobId, image, entrypoint: undefined, arguments: command, environment: {}, networkIsolation: false },
        false,
      ),
    exit,
    stop,
    remove,
  });
  return {
    folder,
    refusal: images.refusal,
    prepared(uri) {
      const image = present(uri);
      if (image) expectJobs(uri, image);
      return image !== undefined;
    },
    async prepare(uri, progress) {
      expectJobs(uri, trusting(await images.prepare(uri, progress)));
    },
    launch: (spec) => launchJob(spec, true),
    launched,
    exit,
    stop,
    remove,
    layers: {
      list: () => listLayers(imagesFolder),
      remove: async (layer) => {
        if (packages.inUse(layer.key)) return false;
        await removeLayer(imagesFolder, layer);
        return true;
      },
    },
    async start() {
      await warm?.start(present, howIsolated);
    },
    close() {
      images.close();
      warm?.close();
    },
  };
}
