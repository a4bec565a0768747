/**
 * What a job sees of the machine, as a script that the first process of its namespaces runs.
 *
 * B1. The job's `ml` folder is /opt/ml, its `tmp` folder /tmp; the image lies read-only below /opt/telar. What the machine
 *     has in /opt stays where it is.
 * B2. Hidden folders are covered by an empty one before the job starts, and the job cannot uncover them: it has no
 *     capabilities in the namespace that owns the mounts.
 * B3. What the image needs at its own path (a Python's standard library) is seen there even below a covered folder, or
 *     below one that the job's user may not enter.
 * B4. Nothing of the job outlives it: when the namespace's first process ends, the kernel kills all others.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { JobFolder } from './folder.ts';
import { dropCommand, JOB_UID, unshareCommand } from './isolation.ts';
import { quote } from './shell.ts';

export const INSIDE = { ml: '/opt/ml', telar: '/opt/telar', tmp: '/tmp', home: '/tmp/home' } as const;

export type SandboxPlan = {
  as: 'root' | 'user';
  folder: JobFolder;
  networkIsolation: boolean;
  /** Name below /opt/telar → file or folder of the machine, bound there read-only. */
  mounts: Readonly<Record<string, string>>;
  /** Paths that must stay visible where they are. */
  needs: readonly string[];
  /** Files and folders that the job must not see. Those that do not exist are passed over. */
  hide: readonly string[];
};

const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** Real paths, each once; none that lies below another; none that does not exist. */
function outermost(paths: readonly string[]): string[] {
  const real = paths.flatMap((path) => {
    try {
      return [realpathSync(path)];
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
  return { covers, restore: needs.filter((path) => [...covers, INSIDE.tmp].some((cover) => isBelow(path, cover))) };
}

/** Binding read-only must repeat the flags that the source mount may have been given for good. */
const READ_ONLY = `read_only() {
  mount -n -o remount,bind,ro,nosuid,nodev "$1" 2>/dev/null || mount -n -o remount,bind,ro,nosuid,nodev,noatime "$1"
}`;

const HEAD = `exec 2>&1
must() {
  "$@" || { echo "telar: the sandbox of this job could not be made: '$*' failed."; exit 125; }
}
${READ_ONLY}
put() { # FROM TO: shows a file or folder at another place
  if [ -d "$1" ]; then must mkdir -p "$2"; else must mkdir -p "\${2%/*}" && must touch "$2"; fi
  must mount -n --rbind "$1" "$2"
}
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

/** What lay under /opt is bound again on a fresh /opt, where ml and telar can then be made. */
const OPT = `stage=$PWD/stage
must mount -n -t tmpfs -o mode=755,size=4m tmpfs "$stage"
for entry in /opt/* /opt/.[!.]*; do
  name=\${entry#/opt/}
  case $name in ml | telar) continue ;; esac
  if [ -h "$entry" ]; then
    cp -P "$entry" "$stage/$name"
  elif [ -e "$entry" ]; then
    put "$entry" "$stage/$name"
  fi
done
must mkdir "$stage/telar" "$stage/telar/.needs"
put "$PWD/ml" "$stage/ml"
put "$PWD/tmp" "$stage/telar/.tmp"
put "$PWD/command.sh" "$stage/telar/command.sh"
must read_only "$stage/telar/command.sh"`;

/**
 * The script for the namespace's first process. Its working folder is the job's.
 *
 * @returns shell text; ends with the job's own exit status, or 125 when the sandbox could not be made
 */
export function sandboxScript(plan: SandboxPlan): string {
  const { covers, restore } = covering(plan);
  const give = `find ml tmp output.log command.sh \\( -type d -o -links 1 \\) -exec chown -h ${JOB_UID}:${JOB_UID} {} +`;
  return [
    HEAD,
    // A staged hard link keeps its owner: the object it shares with the store must not become the job's.
    plan.as === 'root' ? `must ${give}` : '',
    OPT,
    ...Object.entries(plan.mounts).map(
      ([name, path]) =>
        `put ${quote(path)} "$stage/telar/"${quote(name)} && must read_only "$stage/telar/"${quote(name)}`,
    ),
    ...restore.map((path, index) => `put ${quote(path)} "$stage/telar/.needs/${index}"`),
    'must mount -n --move "$stage" /opt',
    ...covers.map(
      (path) =>
        `if [ -d ${quote(path)} ]; then must mount -n -t tmpfs -o mode=755,size=4m tmpfs ${quote(path)}; elif [ -e ${quote(path)} ]; then must mount -n --bind /dev/null ${quote(path)}; fi`,
    ),
    'must mount -n --move /opt/telar/.tmp /tmp',
    ...restore.map(
      (path, index) => `put "/opt/telar/.needs/${index}" ${quote(path)} && umount -l "/opt/telar/.needs/${index}"`,
    ),
    ...covers.map((path) => `[ ! -d ${quote(path)} ] || must read_only ${quote(path)}`),
    'must read_only /opt',
    // A container's own /proc may be masked, which forbids a fresh one: the job then sees the machine's process list.
    'mount -n -t proc proc /proc 2>/dev/null',
    TARGET,
    `must cd ${INSIDE.ml}`,
    `${dropCommand(plan.as)} sh ${INSIDE.telar}/command.sh`,
    'exit $?',
    '',
  ].join('\n');
}

/** What the supervisor runs: into the namespaces. Dies with the supervisor, and everything of the job with it. */
export function enterNamespaces(plan: SandboxPlan): string {
  return `exec ${unshareCommand(plan.as, plan.networkIsolation)} sh ./sandbox.sh\n`;
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
