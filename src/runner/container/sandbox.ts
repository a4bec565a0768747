/**
 * The sandbox of a container image: its files in place of the machine's.
 *
 * K1. The image's files lie below, read-only and shared; what the job changes lies above them, in memory, and goes with it.
 *     Where the kernel refuses such an overlay, the files are read-only, and the job's log says so.
 * K2. The machine's root is unmounted before the job starts: there is no path to it. What waits meanwhile is a shell of the
 *     machine that has given up all rights already, so that no variable and no file of the image or the job ever meets a
 *     program that has any.
 * K3. Nothing is mounted through a link of the image: all places were resolved when it was unpacked.
 * K4. The job is the user whom the image names, and that user alone: one id, mapped to the job's user of the machine.
 */
import { existsSync, mkdirSync, opendirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, posix } from 'node:path';
import { runnerError } from '../errors.ts';
import { FILES, type JobFolder } from '../folder.ts';
import { openTree, partsOf } from '../images/oci/tree.ts';
import { dropCommand, JOB_UID, unshareCommand } from '../isolation.ts';
import { HOSTS_FILE, type JobHost } from '../network.ts';
import { TRUST_IN_CONTAINER } from '../proxied.ts';
import { INSIDE, SANDBOX_HEAD } from '../sandbox.ts';
import { quote } from '../shell.ts';
import type { ContainerUser } from './users.ts';

export type ContainerPlan = {
  as: 'root' | 'user';
  folder: JobFolder;
  networkIsolation: boolean;
  /** The certificates that the job trusts. */
  trust?: string | undefined;
  /** One of several hosts of a job: the names of all lie in the job's folder. */
  host?: JobHost | undefined;
  /** The image's files. */
  root: string;
  points: Readonly<Record<string, string>>;
  user: ContainerUser;
  workingFolder: string;
};

const STAGE = FILES.stage;
const ROOT = `${STAGE}/root`;
const LOWER = `${STAGE}/lower`;
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].filter((name) => existsSync(`/dev/${name}`));
/** Entries that an image may have in /opt/ml itself. */
const MOST_OWN = 1000;
/** What SageMaker mounts itself, whatever the image has there. */
const MOUNTED = ['input', 'model', 'output', 'checkpoints'];
/** Of the machine's memory, what a job may write over its image's files; and to /dev/shm. */
const SHARE_OF_MEMORY = 4;

/** Where the machine's root is put before it is unmounted; a folder of /dev, which is always writable. */
const oldRoot = ({ points }: ContainerPlan) => quote(`./${points['/dev']}/.machine`);

const at = (plan: ContainerPlan, point: string) => quote(`${ROOT}/${plan.points[point]}`);

/** @throws LaunchFailed when there are too many to be named one by one */
function entriesOf(path: string): string[] {
  const folder = opendirSync(path);
  try {
    const names: string[] = [];
    for (let entry = folder.readSync(); entry; entry = folder.readSync()) {
      names.push(entry.name);
      if (names.length > MOST_OWN) {
        throw runnerError(
          'LaunchFailed',
          `The image has more than ${MOST_OWN} entries in /opt/ml. Put them into a folder there.`,
        );
      }
    }
    return names;
  } finally {
    folder.closeSync();
  }
}

/** What the image has below /opt/ml is seen there beside the job's own: `COPY train.py /opt/ml/code/` is common. */
function ownFiles({ root, points, folder }: ContainerPlan): string[] {
  const names = entriesOf(join(root, points['/opt/ml']!)).filter(
    (name) => !MOUNTED.includes(name) && !existsSync(join(folder.ml, name)),
  );
  return names.map((name) => `must cp -a ${quote(`${LOWER}/${points['/opt/ml']}/${name}`)} ${FILES.ml}/`);
}

/** Like Docker, makes the working folder where it is missing. */
function workingFolder({ root, workingFolder, folder, as }: ContainerPlan): string[] {
  const parts = partsOf(posix.normalize(workingFolder));
  const tree = openTree(root, () => {});
  if (tree.resolve(parts)) return [];
  const path = `/${parts.join('/')}`;
  const jobs = [
    { inside: '/opt/ml/', outside: folder.ml },
    { inside: '/tmp/', outside: join(folder.root, FILES.tmp) },
  ].find(({ inside }) => path.startsWith(inside));
  if (jobs) {
    // Nothing of the image, and so no link, is there yet.
    mkdirSync(join(jobs.outside, path.slice(jobs.inside.length)), { recursive: true });
    return [];
  }
  let there = parts.length - 1;
  while (!tree.resolve(parts.slice(0, there))) there -= 1;
  const above = `${ROOT}/${tree.resolve(parts.slice(0, there))!.join('/')}`;
  const give = as === 'root' ? ` && chown -R ${JOB_UID}:${JOB_UID} ${quote(`${above}/${parts[there]}`)}` : '';
  return [`mkdir -p ${quote(`${above}/${parts.slice(there).join('/')}`)} 2>/dev/null${give}`];
}

function overlay(plan: ContainerPlan, size: number): string[] {
  const over = `${STAGE}/upper`;
  const layers = `lowerdir=${LOWER},upperdir=${over}/files,workdir=${over}/work${plan.as === 'user' ? ',userxattr' : ''}`;
  const scratch = ['/var/tmp', '/run', '/home'].map(
    (point) => `must mount -n -t tmpfs -o nosuid,nodev,mode=1777,size=${size} tmpfs ${at(plan, point)}`,
  );
  return [
    `must mount -n --bind ${quote(plan.root)} ${LOWER}`,
    `must mount -n -t tmpfs -o mode=755,size=${size} tmpfs ${over}`,
    `must mkdir ${over}/files ${over}/work`,
    ...(plan.as === 'root' ? [`must chown ${JOB_UID}:${JOB_UID} ${over}/files`] : []),
    `if ! mount -n -t overlay -o nosuid,nodev,${layers} overlay ${ROOT} 2>/dev/null; then`,
    '  echo "telar: this machine\'s kernel grants no overlay: the image\'s files are read-only for this job; /tmp, /var/tmp, /run and /home can be written."',
    `  must bind_read_only ${LOWER} ${ROOT}`,
    ...scratch.map((line) => `  ${line}`),
    'fi',
  ];
}

/** /dev, /proc and the little of /sys by which programs count processors. */
function devices(plan: ContainerPlan, size: number): string[] {
  const dev = `${ROOT}/${plan.points['/dev']}`;
  const sys = `${ROOT}/${plan.points['/sys']}`;
  const nodes = DEVICES.map((name) => quote(`${dev}/${name}`));
  return [
    `must mount -n -t tmpfs -o nosuid,mode=755,size=64k tmpfs ${quote(dev)}`,
    `must mkdir ${quote(`${dev}/shm`)} ${quote(`${ROOT}/${plan.points['/dev']}/.machine`)}`,
    `must touch ${nodes.join(' ')}`,
    ...DEVICES.map((name, index) => `must mount -n --bind /dev/${name} ${nodes[index]}`),
    `must ln -s /proc/self/fd ${quote(`${dev}/fd`)}`,
    ...['stdin', 'stdout', 'stderr'].map((name, fd) => `must ln -s /proc/self/fd/${fd} ${quote(`${dev}/${name}`)}`),
    `must mount -n -t tmpfs -o nosuid,nodev,mode=1777,size=${size} tmpfs ${quote(`${dev}/shm`)}`,
    // A container's own /proc may be masked, which forbids a fresh one: the job then sees the machine's process list.
    `mount -n -t proc -o nosuid,nodev,noexec proc ${at(plan, '/proc')} 2>/dev/null || must mount -n --rbind /proc ${at(plan, '/proc')}`,
    `must mount -n -t tmpfs -o nosuid,nodev,mode=755,size=64k tmpfs ${quote(sys)}`,
    `must mkdir -p ${quote(`${sys}/devices/system/cpu`)}`,
    `bind_read_only /sys/devices/system/cpu ${quote(`${sys}/devices/system/cpu`)} 2>/dev/null`,
  ];
}

/** In the job's own /tmp: nothing of the image, and so no link, is there. */
function certificates({ trust, points }: ContainerPlan): string[] {
  if (trust === undefined) return [];
  const inTmp = TRUST_IN_CONTAINER.slice(INSIDE.tmp.length);
  const place = quote(`${ROOT}/${points[INSIDE.tmp]}${inTmp}`);
  return [`must mkdir -p ${quote(`${FILES.tmp}${inTmp}`)}`, `must bind_read_only ${quote(trust)} ${place}`];
}

/** Name resolution as the machine has it; an isolated job has nobody to ask. */
function names(plan: ContainerPlan): string[] {
  const { host } = plan;
  const machine = ['/etc/resolv.conf', ...(host ? [] : ['/etc/hosts', '/etc/hostname'])].map(
    (file) => `if [ -f ${file} ]; then must bind_read_only ${file} ${at(plan, file)}; fi`,
  );
  return [
    ...(plan.networkIsolation ? [] : machine),
    ...(host
      ? [`must bind_read_only ${HOSTS_FILE} ${at(plan, '/etc/hosts')}`, `hostname ${quote(host.name)} 2>/dev/null || :`]
      : []),
  ];
}

/**
 * Takes the machine's root away, from a root of its own that is the machine's seen elsewhere; then notes the target, so that
 * stopping the job never signals the making of its sandbox.
 */
function detachScript(plan: ContainerPlan): string {
  return [
    'echo ready >&7 && exec 7>&- && read -r word <&6 || exit 1',
    `umount -n -i -c -l ${oldRoot(plan)} && rmdir ${oldRoot(plan)} || exit 1`,
    `cd ${quote(plan.folder.root)} || exit 1`,
    'printf "%s\\n%s\\n%s\\n" "$1" "$2" "$3" >target.partial && mv target.partial target',
  ].join('\n');
}

/** From the rights that made the sandbox to the image's user, in one process that stays the same. */
function enterLines({ as, user: { uid, gid } }: ContainerPlan): string[] {
  const map = `unshare --user --map-user=${uid} --map-group=${gid}`;
  // The first user of a user namespace begins with all rights in it: they end here.
  const give = `setpriv --no-new-privs${uid === 0 ? ' --inh-caps=-all --bounding-set=-all' : ''}`;
  if (as === 'user') return [`enter="setpriv --no-new-privs ${map} ${give}"`];
  const drop = dropCommand(as);
  return [
    `enter="${drop} ${map} ${give}"`,
    `if ! ${drop} ${map} true 2>/dev/null; then`,
    `  enter="${drop}"`,
    `  echo "telar: this machine grants no user namespace: the job runs as user ${JOB_UID}, not as the image's user ${uid}."`,
    'fi',
  ];
}

/**
 * Between the shell that waits (3: it is ready, 4: it may go on), this script (5), and what takes the machine away (7: it
 * is ready, 6: it may go on). Whoever reads that one is ready learns from the end of the pipe that it never will be.
 */
function handOver(plan: ContainerPlan): string[] {
  return [
    `must mount -n --rbind / ${STAGE}/host`,
    `must mkfifo ${STAGE}/ready ${STAGE}/go ${STAGE}/detach ${STAGE}/detaching`,
    `exec 5<>${STAGE}/go 6<>${STAGE}/detach`,
    ...enterLines(plan),
    `nsenter --root=${STAGE}/host --wd=${ROOT} sh -c ${quote(detachScript(plan))} sh "$outside" "$started" "$boot" 5>&- 7>${STAGE}/detaching &`,
    'detach=$!',
    // The redirections are made here, with the rights to open what lies in the job's folder.
    `(cd / && exec $enter sh) 3>${STAGE}/ready <${FILES.command} 4<>${STAGE}/go 5>&- 6>&- &`,
    'main=$!',
    // Both must have their programs running: after the change of roots none of the machine's can be started from here.
    `read -r word <${STAGE}/detaching || { echo 'telar: the sandbox of this job could not be made: the machine cannot be hidden.'; exit 125; }`,
    `read -r word <${STAGE}/ready || { echo 'telar: the sandbox of this job could not be made: its user could not be taken on.'; exit 125; }`,
    `(cd ${ROOT} && exec pivot_root . ${oldRoot(plan)}) || { echo 'telar: the sandbox of this job could not be made: the root could not be changed.'; exit 125; }`,
    // From here on there is no program of the machine any more: the shell has to do.
    'cd /',
    'echo go >&6',
    'wait "$detach" || { echo \'telar: the sandbox of this job could not be made: the machine could not be hidden.\'; exit 125; }',
    'echo go >&5',
    'exec 5>&- 6>&-',
    'wait "$main"',
    'exit $?',
    '',
  ];
}

/** The script for the namespace's first process. Its working folder is the job's. */
export function containerSandboxScript(plan: ContainerPlan): string {
  const size = Math.floor(totalmem() / SHARE_OF_MEMORY);
  const mine = `${FILES.ml} ${FILES.tmp} ${FILES.log}`;
  return [
    SANDBOX_HEAD,
    `must mount -n -t tmpfs -o mode=755,size=4m tmpfs ${STAGE}`,
    `must mkdir ${LOWER} ${ROOT} ${STAGE}/upper ${STAGE}/host`,
    ...overlay(plan, size),
    ...ownFiles(plan),
    // A staged hard link keeps its owner: the object it shares with the store must not become the job's.
    ...(plan.as === 'root'
      ? [`must find ${mine} \\( -type d -o -links 1 \\) -exec chown -h ${JOB_UID}:${JOB_UID} {} +`]
      : []),
    ...workingFolder(plan),
    `must mount -n --rbind ${FILES.ml} ${at(plan, '/opt/ml')}`,
    `must mount -n --bind ${FILES.tmp} ${at(plan, '/tmp')}`,
    ...certificates(plan),
    ...devices(plan, size),
    ...names(plan),
    ...handOver(plan),
  ].join('\n');
}

export function enterContainer(plan: ContainerPlan): string {
  return `exec ${unshareCommand(plan.as, plan.networkIsolation, plan.host !== undefined)} sh ./${FILES.sandbox}\n`;
}
