/**
 * Warm starts: what starts a job in milliseconds where it can, and says why where it cannot. The job's files and the contract
 * of its supervisor are those of a cold start: everything after the claim goes by them.
 *
 * H1. A job is launched warm only if nothing but its speed depends on it; what this part does not know goes cold.
 * H2. Which images were used is remembered, so that the next server can warm them before they are asked for.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../../base/world.ts';
import type { Confinement } from '../confinement.ts';
import { FILES, writeWhole } from '../folder.ts';
import type { ReadyImage } from '../images/image.ts';
import { type Isolation, JOB_UID } from '../isolation.ts';
import { isAlive, ownIdentity } from '../processes.ts';
import { INSIDE, warmActs } from '../sandbox.ts';
import type { WaitingGroup, WaitingGroups } from '../waitingGroups.ts';
import type { ColdParts, Launched, WarmJob } from './job.ts';
import { createParents, type Parents } from './parents.ts';
import { createReadyFolders, type ReadyFolders } from './readyFolders.ts';
import { createSpares, SPARE_PREFIX, type Spares } from './spares.ts';
import { throughShell } from './throughShell.ts';

export type Warm = {
  /** Jobs of this image are to be expected. */
  expect(uri: string, image: ReadyImage, how: Isolation): void;
  launch(job: WarmJob): Promise<Launched>;
  /** What jobs of an image get of these. */
  folders: ReadyFolders;
  /** Clears away what an earlier server left, and warms what it used. */
  start(present: (uri: string) => ReadyImage | undefined, how: () => Promise<Isolation>): Promise<void>;
  close(): void;
};

const FOLDER = '.warm';
const USED = 'used.json';
/** Images that a next server warms: used within this many milliseconds, and at most so many. */
const REMEMBERED = { for: 7 * 86_400_000, most: 3 };
/** What a warm start can give a job. A job that asks for anything else starts cold. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['jobId', 'image', 'entrypoint', 'arguments', 'environment', 'networkIsolation', 'confinement'],
  'bounding',
  'proxy',
  'task',
  'bounds', // Docker's
]);
const NOT_WARM: ReadonlySet<string> = new Set(['telarOnly', 'host', 'serves']);
const PYTHON = new Set(['python', 'python3', 'train', 'glue']);
const PYTHON_FOLDERS = [`${INSIDE.telar}/python/bin/`, `${INSIDE.telar}/programs/bin/`];

/** Whether the command is the image's own Python, or a program of the image's in Python. @example isPython('/usr/bin/python3') // false */
export function isPython(program: string): boolean {
  const folder = PYTHON_FOLDERS.find((path) => program.startsWith(path));
  return PYTHON.has(folder ? program.slice(folder.length) : program);
}

/** Numbers the runners of this process. */
let made = 0;

export type WarmOptions = {
  world: World;
  jobsFolder: string;
  hide: readonly string[];
  cold: ColdParts;
  usual?: Confinement['rlimits'] | undefined;
  groups?: WaitingGroups | undefined;
};

export function createWarm({ world, jobsFolder, hide, cold, usual, groups }: WarmOptions): Warm {
  const { clock } = world;
  const { pid, start } = ownIdentity();
  const owner = `${pid}-${start}-${++made}`;
  const folder = join(jobsFolder, FOLDER);
  const parents = new Map<string, Parents>();
  let closed = false;
  const folders = createReadyFolders({ clock, folder: join(folder, owner, 'folders') });
  const spares: Spares = createSpares({
    clock,
    jobsFolder,
    hide,
    owner,
    cold,
    ...(usual && { usual }),
    groups,
    failed: (error) => complain('node', error),
  });

  function parentsOf(as: 'root' | 'user'): Parents {
    let found = parents.get(as);
    if (!found) {
      found = createParents({ clock, as, folder: join(folder, owner, as), groups });
      parents.set(as, found);
    }
    return found;
  }

  /** @returns why not, where it was not */
  async function launchPython(job: WarmJob): Promise<string | undefined> {
    const { folder, as } = job.plan;
    const launch = join(folder.root, FILES.launch);
    const { bounding, confinement } = job.spec;
    const prepare = (waiting: WaitingGroup | undefined) => {
      const bounds = bounding && (waiting ? bounding.take(waiting) : bounding.own());
      writeWhole(launch, JSON.stringify(launchDocument(job, bounds ?? confinement)));
    };
    let over = '';
    // A parent that has just been killed is known to be over only once it was asked.
    for (const _attempt of [1, 2]) {
      const parent = parentsOf(as).get(job.image);
      if (await parent.launch(folder.root, prepare)) return undefined;
      over = parent.over()!;
    }
    rmSync(launch, { force: true });
    return over;
  }

  function complain(image: string, { message }: Error): void {
    world.log('warn', 'runner.not-warm', { image, message });
  }

  function warmUp(uri: string, image: ReadyImage, as: 'root' | 'user'): void {
    try {
      parentsOf(as)
        .get(image)
        .ready.catch((error: Error) => complain(uri, error));
    } catch {
      // It was said when it failed.
    }
  }

  function remember(uri: string): void {
    const used = readUsed(folder);
    const last = used[uri];
    used[uri] = clock.now();
    // Once a day is often enough.
    if (last === undefined || clock.now() - last > 86_400_000) writeWhole(join(folder, USED), JSON.stringify(used));
  }

  function expect(uri: string, image: ReadyImage, how: Isolation): void {
    if (how.kind === 'none' || closed || !image.warm) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (image.warm.kind === 'node') spares.expect(image, how.as);
    else warmUp(uri, image, how.as);
    remember(uri);
  }

  return {
    expect,
    folders,
    async launch(whole) {
      if (closed) return { warm: false, cold: undefined };
      const prepared = throughShell(whole.command);
      // A shell tells what it starts where that is.
      const environment = prepared ? { PWD: INSIDE.ml, ...whole.environment } : whole.environment;
      const job: WarmJob = { ...whole, ...prepared, environment };
      const { spec, image, command } = job;
      const strange = Object.entries(spec).find(
        ([key, value]) => value !== undefined && value !== false && !KNOWN.has(key),
      );
      // Whoever asks for these cannot have both.
      if (strange) return { warm: false, cold: NOT_WARM.has(strange[0]) ? undefined : `it asks for '${strange[0]}'` };
      if (!image.warm) return { warm: false, cold: undefined };
      if (image.warm.kind === 'node') return spares.launch(job);
      if (!isPython(command[0]!)) return { warm: false, cold: undefined };
      const reason = await launchPython(job).catch((error: Error) => error.message);
      return reason === undefined ? { warm: true } : { warm: false, cold: `there is no warm Python (${reason})` };
    },
    async start(present, how) {
      clearLeftBehind(jobsFolder, folder);
      const used = Object.entries(readUsed(folder)).filter(([, at]) => clock.now() - at < REMEMBERED.for);
      const newest = used.sort(([, a], [, b]) => b - a).slice(0, REMEMBERED.most);
      const images = newest.flatMap(([uri]) => {
        const image = present(uri);
        return image ? [{ uri, image }] : [];
      });
      if (images.length === 0) return;
      const granted = await how();
      if (!closed) for (const { uri, image } of images) expect(uri, image, granted);
    },
    close() {
      closed = true;
      for (const each of parents.values()) each.close();
      spares.close();
      folders.close();
      clear(join(folder, owner));
    },
  };
}

/** What telar_warm/sandbox.py reads. */
function launchDocument(
  { spec, plan, before = [], command, environment, notices }: WarmJob,
  confinement: Confinement | undefined,
): object {
  const { as, folder } = plan;
  const [uid, gid] = as === 'root' ? [JOB_UID, JOB_UID] : [process.getuid!(), process.getgid!()];
  const give = as === 'root' ? [FILES.ml, FILES.tmp, FILES.log].map((name) => join(folder.root, name)) : [];
  const { networkIsolation } = spec;
  return {
    ...{
      before,
      command,
      environment,
      notices,
      as,
      uid,
      gid,
      give,
      networkIsolation,
      confinement: confinement ?? null,
    },
    ...{ acts: warmActs(plan), cwd: INSIDE.ml },
  };
}

function clear(path: string): void {
  rm(path, { recursive: true, force: true }).catch(() => {}); // the next server tries again
}

/** What servers that are no more had made: the folders' names begin with who they were. */
function clearLeftBehind(jobsFolder: string, folder: string): void {
  const { boot } = ownIdentity();
  const isLeft = (name: string) => {
    const [pid, start] = name.split('-');
    return /^\d+$/.test(pid!) && !isAlive({ pid: Number(pid), start: start!, boot });
  };
  const names = (path: string) => (existsSync(path) ? readdirSync(path) : []);
  const spares = names(jobsFolder).filter((name) => name.startsWith(SPARE_PREFIX));
  for (const name of spares) if (isLeft(name.slice(SPARE_PREFIX.length))) clear(join(jobsFolder, name));
  for (const name of names(folder)) if (isLeft(name)) clear(join(folder, name));
}

function readUsed(folder: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(join(folder, USED), 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}
