/**
 * A worker: the process that runs a function's handler, as a job of the runner is run (its sandbox, its bounds, warm where
 * that can be), which reports over a socket of its own and is given one invocation after the other.
 *
 * W1. One invocation at a time; what is answered out of turn is no answer.
 * W2. When its time is up the process is killed, and all of it is gone before that is told.
 * W3. A worker does not outlive the server (guard.sh); its folder goes with it, or at the next start.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { World } from '../../base/world.ts';
import { FILES } from '../folder.ts';
import type { HostLimits, LimitedExit, LimitedRunner } from '../limited.ts';
import { type ProcessIdentity, parseIdentity } from '../processes.ts';
import { type Invocation, receiveFrames, sendFrame, type Told } from './frames.ts';
import type { Guard } from './guard.ts';
import { listenIn } from './listener.ts';
import { type Output, openOutput } from './output.ts';

export type WorkerSpec = {
  /** Letters, digits and hyphens; unique. */
  id: string;
  language: 'node' | 'python';
  image: string;
  /** The folder of the function's code. */
  code: string;
  environment: Readonly<Record<string, string>>;
  limits: HostLimits;
  /** Variables that name a proxy for its HTTPS clients. */
  proxy?: Readonly<Record<string, string>> | undefined;
};

/** What became of an invocation, or of the loading of the handler. */
export type Reply =
  | { kind: 'result' | 'error'; body: Buffer; memory: number }
  | { kind: 'timeout' }
  | { kind: 'ended'; exit: LimitedExit };

export type Ready = { kind: 'ready'; initMilliseconds: number } | Exclude<Reply, { kind: 'result' }>;

export type Worker = {
  id: string;
  /** Whether the handler is there. @param until milliseconds since the epoch */
  ready(until: number): Promise<Ready>;
  /** Once it is ready, and no other is under way. */
  invoke(invocation: Invocation, payload: Uint8Array): Promise<Reply>;
  /** No invocation can be given to it any more. */
  over(): boolean;
  output: Output;
  /** Ends its process. What it printed can still be read. */
  kill(): Promise<void>;
  /** Ends it, and resolves once all of it is gone. */
  end(): Promise<void>;
};

export type WorkerParts = { runner: LimitedRunner; world: World; guard: Guard };

export const WORKER_PREFIX = 'worker-';

/** From source in development, from compiled JavaScript when published. */
const ENDING = extname(import.meta.url);
const PROGRAMS = {
  node: {
    from: fileURLToPath(new URL(`./handlerWorker${extname(import.meta.url)}`, import.meta.url)),
    ...{ name: `runtime.m${ENDING.slice(1)}`, command: 'node' },
  },
  python: { from: join(import.meta.dirname, 'runtime.py'), name: 'runtime.py', command: 'python3' },
} as const;

/** Starts one. @throws what a launch throws: no sandbox here, no such image */
export async function startWorker(parts: WorkerParts, spec: WorkerSpec): Promise<Worker> {
  const { runner, guard } = parts;
  const { id, image, code, environment, limits, proxy } = spec;
  const { from, name, command } = PROGRAMS[spec.language];
  const { root, ml } = runner.folder(id);
  mkdirSync(ml, { recursive: true, mode: 0o755 });
  copyFileSync(from, join(ml, name));
  const listener = await listenIn(ml);
  try {
    const job = { jobId: id, image, entrypoint: [command, name], arguments: [], environment, limits, task: code };
    await runner.launch({ ...job, networkIsolation: false, ...(proxy && { proxy }) });
  } catch (error) {
    listener.close();
    await runner.remove(id);
    throw error;
  }
  const identity = parseIdentity(readFileSync(join(root, FILES.identity), 'utf8'))!;
  guard.hold(identity);
  return follow(parts, id, { identity, listener, output: openOutput(join(root, FILES.log)) });
}

type Begun = { identity: ProcessIdentity; listener: Awaited<ReturnType<typeof listenIn>>; output: Output };

/** What is waited for: the next word of the process. */
type Waiting = { requestId: string | undefined; resolve(reply: Ready | Reply): void };

function follow({ runner, world, guard }: WorkerParts, id: string, { identity, listener, output }: Begun): Worker {
  const { clock } = world;
  let socket: Socket | undefined;
  let over = false;
  let waiting: Waiting | undefined;
  let early: Ready | undefined;

  const exit = runner.exit(id).then(async (ended) => {
    over = true;
    listener.close();
    guard.forget(identity);
    // Its last word may still be on its way: nobody is left who could keep the socket open.
    if (socket && !socket.closed) await new Promise((resolve) => socket!.once('close', resolve));
    return ended;
  });

  function tell(reply: Ready | Reply): void {
    const told = waiting;
    waiting = undefined;
    if (told) told.resolve(reply);
    else if (reply.kind !== 'result' && reply.kind !== 'timeout') early ??= reply;
  }

  function heard({ type, requestId, initMilliseconds = 0, memory = 0, ends }: Told, body: Buffer): void {
    if (ends || type === 'failed') over = true;
    if (waiting?.requestId !== undefined && waiting.requestId !== requestId) return;
    if (type === 'ready') tell({ kind: 'ready', initMilliseconds });
    else tell({ kind: type === 'result' ? 'result' : 'error', body, memory });
  }

  exit.then((ended) => tell({ kind: 'ended', exit: ended })).catch(() => {}); // a folder that has gone: so has the worker
  listener.connection.then(
    (made) => {
      socket = made;
      made
        .on('error', () => {})
        .on('close', () => {
          over = true;
        });
      receiveFrames(made, heard, (why) => {
        world.log('warn', 'functions.broken-frame', { worker: id, why });
        void kill();
      });
    },
    () => {},
  );

  async function kill(): Promise<void> {
    over = true;
    await runner.stop(id, 0);
  }

  /** The next word, or that there was none in time. */
  function next(requestId: string | undefined, until: number): Promise<Ready | Reply> {
    return new Promise((resolve) => {
      const cancel = clock.at(until, () => {
        waiting = undefined;
        kill().then(
          () => resolve({ kind: 'timeout' }),
          () => resolve({ kind: 'timeout' }),
        );
      });
      waiting = {
        requestId,
        resolve(reply) {
          cancel();
          resolve(reply);
        },
      };
    });
  }

  return {
    ...{ id, output, kill },
    over: () => over,
    ready: async (until) => early ?? ((await next(undefined, until)) as Ready),
    async invoke(invocation, payload) {
      if (!socket || over) return { kind: 'ended', exit: await exit };
      const reply = next(invocation.requestId, invocation.deadline);
      sendFrame(socket, invocation, payload);
      return (await reply) as Reply;
    },
    async end() {
      over = true;
      output.close();
      await runner.remove(id);
      guard.forget(identity);
    },
  };
}

/** Ends and clears away what an earlier server's workers have left. */
export async function clearWorkers(runner: Pick<LimitedRunner, 'folder' | 'remove'>): Promise<void> {
  const jobs = dirname(runner.folder(`${WORKER_PREFIX}0`).root);
  if (!existsSync(jobs)) return;
  for (const name of readdirSync(jobs)) if (name.startsWith(WORKER_PREFIX)) await runner.remove(name);
}
