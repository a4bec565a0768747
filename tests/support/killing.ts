/**
 * A server that is killed again and again, and what is watched of it from outside: its jobs' phases, straight from the
 * state that is on disk; the identities of their processes; and a client that keeps uploading all the while.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { S3 } from '@aws-sdk/client-s3';
import { isAlive, type ProcessIdentity, parseIdentity } from '../../src/runner/processes.ts';
import type { Phase } from '../../src/services/jobs/transitions.ts';
import { clientOf, freePort, type ServerProcess, startServerProcess, temporaryFolder } from './serverProcess.ts';
import { pause } from './workbench.ts';

export type JobSeen = { id: string; name: string; phase: Phase };

export type Victim = {
  folder: string;
  /** What a workbench takes; the address stays the same over all restarts. */
  client: ReturnType<typeof clientOf>;
  kills: number;
  /** Kills with SIGKILL and starts again. Jobs that had a process then must have the same one afterwards. */
  killAndRestart(): Promise<void>;
  /** Every job there is, as state.db says. */
  jobs(): JobSeen[];
  /** The process that stands for a running job; undefined when it has none. */
  processOf(id: string): ProcessIdentity | undefined;
  /** Ends it in peace. */
  close(): Promise<void>;
};

export async function startVictim(): Promise<Victim> {
  const folder = temporaryFolder();
  const options = { folder, port: await freePort() };
  let server: ServerProcess = await startServerProcess(options);
  const victim: Victim = {
    folder,
    client: clientOf(server.url, folder),
    kills: 0,
    async killAndRestart() {
      await server.kill();
      victim.kills += 1;
      server = await startServerProcess(options);
    },
    jobs() {
      const database = new DatabaseSync(join(folder, 'state.db'), { readOnly: true, timeout: 5000 });
      try {
        return database.prepare('SELECT id, name, phase FROM jobs ORDER BY seq').all() as JobSeen[];
      } finally {
        database.close();
      }
    },
    processOf: (id) => parseIdentity(read(join(folder, 'jobs', id, 'target'))),
    close: () => server.kill('SIGTERM'),
  };
  return victim;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until a job whose name holds `part` is in the phase, or past it. @returns the phase in which it was found */
export async function jobReaches(victim: Victim, part: string, phase: Phase): Promise<JobSeen> {
  const order: readonly Phase[] = ['queued', 'preparing', 'staging', 'launching', 'running', 'storing', 'ended'];
  for (;;) {
    const job = victim.jobs().find(({ name }) => name.includes(`-${part}-`));
    if (job && order.indexOf(job.phase) >= order.indexOf(phase)) return job;
    await pause(1);
  }
}

/** The running jobs' processes, to be compared after a restart. */
export function runningProcesses(victim: Victim): Map<string, ProcessIdentity> {
  const running = victim.jobs().filter(({ phase }) => phase === 'running');
  const found = new Map<string, ProcessIdentity>();
  for (const { id } of running) {
    const identity = victim.processOf(id);
    if (identity && isAlive(identity)) found.set(id, identity);
  }
  return found;
}

/** Uploads without a pause, whether the server is there or not, until it is told to stop. */
export type Uploader = {
  /** Key → SHA-256 of what was acknowledged. */
  acknowledged: Map<string, string>;
  stop(): Promise<void>;
};

export function startUploader({ client: { client } }: Victim, Bucket: string): Uploader {
  const s3 = new S3({ ...client, forcePathStyle: true });
  const acknowledged = new Map<string, string>();
  let stopped = false;
  const work = (async () => {
    for (let count = 0; !stopped; count++) {
      // Small ones are kept in the database, large ones in files.
      const Body = randomBytes(count % 3 === 0 ? 150_000 : 1000);
      const Key = `uploads/${count}`;
      try {
        await s3.putObject({ Bucket, Key, Body });
        acknowledged.set(Key, sha256(Body));
      } catch {
        // The server was killed meanwhile: nothing was promised.
      }
      await pause(5);
    }
    s3.destroy();
  })();
  return {
    acknowledged,
    async stop() {
      stopped = true;
      await work;
    },
  };
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
