/**
 * Message move tasks: dead letters on their way back, or to another queue.
 *
 * M1. A task moves what the dead-letter queue had when it began, so many in a transaction, and goes on after a restart where it was.
 * M2. A queue has one task at a time.
 */
import type { Cancel } from '../../base/clock.ts';
import { uuid } from '../../base/random.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { queueErrors } from './errors.ts';
import { type Queue, queueByArn } from './queues.ts';
import type { MoveRow } from './store.ts';
import { transfer } from './transfers.ts';

export type Moves = {
  start(input: InputOf<Sdk, 'StartMessageMoveTask'>, call: Call): OutputOf<Sdk, 'StartMessageMoveTask'>;
  cancel(handle: string, call: Call): OutputOf<Sdk, 'CancelMessageMoveTask'>;
  list(input: InputOf<Sdk, 'ListMessageMoveTasks'>, call: Call): OutputOf<Sdk, 'ListMessageMoveTasks'>;
  /** Goes on with what a former server left. */
  recover(): void;
  stop(): void;
};

const MOST_PER_SECOND = 500;
const MOST_LISTED = 10;
/** Messages in a transaction. */
const BATCH = 50;
const AGAIN_AFTER = 1000;

/** The queue that a handle's task takes from; undefined when it is no handle. */
export function sourceOfHandle(handle: string): string | undefined {
  try {
    const { sourceArn } = JSON.parse(Buffer.from(handle, 'base64').toString());
    return typeof sourceArn === 'string' ? sourceArn : undefined;
  } catch {
    return undefined;
  }
}

export function createMoves(parts: Parts): Moves {
  const { db, store, world } = parts;
  const timers = new Map<number, Cancel>();
  let stopped = false;

  function later(id: number, after: number): void {
    if (stopped) return;
    const cancel = world.clock.at(world.clock.now() + after, () => {
      timers.delete(id);
      step(id);
    });
    timers.set(id, cancel);
  }

  function step(id: number): void {
    if (stopped) return;
    store
      .transact(() => moveSome(parts, id))
      .then(
        (pause) => pause !== undefined && later(id, pause),
        (error: Error) => {
          world.log('error', 'queues.not-moved', { message: error.message, againAfterMilliseconds: AGAIN_AFTER });
          later(id, AGAIN_AFTER);
        },
      );
  }

  return {
    start(input, call) {
      const row = newTask(parts, input, call);
      const id = db.insertMove(row);
      store.whenDurable(() => step(id));
      return { TaskHandle: row.handle };
    },
    cancel(handle, { region }) {
      const row = db.moveByHandle({ handle });
      if (row?.region !== region) throw queueErrors.noMove();
      if (row.status !== 'RUNNING') throw queueErrors.moveOver(row.status);
      db.setMove({ id: row.id, status: 'CANCELLED', moved: row.moved, failure: null });
      return { ApproximateNumberOfMessagesMoved: row.moved };
    },
    list({ SourceArn: source = '', MaxResults: most = 1 }, { region }) {
      if (most < 1 || most > MOST_LISTED) {
        throw queueErrors.value(most, 'MaxResults', `Must be between 1 and ${MOST_LISTED}, if provided.`);
      }
      if (!queueByArn(parts, source, region)) throw queueErrors.noSource();
      return { Results: db.moves({ region, source, limit: most }).map(described) };
    },
    recover() {
      for (const { id } of db.movesRunning({})) step(id);
    },
    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
    },
  };
}

function newTask(
  parts: Parts,
  input: InputOf<Sdk, 'StartMessageMoveTask'>,
  { region, now }: Call,
): Omit<MoveRow, 'id'> {
  const { SourceArn: source = '', DestinationArn: destination, MaxNumberOfMessagesPerSecond: rate } = input;
  const { db, world } = parts;
  if (rate !== undefined && (rate < 1 || rate > MOST_PER_SECOND)) {
    throw queueErrors.value(
      rate,
      'MaxNumberOfMessagesPerSecond',
      `Must be between 1 and ${MOST_PER_SECOND}, if provided.`,
    );
  }
  const from = queueByArn(parts, source, region);
  if (!from) throw queueErrors.noSource();
  if (db.queuesWithDeadLetters({ region, arn: source, after: '', limit: 1 }).length === 0)
    throw queueErrors.notDeadLetters();
  if (destination !== undefined) checkDestination(from, queueByArn(parts, destination, region));
  if (db.moves({ region, source, limit: 1 })[0]?.status === 'RUNNING') throw queueErrors.moving();
  const { content } = from;
  const handle = Buffer.from(JSON.stringify({ taskId: uuid(world.random), sourceArn: source })).toString('base64');
  const { delayed, inFlight } = db.hidden({ content, now })!;
  return {
    ...{ handle, region, source, destination: destination ?? null, rate: rate ?? null },
    ...{ status: 'RUNNING', moved: 0, to_move: (db.total({ content })?.total ?? 0) - delayed - inFlight },
    ...{ last_message: db.lastMessage({})?.id ?? 0, failure: null, started_at: now },
  };
}

function checkDestination(from: Queue, to: Queue | undefined): void {
  if (!to) throw queueErrors.noDestination();
  if (to.id === from.id) throw queueErrors.sameQueue();
  if (to.settings.fifo !== from.settings.fifo) throw queueErrors.otherKind();
}

/** Answers after how many milliseconds to go on; undefined when the task is over. */
function moveSome(parts: Parts, id: number): number | undefined {
  const { db, world } = parts;
  const task = db.move({ id });
  if (task?.status !== 'RUNNING') return undefined;
  const now = world.clock.now();
  const end = (status: MoveRow['status'], moved: number, failure: string | null) => {
    db.setMove({ id, status, moved, failure });
    return undefined;
  };
  const from = queueByArn(parts, task.source, task.region);
  if (!from) return end('FAILED', task.moved, 'AWS.SimpleQueueService.NonExistentQueue');
  const most = Math.min(BATCH, task.rate ?? BATCH);
  const found = db.movable({ content: from.content, now, last: task.last_message, most });
  if (found.length === 0) return end('COMPLETED', task.moved, null);
  let { moved } = task;
  for (const message of found) {
    const to = task.destination ?? message.source;
    const target = to === null ? undefined : queueByArn(parts, to, task.region);
    if (!target)
      return end(
        'FAILED',
        moved,
        to === null ? 'CouldNotDetermineMessageSource' : 'AWS.SimpleQueueService.NonExistentQueue',
      );
    transfer(parts, message, from, target, null, now);
    moved += 1;
  }
  db.setMove({ id, status: 'RUNNING', moved, failure: null });
  return task.rate === null ? 0 : Math.ceil((found.length * 1000) / task.rate);
}

type Described = NonNullable<OutputOf<Sdk, 'ListMessageMoveTasks'>['Results']>[number];

/** As on AWS, only a task that runs has a handle. */
const described = (row: MoveRow): Described => ({
  ...(row.status === 'RUNNING' && { TaskHandle: row.handle }),
  Status: row.status,
  SourceArn: row.source,
  ...(row.destination !== null && { DestinationArn: row.destination }),
  ...(row.rate !== null && { MaxNumberOfMessagesPerSecond: row.rate }),
  ApproximateNumberOfMessagesMoved: row.moved,
  ApproximateNumberOfMessagesToMove: row.to_move,
  ...(row.failure !== null && { FailureReason: row.failure }),
  StartedTimestamp: row.started_at,
});
