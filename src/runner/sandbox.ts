/**
 * What a job sees of the machine, as a script that the first process of its namespaces runs.
 *
 * B1. The job's `ml` folder is /opt/ml, its `tmp` folder /tmp; the image lies read-only below /opt/telar. What the machine
 *     has in /opt stays where it is.
 * B2. Hidden folders are covered by an empty one before the job starts, and the job cannot uncover them: it has no
 *     capabilities in the namespace that owns the mounts.
 * B3. What the image needs at its own path (a Python's standard library) is seen there even below a covered folder, or
 *     below one that the job's user may not enter.
 * B4. Nothing of the job outlives it: when the namespace's first process ends, the kernel kills all others. What it wrote to
 *     /dev/shm, or left to System V's and POSIX's IPC, goes with its namespaces; /var/tmp, and wherever else everybody may
 *     write, is its /tmp. All jobs of a server that is root are one user: what they shared of this, one could read of another.
 */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { groupMounts } from './cgroupPlaces.ts';
import { FILES, type JobFolder } from './folder.ts';
import { dropCommand, JOB_UID, unshareCommand } from './isolation.ts';
import { type NetworkPlan, networkBinds, networkLines } from './network.ts';
import { quote } from './shell.ts';

export const INSIDE = {
  ...{ ml: '/opt/ml', telar: '/opt/telar', tmp: '/tmp', home: '/tmp/home' },
  /** Of a function: its code, and where Node.js finds packages that are not in it. */
  ...{ task: '/var/task', packages: '/var/node_modules' },
} as const;

export type SandboxPlan = {
  as: 'root' | 'user';
  folder: JobFolder;
  networkIsolation: boolean;
  network?: NetworkPlan;
  /** Name below /opt/telar → file or folder of the machine, bound there read-only. */
  mounts: Readonly<Record<string, string>>;
  /** Paths that must stay visible where they are. */
  needs: readonly string[];
  /** Files and folders that the job must not see. Those that do not exist are passed over. */
  hide: readonly string[];
  /** A folder to be seen read-only at /var/task: a function's code. */
  task?: string | undefined;
};

/** In memory, of any size: a job is held to its memory by its group. */
const SHARED_MEMORY = '/dev/shm';
/** Where everybody may write, beside /tmp: what jobs put there is in their own. */
const OPEN_FOLDERS = ['/var/tmp', '/run/lock', '/var/crash', '/dev/mqueue'].filter((path) => existsSync(path));

const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** Real paths, each once; none that lies below another; none that does not exist. */
function outermost(paths: readonly string[]): string[] {
  const real = paths.flatMap((path) => {
    try {
      return [realpathSync.native(path)];
    } catch {
      return [];
    }
  });
  return [...new Set(real)].filter((path) => !real.some((other) => other !== path && isBelow(path, other)));
}

/** The outermost folder above `path` that another user may not enter (/root, say). */
function barrier(path: string): string | undefined {
  let found: string | undefined;
  for (let folder = path; folder !== '/'; folder = dirname(folder)) {
    const entry = statSync(folder);
    if (entry.isDirectory() && (entry.mode & 0o001) === 0) found = folder;
  }
  return found;
}

/** Folders to cover, and which of the needed paths must then be put back. */
export function covering(plan: Pick<SandboxPlan, 'as' | 'hide' | 'needs'>): { covers: string[]; restore: string[] } {
  const needs = outermost(plan.needs);
  const barriers = plan.as === 'root' ? needs.flatMap((path) => barrier(path) ?? []) : [];
  const covers = outermost([...plan.hide, ...barriers]);
  const replaced = [...covers, INSIDE.tmp, SHARED_MEMORY, ...OPEN_FOLDERS];
  return { covers, restore: needs.filter((path) => replaced.some((cover) => isBelow(path, cover))) };
}

/** Each line of the script costs a process: folders are made together, and bound read-only in one step where that works. */
const WORDS = `exec 2>&1
must() {
  "$@" || { echo "telar: the sandbox of this job could not be made: '$*' failed."; exit 125; }
}
bind_read_only() { # FROM TO; a source mounted noatime must stay so
  mount -n -o bind,ro,nosuid,nodev "$1" "$2" 2>/dev/null || mount -n -o remount,bind,ro,nosuid,nodev,noatime "$2"
}`;

export const SANDBOX_HEAD = `${WORDS}
# The sandbox's first process, as the machine numbers it: /proc is still the machine's.
read -r boot </proc/sys/kernel/random/boot_id
read -r stat </proc/self/stat
outside=\${stat%% *}
set -- \${stat##*) }
shift 19
started=$1`;

/** Only now, so that stopping the job never signals the making of its sandbox. The job's folder is covered, but still open. */
const TARGET = `printf '%s\\n%s\\n%s\\n' "$outside" "$started" "$boot" >target.partial
mv target.partial target`;

/** A file or folder to be seen at another place. */
type Bind = { from: string; to: string; folder: boolean; readOnly: boolean };

const isFolder = (path: string) => statSync(path).isDirectory();

/** The job's parts of a fresh /opt that is put together at `stage`. */
function jobBinds({ folder: { ml, root }, network }: SandboxPlan, stage: string): Bind[] {
  const telar = `${stage}/telar`;
  return [
    { from: ml, to: `${stage}/ml`, folder: true, readOnly: false },
    { from: join(root, FILES.tmp), to: `${telar}/.tmp`, folder: true, readOnly: false },
    { from: join(root, FILES.command), to: `${telar}/${FILES.command}`, folder: false, readOnly: true },
    ...networkBinds(network ?? {}, root, telar),
  ];
}

/** The other parts: the image's, and what the machine has there. */
function machineBinds(
  mounts: SandboxPlan['mounts'],
  stage: string,
  restore: readonly string[],
): { binds: Bind[]; links: string[] } {
  const telar = `${stage}/telar`;
  const binds: Bind[] = [];
  for (const [name, from] of Object.entries(mounts)) {
    binds.push({ from, to: `${telar}/${name}`, folder: isFolder(from), readOnly: true });
  }
  restore.forEach((from, index) => {
    binds.push({ from, to: `${telar}/.needs/${index}`, folder: isFolder(from), readOnly: false });
  });
  const own = ownEntries('/opt', stage, ['ml', 'telar']);
  return { binds: [...binds, ...own.binds], links: own.links };
}

/** What the machine has in a folder that is put together anew at `stage`. */
function ownEntries(folder: string, stage: string, taken: readonly string[]): { binds: Bind[]; links: string[] } {
  const binds: Bind[] = [];
  const links: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (taken.includes(entry.name)) continue;
    const from = `${folder}/${entry.name}`;
    if (entry.isSymbolicLink()) links.push(from);
    else if (entry.isDirectory() || entry.isFile())
      binds.push({ from, to: `${stage}/${entry.name}`, folder: entry.isDirectory(), readOnly: false });
  }
  return { binds, links };
}

/** A fresh /var with room for a function's code; `code` is bound there at once where it is known. */
function varLines(stage: string, { task: code, mounts }: Pick<SandboxPlan, 'task' | 'mounts'>): string[] {
  const { binds, links } = ownEntries('/var', stage, [basename(INSIDE.task), basename(INSIDE.packages)]);
  const packages = mounts[basename(INSIDE.packages)];
  const at = (path: string) => `${stage}/${basename(path)}`;
  const given: Bind[] = [
    ...(code ? [{ from: code, to: at(INSIDE.task), folder: true, readOnly: true }] : []),
    ...(packages ? [{ from: packages, to: at(INSIDE.packages), folder: true, readOnly: true }] : []),
  ];
  return [
    `must mount -n -t tmpfs -o mode=755,size=4m tmpfs ${quote(stage)}`,
    `must mkdir ${quote(at(INSIDE.task))}`,
    ...bindLines([...given, ...binds]),
    ...(links.length > 0 ? [`must cp -P ${links.map(quote).join(' ')} ${quote(stage)}`] : []),
    `must mount -n --move ${quote(stage)} /var`,
    'must mount -n -o remount,bind,ro,nosuid,nodev /var',
  ];
}

/** Makes the places, then binds to them. */
function bindLines(binds: readonly Bind[]): string[] {
  const folders = binds.map((bind) => quote(bind.folder ? bind.to : dirname(bind.to)));
  const files = binds.filter((bind) => !bind.folder).map((bind) => quote(bind.to));
  return [
    ...(folders.length > 0 ? [`must mkdir -p ${[...new Set(folders)].join(' ')}`] : []),
    ...(files.length > 0 ? [`must touch ${files.join(' ')}`] : []),
    ...binds.map(({ from, to, readOnly }) =>
      readOnly
        ? `must bind_read_only ${quote(from)} ${quote(to)}`
        : `must mount -n --rbind ${quote(from)} ${quote(to)}`,
    ),
  ];
}

/** An empty folder, or an empty file, over what must not be seen. */
function coverLine(path: string, writable: boolean): string {
  if (!isFolder(path)) return `must mount -n --bind /dev/null ${quote(path)}`;
  return `must mount -n -t tmpfs -o ${writable ? '' : 'ro,'}mode=755,size=4m tmpfs ${quote(path)}`;
}

/**
 * The script for the namespace's first process. Its working folder is the job's.
 *
 * @returns shell text; ends with the job's own exit status, or 125 when the sandbox could not be made
 */
export function sandboxScript(plan: SandboxPlan): string {
  const { covers, restore } = covering(plan);
  const stage = join(plan.folder.root, FILES.stage);
  const { binds, links } = machineBinds(plan.mounts, stage, restore);
  const needed = restore.map((to, index): Bind => {
    return { from: `${INSIDE.telar}/.needs/${index}`, to, folder: isFolder(to), readOnly: false };
  });
  const filled = covers.filter((cover) => restore.some((path) => isBelow(path, cover)));
  const give = `find ml tmp output.log command.sh \\( -type d -o -links 1 \\) -exec chown -h ${JOB_UID}:${JOB_UID} {} +`;
  return [
    SANDBOX_HEAD,
    // A staged hard link keeps its owner: the object it shares with the store must not become the job's.
    ...(plan.as === 'root' ? [`must ${give}`] : []),
    `must mount -n -t tmpfs -o mode=755,size=4m tmpfs ${quote(stage)}`,
    ...bindLines([...jobBinds(plan, stage), ...binds]),
    ...(links.length > 0 ? [`must cp -P ${links.map(quote).join(' ')} ${quote(stage)}`] : []),
    `must mount -n --move ${quote(stage)} /opt`,
    ...(plan.task === undefined ? [] : varLines(stage, plan)),
    ...covers.map((path) => coverLine(path, filled.includes(path))),
    ...(existsSync(SHARED_MEMORY) ? [`must mount -n -t tmpfs -o nosuid,nodev,mode=1777 tmpfs ${SHARED_MEMORY}`] : []),
    ...OPEN_FOLDERS.map((path) => `must mount -n --bind ${INSIDE.telar}/.tmp ${path}`),
    `must mount -n --move ${INSIDE.telar}/.tmp ${INSIDE.tmp}`,
    ...bindLines(needed),
    ...needed.map(({ from }) => `umount -n -l ${from}`),
    ...filled.map((path) => `must mount -n -o remount,bind,ro,nosuid,nodev ${quote(path)}`),
    'must mount -n -o remount,bind,ro,nosuid,nodev /opt',
    // A container's own /proc may be masked, which forbids a fresh one: the job then sees the machine's process list.
    'mount -n -t proc proc /proc 2>/dev/null',
    // Jobs of a server that is not root own their control groups, as it does: what bounds them must not be theirs to change.
    ...(plan.as === 'user' ? groupMounts() : []).flatMap((path) => [
      `must mount -n --bind ${quote(path)} ${quote(path)}`,
      // What the machine forbids on a mount, a remount in a user namespace must forbid, too.
      `must mount -n -o remount,bind,ro,nosuid,nodev,noexec ${quote(path)}`,
    ]),
    ...networkLines(plan.network ?? {}, INSIDE.telar, dropCommand(plan.as)),
    TARGET,
    // A process of its own already: whoever asks it to end before it looks has left word, later on finds it.
    `([ ! -e ${FILES.stopping} ] || exit 143`,
    `must cd ${INSIDE.ml}`,
    `exec ${dropCommand(plan.as)} sh ${INSIDE.telar}/${FILES.command})`,
    'exit $?',
    '',
  ].join('\n');
}

/** What the supervisor runs: into the namespaces. Dies with the supervisor, and everything of the job with it. */
export function enterNamespaces(plan: SandboxPlan): string {
  const { gateway, host } = plan.network ?? {};
  return `exec ${unshareCommand(plan.as, plan.networkIsolation || gateway !== undefined, host !== undefined)} sh ./sandbox.sh\n`;
}

/**
 * What a warm parent sees, as a script that ends in its program: the machine, with the image below /opt/telar, and room for
 * what each job's process will put in place (`warmActs`).
 */
export function parentScript(
  plan: Pick<SandboxPlan, 'mounts' | 'needs'> & { stage: string; program: readonly string[] },
): string {
  const { stage } = plan;
  const { binds, links } = machineBinds(plan.mounts, stage, outermost(plan.needs));
  return [
    WORDS,
    `must mount -n -t tmpfs -o mode=755,size=4m tmpfs ${quote(stage)}`,
    `must mkdir -p ${['ml', 'telar/.tmp', 'telar/.empty'].map((name) => quote(`${stage}/${name}`)).join(' ')}`,
    ...bindLines(binds),
    ...(links.length > 0 ? [`must cp -P ${links.map(quote).join(' ')} ${quote(stage)}`] : []),
    `must mount -n --move ${quote(stage)} /opt`,
    'must mount -n -o remount,bind,ro,nosuid,nodev /opt',
    ...varLines(stage, { mounts: plan.mounts, task: undefined }),
    `must cd ${INSIDE.ml}`,
    `exec ${plan.program.map(quote).join(' ')} >/dev/null`,
    '',
  ].join('\n');
}

/** What a process of a warm parent does to see what `sandboxScript` shows: telar_warm/sandbox.py performs it. */
export type WarmAct =
  | { act: 'bind' | 'move'; from: string; to: string }
  | { act: 'tmpfs' | 'sharedMemory' | 'seal' | 'sealData' | 'sealCode' | 'detach'; at: string }
  | { act: 'folders' | 'files'; paths: readonly string[] }
  | { act: 'proc' };

/** The acts that are left to do, in the order of `sandboxScript`. */
export function warmActs(plan: Pick<SandboxPlan, 'as' | 'hide' | 'needs' | 'folder' | 'task'>): WarmAct[] {
  const { ml, root } = plan.folder;
  const { covers, restore } = covering(plan);
  const needs = outermost(plan.needs);
  const kept = (path: string) => `${INSIDE.telar}/.needs/${needs.indexOf(path)}`;
  const filled = covers.filter((cover) => restore.some((path) => isBelow(path, cover)));
  return [
    { act: 'bind', from: ml, to: INSIDE.ml },
    { act: 'bind', from: join(root, FILES.tmp), to: `${INSIDE.telar}/.tmp` },
    ...(plan.task === undefined
      ? []
      : ([
          { act: 'bind', from: plan.task, to: INSIDE.task },
          { act: 'sealCode', at: INSIDE.task },
        ] as const)),
    // A file system of its own only where something must be put back: taking one down is most of a short job's end.
    ...covers.map((at): WarmAct => {
      if (filled.includes(at)) return { act: 'tmpfs', at };
      return { act: 'bind', from: isFolder(at) ? `${INSIDE.telar}/.empty` : '/dev/null', to: at };
    }),
    ...(existsSync(SHARED_MEMORY) ? [{ act: 'sharedMemory', at: SHARED_MEMORY } as const] : []),
    ...OPEN_FOLDERS.map((to): WarmAct => ({ act: 'bind', from: `${INSIDE.telar}/.tmp`, to })),
    { act: 'move', from: `${INSIDE.telar}/.tmp`, to: INSIDE.tmp },
    ...restore.flatMap((to): WarmAct[] => [
      { act: 'folders', paths: [isFolder(to) ? to : dirname(to)] },
      ...(isFolder(to) ? [] : [{ act: 'files', paths: [to] } as const]),
      { act: 'bind', from: kept(to), to },
    ]),
    ...needs.map((path): WarmAct => ({ act: 'detach', at: kept(path) })),
    ...filled.map((at): WarmAct => ({ act: 'seal', at })),
    { act: 'proc' },
    ...(plan.as === 'user' ? groupMounts() : []).flatMap((at): WarmAct[] => [
      { act: 'bind', from: at, to: at },
      { act: 'sealData', at },
    ]),
  ];
}

/** What the supervisor runs where there are no namespaces: the job in a process group of its own, killed when it ends. */
export const ENTER_PROCESS_GROUP = `exec 2>&1
if command -v setsid >/dev/null 2>&1; then
  setsid sh ./command.sh &
else
  set -m
  sh ./command.sh &
  set +m
fi
main=$!
if read -r boot </proc/sys/kernel/random/boot_id && read -r stat <"/proc/$main/stat"; then
  set -- \${stat##*) }
  shift 19
  start=$1
else
  boot=$(sysctl -n kern.boottime)
  start=$(LC_ALL=C ps -o lstart= -p "$main" | tr -s ' ')
fi 2>/dev/null
printf '%s\\n%s\\n%s\\n' "$main" "$start" "$boot" >target.partial
mv target.partial target
wait "$main"
code=$?
kill -s KILL -- "-$main" 2>/dev/null
exit "$code"
`;
