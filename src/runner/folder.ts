/**
 * A job's folder: the one place where everything about a job's process is written, so that a restarted server finds it.
 *
 *   ml/            what the job sees as /opt/ml           output.log   stdout and stderr, in the order written
 *   tmp/           what it sees as /tmp                   enter.sh     how the supervisor enters the sandbox
 *   identity       the supervisor: its claim on the job   command.sh   environment and command, run inside
 *   target         the process that stands for the job    sandbox.sh   makes what the job sees
 *   stage/         where the sandbox is put together      enter.log    what unshare said
 *   stopping       it is to end: no command begins        exit         how it ended, by rename
 *   killed         it was stopped with SIGKILL            launch.json  what a warm process does to become the job
 *
 * F1. A job id names a folder directly under the jobs folder and nothing else: `..`, `/` and the like are refused.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runnerError } from './errors.ts';

export type JobFolder = {
  root: string;
  /** Becomes /opt/ml inside. What lies here after the job ran was written by the job: links in it are not to be followed. */
  ml: string;
  /** Combined stdout and stderr. */
  log: string;
};

export const FILES = {
  identity: 'identity',
  target: 'target',
  exit: 'exit',
  enter: 'enter.sh',
  command: 'command.sh',
  sandbox: 'sandbox.sh',
  launch: 'launch.json',
  log: 'output.log',
  ml: 'ml',
  tmp: 'tmp',
  stage: 'stage',
  stopping: 'stopping',
  killed: 'killed',
} as const;

const JOB_ID = /^[a-zA-Z0-9][a-zA-Z0-9-]{0,127}$/;

/** Where a job that serves listens: in its /tmp, so that no two jobs collide and one without a network can be called. */
export const SERVE_SOCKET = 'serve.sock';

export const serveSocket = ({ root }: JobFolder) => join(root, FILES.tmp, SERVE_SOCKET);

/** @throws InvalidJobId */
export function jobFolder(jobsFolder: string, jobId: string): JobFolder {
  if (!JOB_ID.test(jobId)) {
    throw runnerError(
      'InvalidJobId',
      `'${jobId}' cannot be a job id: it names a folder, so it must be 1 to 128 letters, digits and hyphens, the first no hyphen.`,
    );
  }
  const root = join(jobsFolder, jobId);
  return { root, ml: join(root, FILES.ml), log: join(root, FILES.log) };
}

/**
 * Writes a whole file or nothing: another process sees the old content or the new, never a part. What is there already is
 * left alone: a sandbox that is being made may be binding it.
 */
export function writeWhole(path: string, text: string, mode = 0o600): void {
  if (contentOf(path) === text) return;
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, text, { mode });
  renameSync(partial, path);
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
