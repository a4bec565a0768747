/** A container image's job, written down for its supervisor: in the sandbox, or in Docker. */
import { join } from 'node:path';
import { runnerError } from '../errors.ts';
import { FILES, type JobFolder, writeWhole } from '../folder.ts';
import type { ContainerImage } from '../images/image.ts';
import type { Isolation } from '../isolation.ts';
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
  const place = (file: string) => join(folder.root, file);
  if (image.kind === 'docker') {
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
  const { networkIsolation } = spec;
  const plan: ContainerPlan = {
    ...{ as: how.as, folder, networkIsolation, root, points, user },
    workingFolder: config.workingFolder,
  };
  writeWhole(place(FILES.command), containerScript({ spec, config, user, root }));
  writeWhole(place(FILES.sandbox), containerSandboxScript(plan));
  writeWhole(place(FILES.enter), enterContainer(plan));
}
