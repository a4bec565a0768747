/**
 * What each phase of a job does outside the store, and what it then records.
 *
 * F1. Nothing here changes a row but the records, which run in a transaction with the row as it is by then: a stop that
 *     came while the work was under way is seen by them.
 */
import { shareOf } from './admission.ts';
import type { Life, Parts, Recording, Step } from './context.ts';
import type { OutputBatch } from './files/files.ts';
import { type Host, hostsOf, jobExit, networkOf, succeeded } from './hosts.ts';
import { ending, interrupted, storesOutputs } from './outcome.ts';
import { type Job, SESSIONS } from './plan.ts';
import type { JobCredentials } from './ports.ts';
import { type Ending, type RecordedExit, withExit, withPhase } from './row.ts';
import type { JobRow } from './store.ts';
import { change } from './telling.ts';
import { driveJob } from './transform/driving.ts';
import type { Phase } from './transitions.ts';

type Phases = { [P in Exclude<Phase, 'ended'>]: (life: Life, row: JobRow, job: Job) => Promise<Step> };

type Ways = {
  persist(arn: string, record: Recording): Promise<void>;
  finish(row: JobRow, ending: Ending): void;
  /** Whether this life is still the one that carries its job. */
  alive(life: Life): boolean;
};

/** How long a job's credentials outlast its longest run, in seconds: for what it does while it is being stopped. */
const CREDENTIALS_OUTLAST = 900;
/** Inputs that one transaction records, at most. */
const READS_AT_A_TIME = 500;
/** How long what serves a model may take to end once nothing is asked of it any more, in milliseconds. */
const SERVED_GRACE = 10_000;
const REBOOTED = 'this machine restarted while it ran, or before its outputs were stored.';

export function createPhases(parts: Parts, { persist, finish, alive }: Ways): Phases {
  const { db, world, ports, runner, files, drives, lineage, limits } = parts;
  const { clock } = world;

  const next = (row: JobRow, phase: Phase) => {
    change(parts, row, withPhase(row, phase, clock.now()));
    if (phase === 'running') ports.orderBegun?.(row.arn, row.kind);
  };

  /** Ends an interrupted job that has no process; otherwise `goOn`. */
  const unlessStopping =
    (job: Job, goOn: Recording): Recording =>
    (row) =>
      row.stop_cause === null
        ? goOn(row)
        : finish(row, interrupted(row.kind, row.stop_cause, job.plan.maxRuntimeSeconds));

  /** An instant at which a test may crash the server; the crash comes out of the clock's loop, as every other one. */
  function instant(point: 'job:launch' | 'job:launched' | 'job:output'): Promise<void> {
    return new Promise((resolve) => {
      clock.soon(() => {
        world.crashPoint(point);
        resolve();
      });
    });
  }

  async function prepare(life: Life, _row: JobRow, job: Job): Promise<Step> {
    files.followLog(job);
    const progress = (line: string) => {
      if (!alive(life) || life.abort.signal.aborted) return;
      files.note(job, line);
      ports.progress(job.arn, line);
    };
    if (!life.abort.signal.aborted) {
      await Promise.race([runner.prepare(job.plan.image, progress), abortion(life.abort.signal)]);
    }
    return { record: unlessStopping(job, (row) => next(row, 'staging')) };
  }

  async function queue(_life: Life, _row: JobRow, job: Job): Promise<Step> {
    const phase = runner.prepared(job.plan.image) ? 'staging' : 'preparing';
    return { record: unlessStopping(job, (row) => next(row, phase)) };
  }

  async function stage(life: Life, _row: JobRow, job: Job): Promise<Step> {
    const { reads, prefixes } = await files.stage(job, life.abort.signal);
    // In parts, so that a job of very many inputs does not keep the loop; a crash between them begins them anew.
    let recorded = 0;
    const recordPart = (part: typeof reads, whole: typeof prefixes) => {
      if (recorded === 0) lineage.forgetInputs(job.arn);
      lineage.recordInputs(job.arn, part, whole);
    };
    for (; reads.length - recorded > READS_AT_A_TIME; recorded += READS_AT_A_TIME) {
      const part = reads.slice(recorded, recorded + READS_AT_A_TIME);
      await persist(job.arn, () => recordPart(part, []));
    }
    const record = (row: JobRow) => {
      recordPart(reads.slice(recorded), prefixes);
      life.credentials = openSession(job);
      next(row, 'launching');
    };
    return { record: unlessStopping(job, record) };
  }

  /** Inside a transaction: the keys that the job's process gets. */
  function openSession(job: Job): JobCredentials {
    const seconds = job.plan.maxRuntimeSeconds + CREDENTIALS_OUTLAST;
    const credentials = ports.roleSession(job.roleArn, SESSIONS[job.kind], seconds);
    lineage.addKey(job.arn, credentials.AccessKeyId);
    return credentials;
  }

  async function launch(life: Life, _row: JobRow, job: Job): Promise<Step> {
    const hosts = hostsOf(job);
    const missing = hosts.filter(({ id }) => !runner.launched(id));
    const running: Recording = (row) => next(row, 'running');
    if (missing.length === 0) return { record: running };
    // The machine may have lost what was staged before it restarted. A host that ran then is lost, and the job with it.
    if (!files.intact(job)) {
      const restage = unlessStopping(job, (row) => next(row, 'staging'));
      return { record: missing.length < hosts.length ? running : restage };
    }
    // An earlier server may have opened one, and told nobody.
    if (!life.credentials) {
      await persist(job.arn, () => {
        life.credentials = openSession(job);
      });
    }
    await instant('job:launch');
    // Hosts that an earlier server launched are stopped as running ones are.
    if (life.abort.signal.aborted) {
      return { record: missing.length < hosts.length ? running : unlessStopping(job, running) };
    }
    if (missing.length === hosts.length && (await scoredHere(life, job)))
      return { record: unlessStopping(job, running) };
    const share = shareOf(job.plan, limits);
    const serves = job.plan.transform !== undefined;
    const names = hosts.length > 1 ? hosts.map(({ name }) => name) : [];
    const proxy = ports.proxyVariables?.(life.credentials!, names);
    if (missing.length === hosts.length) {
      if (share.notice) files.note(job, share.notice);
      if (runner.missing) files.note(job, `telar: ${runner.missing}`);
    }
    const launched = missing.map(async (host) =>
      runner.launch({
        jobId: host.id,
        image: job.plan.image,
        entrypoint: job.plan.entrypoint,
        arguments: job.plan.arguments,
        environment: {
          ...(serves && (await drives.environment(host.id))),
          ...environment(job, ports.endpointUrl(), life.credentials!),
        },
        ...(serves && { serves }),
        ...(proxy && { proxy }),
        networkIsolation: job.plan.networkIsolation,
        telarOnly: limits.telarOnly,
        limits: share.limits,
        ...hostNetwork(job, host),
      }),
    );
    // All of them, so that what is removed after a failure is not being made any more.
    const failed = (await Promise.allSettled(launched)).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    await instant('job:launched');
    return { record: running };
  }

  /** A transform job that needs no container. What an earlier server scored is not scored again. */
  async function scoredHere({ abort }: Life, job: Job): Promise<boolean> {
    if (!job.plan.transform) return false;
    if (drives.outcome(job)) return true;
    if (!ports.scoreFiles) return false;
    const tried = await drives.score(job, ports.scoreFiles, abort.signal);
    const how = tried.scored
      ? `The ${tried.files === 1 ? 'file was' : `${tried.files} files were`} scored by Telar itself, as the model's container would have`
      : `The model's container is asked, since ${tried.reason}`;
    files.note(job, `telar: ${how}.`);
    return tried.scored;
  }

  async function run({ abort }: Life, _row: JobRow, job: Job): Promise<Step> {
    files.followLog(job);
    if (!files.intact(job)) {
      return { record: (row) => change(parts, row, withExit(row, { kind: 'lost', reason: REBOOTED }, clock.now())) };
    }
    const hosts = hostsOf(job).filter(({ id }) => runner.launched(id));
    const scored = hosts.length === 0 ? drives.outcome(job) : undefined;
    if (scored) {
      return { record: (row) => change(parts, row, withExit(row, { kind: 'exited', code: 0 }, clock.now(), scored)) };
    }
    const stop = (id: string, grace: number) => {
      runner.stop(id, grace).catch((error: Error) => {
        world.log('error', 'jobs.not-stopped', { job: job.arn, message: error.message });
      });
    };
    const stopAll = () => {
      const told = db.job({ arn: job.arn })?.stop_at ?? clock.now();
      for (const { id } of hosts) stop(id, Math.max(0, told + limits.grace - clock.now()));
    };
    const driving = job.plan.transform && driveJob(parts, job, () => hosts.map(({ id }) => stop(id, SERVED_GRACE)));
    abort.signal.addEventListener('abort', () => driving?.end(), { once: true });
    if (abort.signal.aborted) stopAll();
    else abort.signal.addEventListener('abort', stopAll, { once: true });
    let first: number | undefined;
    const ends = hosts.map(async ({ id }, index) => {
      const exit = await runner.exit(id);
      if (!succeeded(exit) && first === undefined && !abort.signal.aborted) {
        first = index;
        for (const other of hosts) if (other.id !== id) stop(other.id, limits.grace);
      }
      return exit;
    });
    const exit = jobExit(await Promise.all(ends), first);
    abort.signal.removeEventListener('abort', stopAll);
    const transform = driving?.end();
    return { record: (row) => change(parts, row, withExit(row, exit, clock.now(), transform)) };
  }

  async function storeOutputs(_life: Life, row: JobRow, job: Job): Promise<Step> {
    await instant('job:output');
    const exit = JSON.parse(row.exit!) as RecordedExit;
    if (!files.intact(job)) exit.exit = { kind: 'lost', reason: REBOOTED };
    const stores = storesOutputs(exit, job.plan);
    const stored = await files.store(job, stores, exit.exit.host ?? 0);
    const last = await writeAllButLast(job, stored.batches);
    // Storing may have had something to say, too.
    await files.endLog(job);
    const end = ending(job, exit, stored.report, stores);
    return {
      record: (fresh) => {
        if (last) lineage.recordOutputs(job.arn, last.write());
        finish(fresh, end);
      },
      release: () => last?.release(),
    };
  }

  /** The last batch becomes visible with the end of the job. */
  async function writeAllButLast(
    job: Job,
    batches: AsyncIterable<OutputBatch> | Iterable<OutputBatch>,
  ): Promise<OutputBatch | undefined> {
    let held: OutputBatch | undefined;
    try {
      for await (const batch of batches) {
        const before = held;
        held = batch;
        if (!before) continue;
        try {
          await persist(job.arn, () => lineage.recordOutputs(job.arn, before.write()));
        } finally {
          before.release();
        }
      }
    } catch (error) {
      held?.release();
      throw error;
    }
    return held;
  }

  return {
    queued: queue,
    preparing: prepare,
    staging: stage,
    launching: launch,
    running: run,
    storing: storeOutputs,
  };
}

/** A job of one host sees no other: its sandbox needs no names. */
function hostNetwork(job: Job, host: Host) {
  const network = networkOf(job, host);
  return network ? { host: network } : {};
}

function abortion(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** What a job's process finds in its environment. Credentials that the request names itself stand alone. */
function environment({ region, plan }: Job, endpointUrl: string, session: JobCredentials): Record<string, string> {
  const own = 'AWS_ACCESS_KEY_ID' in plan.environment;
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpointUrl,
    // Before an address, clients' prefixes of hosts (StartSyncExecution: sync-) lead nowhere.
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    // A job outlives its server: clients in it ask again until the next one answers, half a minute and more.
    AWS_RETRY_MODE: 'standard',
    AWS_MAX_ATTEMPTS: '10',
    ...(own
      ? {}
      : {
          AWS_ACCESS_KEY_ID: session.AccessKeyId,
          AWS_SECRET_ACCESS_KEY: session.SecretAccessKey,
          AWS_SESSION_TOKEN: session.SessionToken,
        }),
    ...plan.environment,
  };
}
