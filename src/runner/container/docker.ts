/**
 * A job as a container of the machine's Docker, under the same supervisor as any other: the client is the job's process.
 *
 * X1. The job's variables, and so its credentials, are in a file that only the server's user may read, never on a command
 *     line; and never in the environment of Docker's client, which would obey some of them.
 * X2. When the job has ended, in whatever way, its container is gone: the supervisor removes it, or whoever finds the
 *     supervisor dead. Its name and labels say whose it is.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runnerError } from '../errors.ts';
import type { JobFolder } from '../folder.ts';
import { docker, dockerEnvironment } from '../images/oci/docker.ts';
import { JOB_UID } from '../isolation.ts';
import { proxied, TRUST_IN_CONTAINER } from '../proxied.ts';
import { ENTER_PROCESS_GROUP } from '../sandbox.ts';
import { quote } from '../shell.ts';
import type { JobExit } from '../supervision.ts';
import type { ContainerJob } from './job.ts';

/** The file that says which container is the job's: client and name, a line each. */
const CONTAINER = 'container';
const VARIABLES = 'container.env';

export type DockerPlan = {
  executable: string;
  reference: string;
  folder: JobFolder;
  spec: ContainerJob;
};

/** The same job id may be of several data folders. */
function containerName({ root }: JobFolder, jobId: string): string {
  return `telar-${jobId}-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
}

/** @throws LaunchFailed: Docker's files of variables have no way to write a line break */
export function variableFile(environment: Readonly<Record<string, string>>, jobId: string): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (/^[^\s=#]+$/.test(name) && !/[\n\r\0]/.test(value)) return `${name}=${value}`;
    throw runnerError(
      'LaunchFailed',
      `Job ${jobId} cannot be given to Docker: its variable ${JSON.stringify(name)} has a line break, or a name that Docker does not take. Put the value into a file of its inputs.`,
    );
  });
  return `${lines.join('\n')}\n`;
}

/** One field of Docker's comma-separated values. */
const field = (text: string) => (/[,"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** What Docker's client is told. */
function dockerWords({ reference, folder, spec }: DockerPlan): string[] {
  const { bounds } = spec;
  // Jobs have no root; where the server is not root, it must be able to delete what they write.
  const user = process.getuid!() === 0 ? `${JOB_UID}:${JOB_UID}` : `${process.getuid!()}:${process.getgid!()}`;
  const [entrypoint, ...words] = spec.entrypoint ?? [];
  return [
    ...['run', '--rm', '--init', '--pull', 'never', '--name', containerName(folder, spec.jobId)],
    ...['--label', `telar.job=${spec.jobId}`, '--label', `telar.jobs-folder=${dirname(folder.root)}`],
    ...['--user', user, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--mount', `type=bind,${field(`source=${folder.ml}`)},target=/opt/ml`],
    ...(spec.trust
      ? ['--mount', `type=bind,${field(`source=${spec.trust.folder}`)},target=${TRUST_IN_CONTAINER},readonly`]
      : []),
    ...['--env-file', join(folder.root, VARIABLES)],
    // The host's, since the job must reach Telar on the loopback.
    ...['--network', spec.networkIsolation ? 'none' : 'host'],
    ...(bounds ? ['--memory', `${bounds.memoryBytes}b`, '--cpus', String(bounds.cpus)] : []),
    ...(entrypoint === undefined ? [] : ['--entrypoint', entrypoint]),
    ...[reference, ...words, ...spec.arguments],
  ];
}

/** Writes what the supervisor needs. @returns the scripts by which it enters, and that becomes the job */
export function dockerScripts(plan: DockerPlan): { enter: string; command: string } {
  const { executable, folder, spec } = plan;
  const name = containerName(folder, spec.jobId);
  const reach = proxied(spec, spec.trust, TRUST_IN_CONTAINER, spec.environment);
  const environment = { HOME: '/tmp', ...reach, ...spec.environment };
  writeFileSync(join(folder.root, VARIABLES), variableFile(environment, spec.jobId), {
    mode: 0o600,
  });
  writeFileSync(join(folder.root, CONTAINER), `${executable}\n${name}\n`, { mode: 0o600 });
  const exported = Object.entries(dockerEnvironment()).map(([key, value]) => `export ${key}=${quote(value)}`);
  const give = `find ml \\( -type d -o -links 1 \\) -exec chown -h ${JOB_UID}:${JOB_UID} {} +`;
  return {
    command: [...exported, `exec ${[executable, ...dockerWords(plan)].map(quote).join(' ')}`, ''].join('\n'),
    enter: [
      ...exported,
      ...(process.getuid!() === 0 ? [give] : []),
      `(\n${ENTER_PROCESS_GROUP})`,
      'code=$?',
      // Killed clients leave their containers behind.
      `${quote(executable)} rm -f ${quote(name)} >/dev/null 2>&1`,
      'exit "$code"',
      '',
    ].join('\n'),
  };
}

/** Takes a lost job's container away: its supervisor cannot any more. */
export async function withoutContainer(root: string, exit: JobExit): Promise<JobExit> {
  const note = join(root, CONTAINER);
  if (exit.kind !== 'lost' || !existsSync(note)) return exit;
  const [executable, name] = readFileSync(note, 'utf8').split('\n');
  await docker(executable!, ['rm', '-f', name!]);
  return exit;
}
