/**
 * What a job of a container image runs, with which variables and where: the image's word, SageMaker's over it, as
 * `docker run` does.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { jobEnvironment } from '../environment.ts';
import { runnerError } from '../errors.ts';
import type { ContainerConfig } from '../images/image.ts';
import { proxied, TRUST_IN_CONTAINER } from '../proxied.ts';
import { commandScript, quote } from '../shell.ts';
import type { ContainerJob } from './job.ts';
import type { ContainerUser } from './users.ts';

/** An entrypoint of the job's own takes the image's command away, too. @throws LaunchFailed when there is nothing to run */
function containerCommand(spec: ContainerJob, config: ContainerConfig): string[] {
  const rest = spec.arguments.length > 0 || spec.entrypoint ? spec.arguments : config.command;
  const command = [...(spec.entrypoint ?? config.entrypoint), ...rest];
  if (command.length > 0 && command[0] !== '') return command;
  throw runnerError(
    'LaunchFailed',
    `Job ${spec.jobId} has nothing to run: image ${spec.image} has neither an entrypoint nor a command. Give the job an entrypoint or arguments.`,
  );
}

/** Variables of the server's that name files of the machine; an image has others, or none. */
const NAMES_A_FILE = /CERT|CA_BUNDLE|CA_CERTS/;

function serverVariables(root: string): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => !NAMES_A_FILE.test(name) || (value !== undefined && existsSync(join(root, value))),
  );
  return Object.fromEntries(kept);
}

/**
 * The script of a shell of the machine that waits until the image's files are its root, and then becomes the job: the image
 * need not have a shell. All of it is one group, read before any of it runs.
 */
export function containerScript(options: {
  spec: ContainerJob;
  config: ContainerConfig;
  user: ContainerUser;
  /** The image's files. */
  root: string;
}): string {
  const { spec, config, user, root } = options;
  const environment = jobEnvironment({
    server: serverVariables(root),
    path: [],
    home: user.home,
    tmp: '/tmp',
    image: config.environment,
    own: {
      ...proxied(spec, spec.trust, TRUST_IN_CONTAINER, { ...config.environment, ...spec.environment }),
      ...spec.environment,
    },
  });
  const folder = quote(config.workingFolder);
  return [
    '{',
    'echo ready >&3',
    'read -r word <&4 && [ "$word" = go ] || exit 125',
    'exec 3>&- 4>&- </dev/null',
    `cd ${folder} || { printf 'telar: the working folder %s of this image cannot be entered.\\n' ${folder}; exit 125; }`,
    commandScript(containerCommand(spec, config), environment, []).trimEnd(),
    '}',
    '',
  ].join('\n');
}
