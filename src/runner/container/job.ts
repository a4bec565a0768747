/** What there is to know of a job that is run as a container: a part of the runner's own LaunchSpec. */

import type { Confinement } from '../confinement.ts';
import type { JobHost } from '../network.ts';
import type { Trust } from '../proxied.ts';

export type ContainerJob = {
  jobId: string;
  image: string;
  entrypoint: readonly string[] | undefined;
  arguments: readonly string[];
  environment: Readonly<Record<string, string>>;
  networkIsolation: boolean;
  telarOnly?: boolean;
  confinement?: Confinement;
  host?: JobHost;
  proxy?: Readonly<Record<string, string>>;
  trust?: Trust | undefined;
  bounds?: { memoryBytes: number; cpus: number };
};
