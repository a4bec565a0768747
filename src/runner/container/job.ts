/** What there is to know of a job that is run as a container: a part of the runner's own LaunchSpec. */

export type ContainerJob = {
  jobId: string;
  image: string;
  entrypoint: readonly string[] | undefined;
  arguments: readonly string[];
  environment: Readonly<Record<string, string>>;
  networkIsolation: boolean;
  limits?: { memoryBytes: number; cpus: number };
};
