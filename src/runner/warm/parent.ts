/**
 * One warm parent: a Python process that has imported an image's packages, and forks jobs (programs/python/telar_warm).
 *
 * P1. Nothing can be connected to: requests go over a socket that only this process and the parent have, and a request is the
 *     path of a job's folder. What the job is to do lies there, and is read by the job's own process.
 * P2. It lives no longer than this process: its end of the socket is then closed.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Cancel, Clock } from '../../base/clock.ts';
import { jobEnvironment } from '../environment.ts';
import type { ReadyImage } from '../images/image.ts';
import { INSIDE, parentScript } from '../sandbox.ts';
import { quote } from '../shell.ts';
import { untilClaimed } from '../supervision.ts';
import type { WaitingGroup, WaitingGroups } from '../waitingGroups.ts';

export type Parent = {
  /** Resolves with what it costs, in bytes, once it serves. Rejects when it never will, with a sentence. */
  ready: Promise<number>;
  /** undefined while it lives, else how it ended. */
  over(): string | undefined;
  /**
   * Asks for the job of this folder. Rejects as `ready` does.
   *
   * @param prepare writes what the job is to do; it is told in which groups the process waits that will be the job
   * @returns whether the job is claimed; if not, the parent is over
   */
  launch(root: string, prepare: (waiting: WaitingGroup | undefined) => void): Promise<boolean>;
  /** Ends it; jobs under way go on. */
  end(reason: string): void;
};

type Told = { threads: number; memory: number; missing: string[]; seconds: number };

/** The child's number for its end of the socket. */
const CONTROL = 3;
const PROGRAM = `${INSIDE.telar}/programs/python/telar_warm_parent.py`;
/** Importing takes a second; on a busy machine, with cold disks, many. In milliseconds. */
const PATIENCE = 60_000;
/** Between a request and the claim of it, in milliseconds. */
const ANSWER = 10_000;
/** Processes that wait for a job: telar_warm/parent.py makes as many. */
const WAITING = 2;
/** Between a request and the making of the next group, which takes milliseconds: not while the job begins. */
const BREATHER = 5;

export type ParentOptions = {
  clock: Clock;
  /** Its own: where its view is put together, and what it complained of. */
  folder: string;
  image: ReadyImage;
  as: 'root' | 'user';
  groups?: WaitingGroups | undefined;
};

function start({ folder, image, as }: ParentOptions) {
  const stage = join(folder, 'stage');
  mkdirSync(stage, { recursive: true, mode: 0o700 });
  const modules = image.warm?.kind === 'python' ? image.warm.modules : [];
  const program = [`${INSIDE.telar}/python/bin/python3`, PROGRAM, String(CONTROL), ...modules];
  const view = join(folder, 'view.sh');
  writeFileSync(view, parentScript({ mounts: image.mounts, needs: image.needs, stage, program }), { mode: 0o600 });
  const user = as === 'user' ? '--user --map-root-user ' : '';
  const complaints = openSync(join(folder, 'parent.log'), 'w', 0o600);
  try {
    const enter = `exec unshare ${user}--mount --propagation slave sh ${quote(view)}`;
    return spawn('/bin/sh', ['-c', enter], {
      detached: true,
      cwd: '/',
      stdio: ['ignore', complaints, complaints, 'pipe'],
      env: jobEnvironment({
        ...{ server: process.env, own: {}, image: image.environment },
        path: image.path.map(({ inside }) => `${INSIDE.telar}/${inside}`),
        // Nobody's: what lies in a folder that others may write to must not be imported by a process with rights.
        ...{ home: '/nonexistent', tmp: INSIDE.tmp },
      }),
    });
  } finally {
    closeSync(complaints);
  }
}

/** Starts a parent. It serves once `ready` has resolved. */
export function startParent(options: ParentOptions): Parent {
  const { clock, folder, groups } = options;
  const child = start(options);
  const control = child.stdio[CONTROL] as Socket;
  let over: string | undefined;
  child.unref();
  control.unref();
  const { promise: ready, resolve, reject } = Promise.withResolvers<number>();
  ready.catch(() => {}); // whoever waits hears of it
  const end = (reason: string) => {
    over ??= reason;
    control.destroy();
    child.kill('SIGKILL'); // it holds nothing
    cancel();
    cancelOffer();
    for (const each of waiting.splice(0)) groups?.discard(each);
    reject(new Error(over));
  };
  /** Where the processes wait that will be the next jobs, in their order. */
  const waiting: WaitingGroup[] = [];
  let cancelOffer: Cancel = () => {};
  const offerGroups = (count: number) => {
    cancelOffer();
    while (waiting.length < count && over === undefined) {
      const group = groups?.open();
      if (!group) return;
      waiting.push(group);
      control.write(`${JSON.stringify({ join: group.join })}\n`);
    }
  };
  const cancel = clock.at(clock.now() + PATIENCE, () => end('it did not get ready in time'));
  control.on('error', (error) => end(error.message));
  child.on('error', (error) => end(error.message));
  child.on('exit', (code, signal) => end(`it ended with ${signal ?? code} (${lastWords(folder)})`));
  const lines = createInterface({ input: control });
  lines.on('error', () => {}); // the socket's own
  lines.once('line', (line) => {
    lines.close();
    cancel();
    const { threads, memory } = JSON.parse(line) as Told;
    if (threads === 1) {
      offerGroups(WAITING);
      resolve(memory);
    } else end('an import of this image starts threads, which a fork would lose');
  });
  let launching = 0;
  return {
    ready,
    over: () => over,
    async launch(root, prepare) {
      // Whoever waits for this is a reason for the process to stay; an idle parent is none.
      if (launching++ === 0) control.ref();
      let giveUp = () => {};
      try {
        await ready;
        offerGroups(1); // if none is there yet
        prepare(waiting.shift());
        control.write(`${root}\n`);
        cancelOffer = clock.at(clock.now() + BREATHER, () => offerGroups(WAITING));
        giveUp = clock.at(clock.now() + ANSWER, () => end('it did not answer'));
        return await untilClaimed(root, clock, () => over !== undefined);
      } finally {
        giveUp();
        if (--launching === 0) control.unref();
      }
    },
    end,
  };
}

function lastWords(folder: string): string {
  try {
    return readFileSync(join(folder, 'parent.log'), 'utf8').trim().split('\n').at(-1) || 'it said nothing';
  } catch {
    return 'it said nothing';
  }
}
