/**
 * Which isolation this machine grants: tried out once, by doing what a job's sandbox does.
 *
 * There is one mechanism: util-linux's `unshare` (mount, IPC and pid namespaces; a user namespace where the server is not
 * root). Where it is not to be had (macOS, a container without CAP_SYS_ADMIN, a kernel that forbids user namespaces),
 * the reason is a sentence for the user.
 */
import { execFile } from 'node:child_process';
import { quote } from './shell.ts';

export type Isolation =
  /** `root`: the server is root and its jobs run as `JOB_UID`. `user`: they run as the server's own user. */
  { kind: 'namespaces'; as: 'root' | 'user' } | { kind: 'none'; reason: string };

/** nobody, nogroup: owns nothing on the machine. */
export const JOB_UID = 65534;

/** What a job's first process is started with, before the sandbox exists. */
export function unshareCommand(as: 'root' | 'user', networkIsolation: boolean, ownName = false): string {
  const user = as === 'user' ? '--user --map-root-user ' : '';
  const net = networkIsolation ? '--net ' : '';
  const name = ownName ? '--uts ' : '';
  return `setpriv --pdeathsig KILL unshare ${user}${net}${name}--mount --ipc --pid --fork --kill-child=KILL`;
}

/** What gives up, for the job, the rights that the sandbox was made with. */
export function dropCommand(as: 'root' | 'user'): string {
  if (as === 'root') {
    const id = `--reuid=${JOB_UID} --regid=${JOB_UID} --clear-groups`;
    return `setpriv ${id} --no-new-privs --inh-caps=-all --bounding-set=-all`;
  }
  // A second user namespace: mounts of the first are locked in it, and the job keeps its user's own id.
  return `unshare --user --map-user=${process.getuid!()} --map-group=${process.getgid!()}`;
}

const ADVICE =
  'Let unprivileged user namespaces be used (on Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0), or run Telar as root with CAP_SYS_ADMIN.';

async function probe(): Promise<Isolation> {
  if (process.platform !== 'linux') {
    return { kind: 'none', reason: `${process.platform} has no mount namespaces. Run Telar on Linux for that.` };
  }
  const as = process.getuid!() === 0 ? 'root' : 'user';
  const inside = `mount -n -t tmpfs tmpfs /opt && mkdir /opt/ml && ${dropCommand(as)} true`;
  const script = `${unshareCommand(as, false)} sh -c ${quote(inside)}`;
  return new Promise((resolve) => {
    execFile('sh', ['-c', script], { timeout: 10_000, env: { PATH: SYSTEM_PATH, LC_ALL: 'C' } }, (error, _, stderr) => {
      if (!error) return resolve({ kind: 'namespaces', as });
      const symptom = stderr.trim().split('\n')[0] || error.message;
      resolve({ kind: 'none', reason: `this machine grants no namespaces (${symptom}). ${ADVICE}` });
    });
  });
}

/** The runner's own tools are looked for here, never on the caller's PATH. */
export const SYSTEM_PATH = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

let found: Promise<Isolation> | undefined;

/** The machine's answer, asked once. */
export function isolation(): Promise<Isolation> {
  found ??= probe();
  return found;
}
