/** A container image's job, written down for its supervisor: in the sandbox, or in Docker. */
import { join } from 'node:path';
import { confinementLines } from '../confinement.ts';
import { runnerError } from '../errors.ts';
import { FILES, type JobFolder, writeWhole } from '../folder.ts';
import type { ContainerImage } from '../images/image.ts';
import type { Isolation } from '../isolation.ts';
import { HOSTS_FILE, hostsFile } from '../network.ts';
import { containerScript } from './command.ts';
import { dockerScripts } from './docker.ts';
import type { ContainerJob } from './job.ts';
import { type ContainerPlan, containerSandboxScript, enterContainer } from './sandbox.ts';
import { containerUser } from './users.ts';

/** @throws IsolationUnavailable, LaunchFailed */
export function writeContainerScripts(
  folder: JobFolder,
  spec: ContainerJob,
  image: ContainerImage,
  how: Isolation,
): void {
  if (spec.telarOnly && !spec.networkIsolation) {
    throw runnerError(
      'IsolationUnavailable',
      `Job ${spec.jobId} cannot run here: it may reach Telar's server alone, and jobs of container images reach the machine's network or none. Set EnableNetworkIsolation, or start Telar with --network machine.`,
    );
  }
  const place = (file: string) => join(folder.root, file);
  if (image.kind === 'docker') {
    if (spec.host) {
      throw runnerError(
        'LaunchFailed',
        `Job ${spec.jobId} cannot run here: Docker runs jobs of one host alone. Ask for one.`,
      );
    }
    const { enter, command } = dockerScripts({ ...image, folder, spec });
    writeWhole(place(FILES.command), command);
    writeWhole(place(FILES.enter), enter);
    return;
  }
  if (how.kind === 'none') {
    throw runnerError(
      'IsolationUnavailable',
      `Job ${spec.jobId} cannot run here: its image is unpacked into a sandbox, and ${how.reason}`,
    );
  }
  const { config, folder: root, points } = image;
  const user = containerUser(root, config.user);
  const { networkIsolation, host } = spec;
  if (host) writeWhole(place(HOSTS_FILE), hostsFile(host), 0o644);
  const plan: ContainerPlan = {
    ...{ as: how.as, folder, networkIsolation, host, root, points, user, trust: spec.trust?.folder },
    workingFolder: config.workingFolder,
  };
  writeWhole(place(FILES.command), containerScript({ spec, config, user, root }));
  writeWhole(place(FILES.sandbox), containerSandboxScript(plan));
  writeWhole(place(FILES.enter), confinementLines(spec.confinement) + enterContainer(plan));
}
