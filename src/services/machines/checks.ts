/**
 * Definitions are checked when they come: short ones at once, long ones on a thread, since a definition of a megabyte takes a fifth
 * of a second (DESIGN §4: the loop never works longer than 10 ms at a stretch).
 *
 * C1. What is checked on the thread is answered as if it had been checked here.
 * C2. A thread that dies fails what it had; the next long definition gets a new one.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { compileMachine, type Diagnostic, type VariableReferences } from '../../definition/asl/parse/index.ts';
import type { MachineType } from '../../definition/asl/types.ts';

/** What is wrong with a definition, or what its states refer to: what compiling it tells besides the machine. */
export type Checked =
  | { ok: true; warnings: readonly Diagnostic[]; variableReferences: VariableReferences }
  | { ok: false; diagnostics: readonly Diagnostic[] };

export type CheckTask = { id: number; text: string; type: MachineType };
export type CheckAnswer = { id: number; checked: Checked };

export type Checker = {
  check(text: string, type: MachineType): Promise<Checked>;
  stop(): Promise<void>;
};

/** In characters: some 5 ms. */
const LONGEST_AT_ONCE = 16_384;

export function checkDefinition(text: string, type: MachineType): Checked {
  const compiled = compileMachine(text, type);
  if (!compiled.ok) return { ok: false, diagnostics: compiled.diagnostics };
  return { ok: true, warnings: compiled.warnings, variableReferences: compiled.variableReferences };
}

/** The thread is started by the first long definition. */
export function createChecker(): Checker {
  let thread: Thread | undefined;
  return {
    async check(text, type) {
      if (text.length <= LONGEST_AT_ONCE) return checkDefinition(text, type);
      if (!thread || thread.isDead()) thread = startThread();
      return thread.check(text, type);
    },
    async stop() {
      await thread?.stop();
    },
  };
}

type Thread = Checker & { isDead(): boolean };
type Waiter = { resolve(checked: Checked): void; reject(error: Error): void };

function startThread(): Thread {
  const worker = new Worker(new URL(`./checkWorker${extname(import.meta.url)}`, import.meta.url), { execArgv: [] });
  const waiters = new Map<number, Waiter>();
  let count = 0;
  let dead = false;
  worker.unref();
  const die = (error: Error) => {
    dead = true;
    for (const { reject } of waiters.values()) reject(error);
    waiters.clear();
  };
  worker.on('error', die);
  worker.on('exit', () => die(new Error('The thread that checks definitions ended.')));
  worker.on('message', ({ id, checked }: CheckAnswer) => {
    waiters.get(id)?.resolve(checked);
    waiters.delete(id);
    if (waiters.size === 0) worker.unref();
  });
  return {
    isDead: () => dead,
    check: (text, type) =>
      new Promise((resolve, reject) => {
        const id = ++count;
        waiters.set(id, { resolve, reject });
        // Only while something is being checked does the thread keep the process alive.
        worker.ref();
        worker.postMessage({ id, text, type } satisfies CheckTask);
      }),
    async stop() {
      await worker.terminate();
    },
  };
}
