/** What the runner needs to know of an image, whoever provides it. */

/** An image that is ready on this machine: what its jobs see and start with. */
export type ReadyImage = {
  /** Name (`python`, `bin/node`) → file or folder of the machine. Jobs see it read-only as /opt/telar/<name>. */
  mounts: Readonly<Record<string, string>>;
  /** Folders for the head of PATH: below /opt/telar, and on the machine for jobs that run without a sandbox. */
  path: readonly { inside: string; outside: string }[];
  /** Paths of the machine that must be visible where they are. */
  needs: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** What runs when the job names no entrypoint; the job's arguments follow it. Most images have none. */
  entrypoint: readonly string[];
  /** A Python image: jobs may have packages of their own over it. Its mount `layers`, where there is one, holds those that they share. */
  packages?: { interpreter: { executable: string; version: readonly number[] } };
  /** A sentence for the head of each job's log, where the image is not exactly what its URI promises. */
  notice: string | undefined;
  /** A container image: its jobs see its files in place of the machine's. */
  container?: ContainerImage;
};

export type ContainerImage =
  | {
      kind: 'rootfs';
      /** Its files, unpacked. Shared by all its jobs, and never written to. */
      folder: string;
      /** Where in that folder the sandbox mounts what, links resolved: `/opt/ml` → `opt/ml`. */
      points: Readonly<Record<string, string>>;
      config: ContainerConfig;
    }
  | {
      /** Run by the machine's Docker. */
      kind: 'docker';
      executable: string;
      reference: string;
    };

/** What a container image says of how it is run, in Docker's meaning. */
export type ContainerConfig = {
  user: string;
  environment: Readonly<Record<string, string>>;
  entrypoint: readonly string[];
  command: readonly string[];
  /** Absolute. */
  workingFolder: string;
};

export type ImageReference = { repository: string; tag: string };

/**
 * Repository and tag of an image URI. The registry's host (account, region) says where AWS keeps an image, not what it is.
 *
 * @example parseImage('683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1')
 *          // { repository: 'sagemaker-xgboost', tag: '1.7-1' }
 * @returns undefined when the text is no image URI. A URI without a tag has the tag `latest`.
 */
export function parseImage(uri: string): ImageReference | undefined {
  const [name] = uri.split('@');
  const match = /^((?:[a-z0-9][a-z0-9._-]*(?::\d+)?\/)*[a-z0-9][a-z0-9._-]*)(?::([\w][\w.-]{0,127}))?$/.exec(name!);
  if (!match) return undefined;
  const parts = match[1]!.split('/');
  // As Docker does: the first part is a host when it looks like one.
  if (parts.length > 1 && /[.:]|^localhost$/.test(parts[0]!)) parts.shift();
  return { repository: parts.join('/'), tag: match[2] ?? 'latest' };
}
