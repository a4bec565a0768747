/**
 * The machine's Docker: whether it is there, and bringing an image into it.
 *
 * O1. Docker counts as present when its engine answers; the client alone runs nothing.
 */
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runnerError } from '../../errors.ts';
import { SYSTEM_PATH } from '../../isolation.ts';
import type { ReadyImage } from '../image.ts';

const ANSWER_MS = 15_000;

/** Where Docker's client lies; the caller's PATH is not asked. */
export function dockerClient(): string | undefined {
  return SYSTEM_PATH.split(':')
    .map((folder) => join(folder, 'docker'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Docker's client finds its engine and its own credentials by these; nothing else of the server's is handed over. */
export function dockerEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => /^(DOCKER_[A-Z_]+|HOME|XDG_RUNTIME_DIR)$/.test(name));
  return { PATH: SYSTEM_PATH, ...(Object.fromEntries(kept) as Record<string, string>) };
}

export function docker(client: string, words: readonly string[]): Promise<{ ok: boolean; said: string }> {
  return new Promise((resolve) => {
    const options = { timeout: ANSWER_MS, env: dockerEnvironment() };
    execFile(client, words, options, (error, stdout, stderr) =>
      resolve({ ok: error === null, said: `${stdout}${stderr}`.trim() || (error?.message ?? '') }),
    );
  });
}

/**
 * An image in Docker, fetched there where it is missing.
 *
 * @throws DockerMissing, UnknownImage
 */
export async function dockerImage(
  client: string | undefined,
  reference: string,
  progress: (line: string) => void,
): Promise<ReadyImage> {
  const answer = client ? await docker(client, ['version', '--format', '{{.Server.Version}}']) : undefined;
  if (!client || !answer?.ok) {
    const why = answer ? `Docker's engine does not answer: ${answer.said.split('\n')[0]}` : 'there is no Docker';
    throw runnerError(
      'DockerMissing',
      `The image '${reference}' cannot be run here: this machine grants no namespaces to unpack it into, or was told to use Docker, and ${why}. Start Docker, or let user namespaces be used ('telar doctor' says how).`,
    );
  }
  if (!(await docker(client, ['image', 'inspect', '--format', '{{.Id}}', reference])).ok) {
    progress(`Docker fetches ${reference}`);
    await pull(client, reference, progress);
  }
  const container = { kind: 'docker' as const, executable: client, reference };
  return { mounts: {}, path: [], needs: [], environment: {}, entrypoint: [], notice: undefined, container };
}

function pull(client: string, reference: string, progress: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(client, ['pull', reference], { env: dockerEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let last = '';
    const tell = (line: string) => {
      last = line;
      progress(`  ${line}`);
    };
    createInterface({ input: child.stdout }).on('line', tell);
    createInterface({ input: child.stderr }).on('line', tell);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(runnerError('UnknownImage', `Docker cannot fetch '${reference}': ${last}`));
    });
  });
}
