/**
 * Runs of jobs: their beginning, their end, and what follows from it.
 *
 * R1. A run and the order that carries it out are made in one transaction; so is its end, with the event that tells of it, the end
 *     of the task that waits for it, and the run that tries it again.
 * R2. A job has at most MaxConcurrentRuns runs that are not over. A run that tries again takes the place of the one that failed.
 * R3. What a run is, is decided when it starts: a job that is changed meanwhile changes no run.
 */
import type { Cancel } from '../../base/clock.ts';
import type { Call } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { Job, JobRun, Parts, StartInput } from './context.ts';
import { capacityOfRun, checkStart, kindOf } from './definition.ts';
import { glueErrors } from './errors.ts';
import { runStatus, stateChange } from './events.ts';
import { attemptOf, jobArn, newRunId, nextAttempt, orderArn, type Place, roleArnOf, runOfOrder } from './names.ts';
import { IMAGES, LOG_GROUPS, orderOf } from './plan.ts';
import type { OrderEnd } from './ports.ts';
import { checkState, isOver, isTriedAgain, type RunState } from './states.ts';
import type { JobRow, RunRow } from './store.ts';

export type Runs = {
  /** @returns the run's id @throws ConcurrentRunsExceededException, InvalidInputException */
  start(job: JobRow, request: StartInput, call: Call): string;
  /** Whether it could be stopped. */
  stop(run: RunRow, at: number): boolean;
  /** Inside the transaction that has the process of a run be. */
  begun(order: string): void;
  /** Inside the transaction that ends the process of a run. */
  ended(end: OrderEnd): void;
  /** Waits again for what runs of a former server are late for. */
  recover(): void;
  close(): void;
};

/** How a run's process ends, as the state of the run. */
const ENDS: Readonly<Record<OrderEnd['status'], (end: OrderEnd) => RunState>> = {
  Completed: () => 'SUCCEEDED',
  Stopped: ({ outOfTime }) => (outOfTime ? 'TIMEOUT' : 'STOPPED'),
  Failed: ({ internal }) => (internal ? 'ERROR' : 'FAILED'),
};
const JAVA_MISSING =
  'A glueetl job runs on Spark, which needs Java, and this machine has none. Install it (Debian, Ubuntu: apt install default-jre-headless; Fedora: dnf install java-21-openjdk-headless), then start the run again; or make the job a pythonshell job.';

export function createRuns(parts: Parts, store: Pick<Store, 'whenDurable' | 'transact'>): Runs {
  const { db, world, ports, account } = parts;
  const { clock } = world;
  /** Of runs that tell when they take long. */
  const late = new Map<string, Cancel>();

  function start(row: JobRow, request: StartInput, call: Call): string {
    checkStart(request);
    const job = JSON.parse(row.definition) as Job;
    const place = { account, region: row.region };
    if (kindOf(job) === 'glueetl' && !ports.hasJava()) throw glueErrors.invalid(JAVA_MISSING);
    if (!ports.roleTrusts(roleArnOf(place, job.Role!), jobArn(place, row.name))) throw glueErrors.role(job.Role!);
    if ((db.runsUnderWay({ job: row.id })?.count ?? 0) >= job.ExecutionProperty!.MaxConcurrentRuns!) {
      throw glueErrors.concurrent(row.name);
    }
    const refusal = ports.refusal(IMAGES[kindOf(job)]);
    if (refusal) throw glueErrors.invalid(refusal);
    const { asked, previous } = again(row, request);
    const id = previous === null ? newRunId(world.random) : nextAttempt(previous);
    if (db.run({ id })) throw glueErrors.invalid(`The run ${previous} has been tried again already, as ${id}.`);
    insert(false, {
      id,
      previous,
      job: row.id,
      name: row.name,
      definition: job,
      asked,
      requester: call.principal.arn,
      place,
    });
    return id;
  }

  /** What a run is asked for: of one that tries an earlier run again, what that was. @throws EntityNotFoundException */
  function again(row: JobRow, request: StartInput): { asked: StartInput; previous: string | null } {
    if (request.JobRunId === undefined) return { asked: request, previous: null };
    const earlier = db.run({ id: request.JobRunId });
    if (earlier?.job !== row.id) throw glueErrors.noRun(row.name, request.JobRunId);
    if (!isOver(earlier.state))
      throw glueErrors.invalid(`The run ${earlier.id} is ${earlier.state}: it is not over yet.`);
    return { asked: { ...(JSON.parse(earlier.request) as StartInput), ...request }, previous: earlier.id };
  }

  /** @param tried whether a run that was admitted has failed, and this one takes its place */
  function insert(
    tried: boolean,
    run: {
      id: string;
      previous: string | null;
      job: number;
      name: string;
      definition: Job;
      asked: StartInput;
      requester: string;
      place: Place;
    },
  ): void {
    const { id, previous, job, name, definition, asked, requester, place } = run;
    const now = clock.now();
    const order = orderOf({ id, job: definition, request: asked, place });
    db.insertRun({
      ...{ id, job, job_name: name, region: place.region, order_arn: orderArn(place, name, id), previous, requester },
      ...{ request: JSON.stringify(asked), definition: JSON.stringify(definition), state: 'STARTING' },
      ...{ started_at: now, begun_at: null, modified_at: now, completed_at: null, error: null },
    });
    ports.place(order, { region: place.region, now, requester, again: tried });
    store.whenDurable(() => expectLate(db.run({ id })));
  }

  /** The run as it is then. */
  function move(run: RunRow, state: RunState, change: Partial<RunRow> = {}): RunRow {
    checkState(run.state, state);
    const moved: RunRow = { ...run, ...change, state, modified_at: clock.now() };
    db.saveRun(moved);
    const delay = delayOf(moved);
    if (!isOver(state) && delay !== undefined && clock.now() >= dueOf(moved, delay))
      ports.emit(runStatus(moved, delay));
    return moved;
  }

  function ended(end: OrderEnd): void {
    const run = db.run({ id: runOfOrder(end.arn) });
    if (!run) return;
    const state = ENDS[end.status](end);
    const now = clock.now();
    const error = state === 'TIMEOUT' ? 'Timeout exceeded' : (end.failureReason ?? null);
    const over = move(run, state, { completed_at: now, error });
    store.whenDurable(() => forgetLate(run.id));
    ports.emit(stateChange(over));
    ports.runEnded(over.job_name, over.id, describeRun(over));
    // Its job was deleted meanwhile, and nobody can ask for it.
    if (!db.jobOfId({ id: over.job })) db.removeRun({ id: over.id });
    else if (isTriedAgain(state)) tryAgain(over);
  }

  function tryAgain(run: RunRow): void {
    const definition = JSON.parse(run.definition) as Job;
    if (attemptOf(run.id) >= (definition.MaxRetries ?? 0)) return;
    const { job, job_name: name, requester } = run;
    const place = { account, region: run.region };
    const asked = JSON.parse(run.request) as StartInput;
    insert(true, { id: nextAttempt(run.id), previous: run.id, job, name, definition, asked, requester, place });
  }

  function expectLate(run: RunRow | undefined): void {
    const delay = run && delayOf(run);
    if (!run || isOver(run.state) || delay === undefined || dueOf(run, delay) <= clock.now()) return;
    const tell = () => {
      late.delete(run.id);
      store
        .transact(() => {
          const now = db.run({ id: run.id });
          if (now && !isOver(now.state)) ports.emit(runStatus(now, delay));
        })
        .catch((error: Error) => world.log('warn', 'glue.delay-not-told', { run: run.id, message: error.message }));
    };
    late.set(run.id, clock.at(dueOf(run, delay), tell));
  }

  function forgetLate(id: string): void {
    late.get(id)?.();
    late.delete(id);
  }

  return {
    start,
    stop(run, at) {
      if (isOver(run.state)) return false;
      if (run.state !== 'STOPPING') move(run, 'STOPPING');
      ports.stop(run.order_arn, at);
      return true;
    },
    begun(order) {
      const run = db.run({ id: runOfOrder(order) });
      if (run?.state === 'STARTING') move(run, 'RUNNING', { begun_at: clock.now() });
    },
    ended,
    recover() {
      for (const run of db.unfinished({})) expectLate(run);
    },
    close() {
      for (const cancel of late.values()) cancel();
      late.clear();
    },
  };
}

/** NotifyDelayAfter, in minutes. */
function delayOf(run: RunRow): number | undefined {
  const asked = (JSON.parse(run.request) as StartInput).NotificationProperty;
  return (asked ?? (JSON.parse(run.definition) as Job).NotificationProperty)?.NotifyDelayAfter;
}

const dueOf = (run: RunRow, delay: number): number => run.started_at + delay * 60_000;

/** A run as GetJobRun answers it. */
export function describeRun(run: RunRow): JobRun {
  const job = JSON.parse(run.definition) as Job;
  const asked = JSON.parse(run.request) as StartInput;
  const { completed_at: completed, begun_at: begun } = run;
  const seconds = begun === null || completed === null ? 0 : Math.round((completed - begun) / 1000);
  return {
    ...{ Id: run.id, Attempt: attemptOf(run.id), PreviousRunId: run.previous ?? undefined, JobName: run.job_name },
    ...{ JobMode: job.JobMode, JobRunQueuingEnabled: false },
    StartedOn: new Date(run.started_at),
    LastModifiedOn: new Date(run.modified_at),
    CompletedOn: completed === null ? undefined : new Date(completed),
    ...{
      JobRunState: run.state,
      Arguments: asked.Arguments,
      ErrorMessage: run.error ?? undefined,
      PredecessorRuns: [],
    },
    ...{ ExecutionTime: seconds, Timeout: asked.Timeout ?? job.Timeout },
    ...capacityOfRun(job, asked).described,
    ...{
      LogGroupName: LOG_GROUPS[kindOf(job)],
      NotificationProperty: asked.NotificationProperty ?? job.NotificationProperty,
    },
    ...{ GlueVersion: job.GlueVersion, ExecutionClass: asked.ExecutionClass ?? job.ExecutionClass },
  };
}
