/**
 * The drivers of transform jobs: for each host of each such job under way a thread that carries files through the model which
 * runs there.
 *
 * V1. What a driver found is on disk before anything is done about it: a later server neither drives again nor forgets a failure.
 * V2. A driver that is ended, or that died with its server, has told nothing: its job is driven again, or fails.
 * V3. Once stopped, nothing here writes any more: the next server may have the same folders.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { serveSocket, writeWhole } from '../../../runner/folder.ts';
import type { JobFolder } from '../../../runner/runner.ts';
import { hostsOf } from '../hosts.ts';
import { ASIDE, type Job, type TransformPlan } from '../plan.ts';
import type { ScoreFiles } from '../ports.ts';
import { type Scored, scoreFilesOf } from './inProcess.ts';
import type { Address } from './modelClient.ts';

export type FailedInput = {
  /** As its output is named, without `.out`. */
  path: string;
  kind: 'ClientError' | 'AlgorithmError';
  reason: string;
};

/** How the files of a job went. */
export type DriveOutcome = {
  files: number;
  /** Inputs that failed, and the first of them. */
  failures: number;
  failed: readonly FailedInput[];
  /** Nothing came of any: why. */
  fatal?: { kind: FailedInput['kind'] | 'InternalServerError'; reason: string };
};

export type DriverTask = { inputs: string; outputs: string; plan: TransformPlan; address: Address };

export type DriverMessage =
  | { line: string }
  | { outcome: DriveOutcome }
  | { error: { message: string; code: string | undefined } };

export type Drive = {
  /** Resolves once all is done and that is on disk; never when it was ended before. Rejects when it cannot be written down. */
  done: Promise<DriveOutcome>;
  /** Nothing more is asked of the model. */
  end(): void;
};

export type Drives = {
  /** What a host is told of where to listen, besides its socket. */
  environment(hostId: string): Promise<Record<string, string>>;
  /** Drives all hosts of a job, or goes on where an earlier server was. @param tell takes lines for the job's log */
  begin(job: Job, tell: (line: string) => void): Drive;
  /** What was found when the job was driven, where that is over. */
  outcome(job: Job): DriveOutcome | undefined;
  /** Carries out a job without its model's container, where that can be done; once it is done, that is on disk. */
  score(job: Job, scoreFiles: ScoreFiles, signal: AbortSignal): Promise<Scored>;
  /** The server closes. Resolves when nothing is written any more. */
  stop(): Promise<void>;
};

const FILES = { port: 'port', outcome: 'outcome.json' } as const;

/** A thread's garbage waits in as little memory as payloads need. */
const THREAD = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 1024 } as const;

export function createDrives({ folder }: { folder(jobId: string): JobFolder }): Drives {
  const threads = new Set<Worker>();
  const stopped = new AbortController();
  const scoring = new Set<Promise<Scored>>();

  const aside = (hostId: string) => join(folder(hostId).root, ASIDE.folder);

  function outcomeOf(hostId: string): DriveOutcome | undefined {
    const path = join(aside(hostId), FILES.outcome);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as DriveOutcome) : undefined;
  }

  const keep = (hostId: string, outcome: DriveOutcome) =>
    writeWhole(join(aside(hostId), FILES.outcome), JSON.stringify(outcome));

  async function portOf(hostId: string): Promise<number> {
    const path = join(aside(hostId), FILES.port);
    if (!existsSync(path)) {
      const port = await freePort();
      mkdirSync(aside(hostId), { recursive: true });
      writeWhole(path, String(port));
    }
    return Number(readFileSync(path, 'utf8'));
  }

  /** One host of a job, in a thread. */
  function driveHost(hostId: string, plan: TransformPlan, port: number, tell: (line: string) => void) {
    const place = aside(hostId);
    const inputs = join(place, ASIDE.inputs);
    const outputs = join(place, ASIDE.outputs);
    // More hosts than files: some have none.
    for (const needed of [inputs, outputs]) mkdirSync(needed, { recursive: true });
    const { root } = folder(hostId);
    const address = { socket: serveSocket(folder(hostId)), port, root };
    const workerData: DriverTask = { inputs, outputs, plan, address };
    // From source in development, from compiled JavaScript when published.
    const worker = new Worker(new URL(`./driverWorker${extname(import.meta.url)}`, import.meta.url), {
      workerData,
      resourceLimits: THREAD,
    });
    worker.unref();
    threads.add(worker);
    const outcome = new Promise<DriveOutcome>((resolve) => {
      const settle = (found: DriveOutcome) => {
        if (!threads.delete(worker)) return;
        void worker.terminate();
        resolve(found);
      };
      worker.on('message', (message: DriverMessage) => {
        if ('line' in message) tell(message.line);
        else if ('outcome' in message) settle(message.outcome);
        else settle(brokenOff(message.error.message, message.error.code));
      });
      worker.on('error', (error: NodeJS.ErrnoException) => settle(brokenOff(error.message, error.code)));
      worker.on('exit', (code) => settle(brokenOff(`its thread ended with ${code}`, undefined)));
    });
    const end = () => {
      // First, so that its exit is nobody's failure.
      threads.delete(worker);
      void worker.terminate();
    };
    return { outcome, end };
  }

  async function scoreHosts(job: Job, scoreFiles: ScoreFiles, signal: AbortSignal): Promise<Scored> {
    const places: { id: string; outputs: string; files: number }[] = [];
    for (const { id } of hostsOf(job)) {
      const inputs = join(aside(id), ASIDE.inputs);
      const outputs = join(aside(id), ASIDE.outputs);
      mkdirSync(inputs, { recursive: true });
      const place = { inputs, outputs, model: join(folder(id).ml, 'model') };
      const scored = await scoreFilesOf(job, place, scoreFiles, signal);
      if (!scored.scored) {
        for (const { outputs: made } of places) rmSync(made, { recursive: true, force: true });
        return scored;
      }
      places.push({ id, outputs, files: scored.files });
    }
    // Not before all are: what one host scored would not be asked of its container.
    for (const { id, files } of places) keep(id, { files, failures: 0, failed: [] });
    return { scored: true, files: places.reduce((sum, { files }) => sum + files, 0) };
  }

  return {
    environment: async (hostId) => ({ SAGEMAKER_BIND_TO_PORT: String(await portOf(hostId)) }),
    begin(job, tell) {
      const ends = new Set<() => void>();
      let ended = false;
      const outcomes = hostsOf(job).map(async ({ id }) => {
        const known = outcomeOf(id);
        if (known) return known;
        const port = await portOf(id);
        if (ended) return new Promise<never>(() => {});
        const { outcome, end } = driveHost(id, job.plan.transform!, port, tell);
        ends.add(end);
        const found = await outcome;
        keep(id, found);
        return found;
      });
      return {
        done: Promise.all(outcomes).then(merged),
        end() {
          ended = true;
          for (const end of ends) end();
        },
      };
    },
    outcome(job) {
      const outcomes = hostsOf(job).map(({ id }) => outcomeOf(id));
      return outcomes.every((each) => each !== undefined) ? merged(outcomes) : undefined;
    },
    score(job, scoreFiles, signal) {
      const work = scoreHosts(job, scoreFiles, AbortSignal.any([signal, stopped.signal]));
      scoring.add(work);
      const forget = () => void scoring.delete(work);
      work.then(forget, forget);
      return work;
    },
    async stop() {
      stopped.abort(new Error('The server closes.'));
      const ended = [...threads].map((thread) => thread.terminate());
      threads.clear();
      await Promise.allSettled([...ended, ...scoring]);
    },
  };
}

/** Where no job is driven: simulated ones. */
export const noDrives: Drives = {
  environment: async () => ({}),
  begin: () => {
    throw new Error('Transform jobs are not simulated.');
  },
  outcome: () => undefined,
  score: async () => ({ scored: false, reason: 'it is not simulated' }),
  stop: async () => {},
};

/** Nothing came of it, and neither the files nor the model are to blame. */
export function brokenOff(message: string, code: string | undefined): DriveOutcome {
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const reason = full
    ? "No space left on device. Free space on this machine's disk, then run the job again."
    : `The job's inputs could not be carried through its model: ${message}`;
  return { files: 0, failures: 0, failed: [], fatal: { kind: 'InternalServerError', reason } };
}

function merged(outcomes: readonly DriveOutcome[]): DriveOutcome {
  const sum = (of: (outcome: DriveOutcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const fatal = outcomes.find((outcome) => outcome.fatal)?.fatal;
  return {
    files: sum(({ files }) => files),
    failures: sum(({ failures }) => failures),
    failed: outcomes.flatMap(({ failed }) => failed),
    ...(fatal && { fatal }),
  };
}

/** A port of the loopback that nobody listens on just now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
