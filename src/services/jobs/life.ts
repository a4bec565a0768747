/**
 * Carries jobs through their phases. It owns what is in memory of them: the queue, the lives under way, their deadlines.
 *
 * J1. A phase is recorded before the work that it justifies begins, and what that work found is recorded with the next one. It is
 *     committed, not synced (the store's `commitAhead`): a loss of power ends the job's processes, too. Its end is synced before
 *     anyone hears of it.
 * J2. The store is the truth: a life reads its row anew for each phase, so that a restarted server goes on where the row
 *     says. Work outside the store may be done again; a process is launched once for each job (the runner's R1).
 * J3. One transaction ends a job: its row, its outputs, its lineage and whoever waits for its end change together.
 * J4. What cannot be recorded now (a full disk) is tried again until it can: no job is forgotten half way.
 */
import type { Cancel } from '../../base/clock.ts';
import { isAwsError } from '../../protocol/errors.ts';
import { shareOf } from './admission.ts';
import { attemptsOf, nextAttempt } from './attempts.ts';
import type { Life, Parts, Recording, Step } from './context.ts';
import { isJobFailure } from './errors.ts';
import { describe, jobOf } from './job.ts';
import { interrupted, refused } from './outcome.ts';
import { createPhases } from './phases.ts';
import type { Job } from './plan.ts';
import { deadline, type Ending, withEnding, withPending, withRetry, withStop } from './row.ts';
import type { JobRow } from './store.ts';
import { change } from './telling.ts';
import { servedBy } from './transform.ts';
import type { Phase } from './transitions.ts';

export type Lives = {
  /** A job's row is durable: it may begin when the machine is free. */
  enqueue(arn: string): void;
  /** A job's stop is durable. */
  interrupt(arn: string): void;
  /** Takes up what a former server left. Once, before the first request. */
  start(): void;
  /** Carries nothing further; resolves when no folder is being removed any more. Processes go on by themselves. */
  stop(): Promise<void>;
};

/** How long to wait before recording again what the store refused, in milliseconds. */
const AGAIN_AFTER = 1000;
/** After a restart, ends that came meanwhile are heard of before deadlines that passed meanwhile. In milliseconds. */
const HEAR_FIRST = 1000;
/** The phases that MaxRuntimeInSeconds bounds. */
const TIMED: readonly Phase[] = ['staging', 'launching', 'running'];

export function createLives(parts: Parts): Lives {
  const { db, store, world, ports, files, lineage, admission, limits } = parts;
  const { clock } = world;
  const lives = new Map<string, Life>();
  const discarding = new Set<Promise<void>>();
  let closed = false;

  const phases = createPhases(parts, { persist, finish, alive: (life) => !closed && lives.get(life.arn) === life });

  function admit(): void {
    while (!closed) {
      const arn = admission.take();
      if (arn === undefined) return;
      begin(arn, false);
    }
  }

  function wait(row: JobRow): void {
    admission.wait(row.arn, row.requester, amountOf(row));
  }

  function amountOf(row: JobRow) {
    return shareOf(jobOf(row).plan, limits).amount;
  }

  function begin(arn: string, recovered: boolean): void {
    if (closed || lives.has(arn)) return;
    const life: Life = { arn, recovered, abort: new AbortController() };
    lives.set(arn, life);
    live(life).then(
      () => {
        lives.delete(arn);
        admission.release(arn);
        admit();
      },
      (error: Error) => world.log('error', 'jobs.life-broken', { job: arn, message: error.message }),
    );
  }

  /** THE loop of one job: a phase's work, then its record. */
  async function live(life: Life): Promise<void> {
    for (;;) {
      const row = db.job({ arn: life.arn });
      if (!row || row.phase === 'ended') return;
      if (row.status === 'Stopping') life.abort.abort();
      const disarm = arm(life, row);
      const step = await phases[row.phase](life, row, jobOf(row)).catch((error) => failed(row, error));
      disarm();
      await persist(life.arn, step.record).catch((error) => persist(life.arn, failing(error).record));
      step.release?.();
    }
  }

  /** Whoever sees that a job failed finds the whole of its log. */
  async function failed(row: JobRow, error: unknown): Promise<Step> {
    await files.endLog(jobOf(row)).catch(() => {});
    return failing(error);
  }

  function failing(error: unknown): Step {
    return { record: (row) => finish(row, endingOf(row, error)) };
  }

  /** Work that failed because it was interrupted ends the job as the interruption does. */
  function endingOf(row: JobRow, error: unknown): Ending {
    if (row.stop_cause === null || row.phase === 'storing') return refused(error);
    return interrupted(row.kind, row.stop_cause, jobOf(row).plan.maxRuntimeSeconds);
  }

  /** Resolves once committed. Rejects only with what `record` itself refuses. */
  function persist(arn: string, record: Recording): Promise<void> {
    const work = () => {
      const row = db.job({ arn });
      if (row) record(row);
    };
    return new Promise((resolve, reject) => {
      const attempt = async () => {
        if (closed) return;
        try {
          await store.commitAhead(work);
          resolve();
        } catch (error) {
          if (isAwsError(error) || isJobFailure(error)) return reject(error);
          const { message } = error as Error;
          world.log('error', 'jobs.not-recorded', { job: arn, message, againAfterMilliseconds: AGAIN_AFTER });
          clock.at(clock.now() + AGAIN_AFTER, () => void attempt());
        }
      };
      void attempt();
    });
  }

  /** Inside a transaction: the end of a job, unless it is tried again. */
  function finish(row: JobRow, ending: Ending): void {
    const id = nextAttempt(jobOf(row), row, ending);
    if (id !== undefined) return retry(row, id, ending);
    const ended = withEnding(row, ending, clock.now());
    change(parts, row, ended);
    lineage.forgetKeys(row.arn);
    const { status, failureReason, internal } = ending;
    ports.jobEnded({
      ...{ jobArn: row.arn, kind: row.kind, status, describe: describe(ended), failureReason, internal },
      servedBy: servedBy(row),
    });
    store.whenDurable(() => discard(jobOf(ended)));
  }

  /** Its life goes on with the row as it is then. What the attempt left is removed at the job's end. */
  function retry(row: JobRow, id: string, { failureReason: reason }: Ending): void {
    change(parts, row, withRetry(row, id, clock.now()));
    db.setId({ arn: row.arn, id });
    lineage.forgetKeys(row.arn);
    delete lives.get(row.arn)?.credentials;
    world.log('warn', 'jobs.tried-again', { job: row.arn, reason });
  }

  async function discardAttempts(job: Job): Promise<void> {
    for (const attempt of attemptsOf(job)) await files.discard(attempt);
  }

  function discard(job: Job): void {
    if (closed) return;
    const done = discardAttempts(job).then(
      () => void persist(job.arn, () => db.setDiscarded({ arn: job.arn })),
      // Left for the next start.
      (error: Error) => world.log('warn', 'jobs.not-discarded', { job: job.arn, message: error.message }),
    );
    discarding.add(done);
    void done.then(() => discarding.delete(done));
  }

  function arm(life: Life, row: JobRow): Cancel {
    const due = deadline(row, jobOf(row));
    if (due === undefined || !TIMED.includes(row.phase) || row.status !== 'InProgress') return () => {};
    const earliest = life.recovered ? clock.now() + HEAR_FIRST : 0;
    return clock.at(Math.max(due, earliest), () => void persist(life.arn, expire));
  }

  function expire(row: JobRow): void {
    if (!TIMED.includes(row.phase) || row.status !== 'InProgress') return;
    change(parts, row, withStop(row, 'runtime', clock.now()));
    store.whenDurable(() => interrupt(row.arn));
  }

  function interrupt(arn: string): void {
    const life = lives.get(arn);
    if (life) return life.abort.abort();
    // It only has its end to record, which needs nothing of the machine.
    if (admission.giveUp(arn)) begin(arn, false);
  }

  return {
    enqueue(arn) {
      const row = db.job({ arn });
      if (!row) return;
      wait(row);
      admit();
      if (row.kind === 'Training' && admission.waits(arn)) {
        void persist(arn, (fresh) => change(parts, fresh, withPending(fresh, clock.now())));
      }
    },
    interrupt,
    start() {
      lineage.load();
      for (const row of db.unfinished({})) {
        if (row.phase === 'ended') discard(jobOf(row));
        else if (row.phase === 'queued' && row.status === 'InProgress') wait(row);
        else {
          admission.hold(row.arn, amountOf(row));
          begin(row.arn, true);
        }
      }
      admit();
    },
    async stop() {
      closed = true;
      await Promise.all(discarding);
    },
  };
}
