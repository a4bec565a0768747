/**
 * Threads that digest and write the bytes of large uploads: the loop copies what the sockets give into blocks and hands these
 * over, so that an upload costs it no hashing and no writing (DESIGN §4: never more than 10 ms at a stretch).
 *
 * I1. The blocks of one upload are worked off by one thread, in order. After its `end` was answered no thread touches the
 *     upload's descriptor any more.
 * I2. Memory: BLOCKS blocks in all, however many uploads there are, and only while they are worked off; a slow client holds none.
 * I3. A thread that dies fails the uploads that it had; the next upload gets a new thread.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ChecksumAlgorithm } from '../protocol/checksums.ts';

/** What the loop tells a thread. */
export type IntakeTask =
  | { kind: 'begin'; upload: number; descriptor: number; algorithms: readonly ChecksumAlgorithm[] }
  | { kind: 'block'; upload: number; block: ArrayBuffer; length: number }
  | { kind: 'end'; upload: number };

/** What it answers: blocks come back, digests are in the order asked for, base64. */
export type IntakeAnswer =
  | {
      kind: 'taken';
      upload: number;
      block: ArrayBuffer;
      error: { message: string; code: string | undefined } | undefined;
    }
  | { kind: 'ended'; upload: number; digests: readonly string[] };

export type Digests = ReadonlyMap<ChecksumAlgorithm, string>;

/** One upload's way to the disk. After an error nothing but `end` is called. */
export type IntakeUpload = {
  /** Takes at most BLOCK bytes; resolves when the next may come. @throws the disk's error of an earlier block */
  write(chunks: readonly Uint8Array[]): Promise<void>;
  /** Waits until all is written. Called once, also to give up. @throws the disk's error, if there was one */
  end(): Promise<Digests>;
};

export type Intake = { begin(descriptor: number, algorithms: readonly ChecksumAlgorithm[]): IntakeUpload };

/** The most bytes of one write. */
export const BLOCK = 256 * 1024;
const BLOCKS = 64;
/** Blocks of one upload that may be under way: one is filled while the others are worked off. */
const AHEAD = 3;

/** An upload as the loop sees it. */
type Flow = {
  ahead: number;
  error: Error | undefined;
  /** Called when a block came back, or the thread is gone. */
  advanced: () => void;
  ended: (digests: readonly string[]) => void;
};

type Thread = { worker: Worker; flows: Map<number, Flow>; dead: Error | undefined };

export function createIntake(): Intake {
  const threads: (Thread | undefined)[] = Array.from({ length: Math.max(1, availableParallelism() - 1) });
  const blocks = createBlocks();
  let counter = 0;

  /** The thread with the fewest uploads, started when there is none yet. */
  function thread(): Thread {
    let best = 0;
    for (const [index, each] of threads.entries()) {
      const count = (each: Thread | undefined) => (each && !each.dead ? each.flows.size : 0);
      if (count(each) < count(threads[best])) best = index;
    }
    const found = threads[best];
    if (found && !found.dead) return found;
    const started = startThread(blocks);
    threads[best] = started;
    return started;
  }

  return {
    begin(descriptor, algorithms) {
      const upload = ++counter;
      const own = thread();
      const { worker, flows } = own;
      const flow: Flow = { ahead: 0, error: undefined, advanced: () => {}, ended: () => {} };
      if (flows.size === 0) worker.ref();
      flows.set(upload, flow);
      const tell = (task: IntakeTask, transferred: ArrayBuffer[] = []) => worker.postMessage(task, transferred);
      tell({ kind: 'begin', upload, descriptor, algorithms });

      /** Until fewer than `most` blocks are under way. */
      async function settled(most: number): Promise<void> {
        while (flow.ahead >= most && !own.dead) {
          await new Promise<void>((resolve) => {
            flow.advanced = resolve;
          });
        }
        flow.error ??= own.dead;
      }

      return {
        async write(chunks) {
          const block = await blocks.take();
          if (flow.error || own.dead) {
            blocks.give(block);
            throw flow.error ?? own.dead;
          }
          const target = new Uint8Array(block);
          let length = 0;
          for (const chunk of chunks) {
            target.set(chunk, length);
            length += chunk.length;
          }
          flow.ahead += 1;
          tell({ kind: 'block', upload, block, length }, [block]);
          await settled(AHEAD);
          if (flow.error) throw flow.error;
        },
        async end() {
          await settled(1);
          const answered = new Promise<readonly string[]>((resolve) => {
            flow.ended = resolve;
          });
          if (own.dead) flow.ended([]);
          else tell({ kind: 'end', upload });
          const digests = await answered;
          flows.delete(upload);
          if (flows.size === 0) worker.unref();
          flow.error ??= own.dead;
          if (flow.error) throw flow.error;
          return new Map(algorithms.map((algorithm, index) => [algorithm, digests[index]!]));
        },
      };
    },
  };
}

function startThread(blocks: Blocks): Thread {
  const worker = new Worker(new URL('./intakeWorker.ts', import.meta.url), {
    // Not the process's: what started it (--input-type, --eval) need not fit a file.
    execArgv: [],
  });
  worker.unref();
  const thread: Thread = { worker, flows: new Map(), dead: undefined };
  const die = (error: Error) => {
    if (thread.dead) return;
    thread.dead = error;
    for (const flow of thread.flows.values()) {
      // What it had in hand is gone with it.
      for (; flow.ahead > 0; flow.ahead -= 1) blocks.lose();
      flow.advanced();
      flow.ended([]);
    }
  };
  worker.on('error', die);
  worker.on('exit', () => die(new Error('The thread that writes uploads ended.')));
  worker.on('message', (answer: IntakeAnswer) => {
    const flow = thread.flows.get(answer.upload);
    if (answer.kind === 'ended') return flow?.ended(answer.digests);
    blocks.give(answer.block);
    if (!flow) return;
    flow.ahead -= 1;
    if (answer.error) flow.error ??= Object.assign(new Error(answer.error.message), { code: answer.error.code });
    flow.advanced();
  });
  return thread;
}

type Blocks = {
  take(): Promise<ArrayBuffer>;
  give(block: ArrayBuffer): void;
  /** One will not come back: another may be made. */
  lose(): void;
};

/** BLOCKS blocks, made when first needed and used again: never garbage, never more. */
function createBlocks(): Blocks {
  const free: ArrayBuffer[] = [];
  const waiting: ((block: ArrayBuffer) => void)[] = [];
  let made = 0;

  function give(block: ArrayBuffer): void {
    const next = waiting.shift();
    if (next) next(block);
    else free.push(block);
  }

  return {
    async take() {
      const found = free.pop();
      if (found) return found;
      if (made < BLOCKS) {
        made += 1;
        return new ArrayBuffer(BLOCK);
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    give,
    lose() {
      if (waiting.length > 0) give(new ArrayBuffer(BLOCK));
      else made -= 1;
    },
  };
}
