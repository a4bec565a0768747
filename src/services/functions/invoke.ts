/**
 * One invocation: a worker taken, the event given to it, its answer told, what it printed logged.
 *
 * I1. What a function throws, and how its process ends, is an answer (X-Amz-Function-Error); an error is what kept it from being run.
 * I2. A worker whose process has ended, or was ended, serves nobody again.
 * I3. START, what was printed, END and REPORT stand in the log in this order, and no line of another invocation between.
 */
import { paced } from '../../base/pace.ts';
import type { Output } from '../../runner/functions/output.ts';
import type { Ready, Reply } from '../../runner/functions/worker.ts';
import type { LimitedExit } from '../../runner/limited.ts';
import { type Configuration, configurationOf } from './configuration.ts';
import type { Parts } from './context.ts';
import { functionErrors } from './errors.ts';
import { LIMITS } from './legal.ts';
import type { Line } from './logs.ts';
import { versionText } from './names.ts';
import type { Lease, Pool } from './pool.ts';
import type { FunctionRow, VersionRow } from './store.ts';
import type { RunningWorker, WorkerStarter } from './worker.ts';

export type Asked = {
  fn: FunctionRow;
  row: VersionRow;
  requestId: string;
  /** As it was invoked. */
  functionArn: string;
  payload: Uint8Array;
  clientContext?: object | undefined;
};

/** How long to wait for a worker, in milliseconds, and whether also for concurrency. */
export type Patience = { milliseconds: number; concurrency: boolean };

export type Invoked = {
  payload: Buffer;
  /** What the function threw, or how its process ended; AWS's runtimes call all of it that. */
  functionError: 'Unhandled' | undefined;
  executedVersion: string;
  /** The end of its log. */
  tail: Buffer;
};

export type Invoke = (asked: Asked, patience: Patience) => Promise<Invoked>;

/** The loading of a handler may take so long, beside the invocation's own time, in milliseconds. */
const INIT = 10_000;
const PIECE = 64 * 1024;
/** Of what one invocation prints, in bytes: then it is ended. */
const MOST_OUTPUT = 256 * 1024 * 1024;
/** Between two looks at what a long invocation has printed, in milliseconds. */
const LOOK = 1000;
/** Of one event of a log, in bytes. */
const LONGEST_LINE = 256 * 1024 - 64;

export const keyOf = ({ id, revision_id }: Pick<VersionRow, 'id' | 'revision_id'>): string => `${id}/${revision_id}`;

export function createInvoke(parts: Parts & { pool: Pool; start: WorkerStarter }): Invoke {
  const { world, pool, start } = parts;
  const { clock } = world;

  async function taken({ fn, row }: Asked, memory: number, patience: Patience): Promise<Lease> {
    const wanted = {
      ...{ key: keyOf(row), functionId: fn.id, region: fn.region, reserved: fn.reserved ?? undefined },
      memoryBytes: memory * 1024 * 1024,
    };
    const lease = await pool.take(wanted, patience.milliseconds, patience.concurrency);
    if (lease === 'reserved') throw functionErrors.reservedReached();
    if (lease === 'concurrency') throw functionErrors.concurrencyReached();
    if (lease === 'machine') throw functionErrors.machineFull(pool.most);
    return lease;
  }

  async function started({ fn, row }: Asked, configuration: Configuration): Promise<RunningWorker> {
    try {
      return await start(fn, row, configuration);
    } catch (error) {
      if (error instanceof Error && 'status' in error) throw error;
      throw functionErrors.noWorker((error as Error).message);
    }
  }

  return async (asked, patience) => {
    const configuration = configurationOf(asked.row);
    const lease = await taken(asked, configuration.memory, patience);
    let again = false;
    try {
      const began = clock.monotonic();
      let running = lease.worker as RunningWorker | undefined;
      let ready: Ready | undefined;
      if (!running) {
        running = await started(asked, configuration);
        lease.put(running);
        ready = await running.worker.ready(clock.now() + INIT + configuration.timeout * 1000);
      }
      const init = ready && clock.monotonic() - began;
      const reader = printed(parts, running, asked.requestId);
      await reader.begin(versionText(asked.row.version), ready !== undefined);
      const from = clock.monotonic();
      const reply = ready && ready.kind !== 'ready' ? ready : await run(asked, running, configuration, reader.watch());
      const milliseconds = clock.monotonic() - from;
      again = (reply.kind === 'result' || reply.kind === 'error') && !running.worker.over();
      const told = toldBy(reply, asked.requestId, configuration.timeout);
      const facts = { milliseconds, init, configuration, memory: 'memory' in reply ? reply.memory : 0 };
      const tail = await reader.end(told.note, facts);
      if (again) running.worker.output.rest();
      return {
        ...{ payload: told.payload, functionError: told.failed ? 'Unhandled' : undefined },
        ...{ executedVersion: versionText(asked.row.version), tail },
      };
    } finally {
      lease.release(again);
    }
  };

  async function run(asked: Asked, { worker }: RunningWorker, { timeout }: Configuration, stopWatch: () => void) {
    const { requestId, functionArn, clientContext, payload } = asked;
    try {
      const deadline = clock.now() + timeout * 1000;
      return await worker.invoke(
        { requestId, deadline, functionArn, ...(clientContext && { clientContext }) },
        payload,
      );
    } finally {
      stopWatch();
    }
  }
}

type Told = { payload: Buffer; failed: boolean /** For the log. */; note?: string };

const NULL = Buffer.from('null');

/** What the invoker is told (I1). */
function toldBy(reply: Reply | Ready, requestId: string, timeout: number): Told {
  if (reply.kind === 'result') return { payload: reply.body, failed: false };
  if (reply.kind === 'error') return { payload: reply.body, failed: true };
  const failed = (errorType: string, what: string, note: string): Told => ({
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${what}` })),
    failed: true,
    note: `RequestId: ${requestId} ${note}`,
  });
  if (reply.kind === 'timeout') {
    const what = `Task timed out after ${timeout.toFixed(2)} seconds`;
    return failed('Sandbox.Timedout', what, what);
  }
  if (reply.kind !== 'ended') return { payload: NULL, failed: false };
  const { errorType, what } = endOf(reply.exit);
  return failed(errorType, what, `Error: ${what}\n${errorType}`);
}

function endOf(exit: LimitedExit): { errorType: string; what: string } {
  if (exit.excess === 'memory')
    return { errorType: 'Runtime.OutOfMemory', what: 'Runtime exited with error: signal: killed' };
  if (exit.excess === 'volume')
    return { errorType: 'Runtime.ExitError', what: 'Runtime exited with error: its ephemeral storage was full' };
  if (exit.kind === 'signalled')
    return { errorType: 'Runtime.ExitError', what: `Runtime exited with error: signal: ${wordOf(exit.signal)}` };
  if (exit.kind === 'exited' && exit.code !== 0)
    return { errorType: 'Runtime.ExitError', what: `Runtime exited with error: exit status ${exit.code}` };
  return { errorType: 'Runtime.ExitError', what: 'Runtime exited without providing a reason' };
}

const WORDS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
};
const wordOf = (signal: string): string => WORDS[signal] ?? signal.replace(/^SIG/, '').toLowerCase();

type Facts = { milliseconds: number; init: number | undefined; configuration: Configuration; memory: number };

/** What an invocation prints, on its way to its log. */
function printed({ world }: Parts, { worker, log }: RunningWorker, requestId: string) {
  const { clock } = world;
  const pace = paced(clock);
  let rest = '';
  let tail = '';
  let taken = 0;

  function say(text: string): void {
    tail = (tail + text).slice(-2 * LIMITS.tail);
  }

  function lines(text: string, last: boolean): void {
    const parts = (rest + text).split('\n');
    rest = last ? '' : parts.pop()!;
    if (rest.length > LONGEST_LINE) {
      parts.push(rest);
      rest = '';
    }
    const at = clock.now();
    const found: Line[] = [];
    for (const line of parts) {
      // The runtime writes the lines of one event with returns between.
      const message = line.replaceAll('\r', '\n');
      if (message !== '') for (const piece of pieces(message)) found.push({ at, message: `${piece}\n` });
    }
    log.write(found);
    for (const { message } of found) say(message);
  }

  function take(output: Output, most: number): boolean {
    const bytes = output.read(most);
    taken += bytes.length;
    if (bytes.length > 0) lines(bytes.toString(), false);
    return bytes.length === most;
  }

  return {
    /** What was printed while the handler was loaded stands before START. */
    async begin(version: string, loaded: boolean): Promise<void> {
      if (loaded) {
        while (take(worker.output, PIECE) && taken <= MOST_OUTPUT) await pace();
        lines('', true);
      }
      const message = `START RequestId: ${requestId} Version: ${version}\n`;
      log.write([{ at: clock.now(), message }]);
      say(message);
    },
    watch(): () => void {
      const look = async () => {
        while (take(worker.output, PIECE)) {
          if (taken > MOST_OUTPUT) return void worker.kill();
          await pace();
        }
        cancel = clock.at(clock.now() + LOOK, () => void look());
      };
      let cancel = clock.at(clock.now() + LOOK, () => void look());
      return () => cancel();
    },
    async end(note: string | undefined, facts: Facts): Promise<Buffer> {
      while (take(worker.output, PIECE) && taken <= MOST_OUTPUT) await pace();
      lines('', true);
      const at = clock.now();
      const said = [
        ...(note === undefined ? [] : [`${new Date(at).toISOString()} ${note}\n`]),
        `END RequestId: ${requestId}\n`,
        report(requestId, facts),
      ];
      log.write(said.map((message) => ({ at, message })));
      for (const message of said) say(message);
      return Buffer.from(tail).subarray(-LIMITS.tail);
    },
  };
}

function pieces(message: string): string[] {
  if (message.length <= LONGEST_LINE / 4) return [message];
  const found: string[] = [];
  for (let at = 0; at < message.length; at += LONGEST_LINE / 4) found.push(message.slice(at, at + LONGEST_LINE / 4));
  return found;
}

function report(requestId: string, { milliseconds, init, configuration, memory }: Facts): string {
  const parts = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${milliseconds.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(milliseconds + (init ?? 0))} ms`,
    `Memory Size: ${configuration.memory} MB`,
    `Max Memory Used: ${Math.ceil(memory / 1024 / 1024)} MB`,
    ...(init === undefined ? [] : [`Init Duration: ${init.toFixed(2)} ms`]),
  ];
  return `${parts.join('\t')}\t\n`;
}
