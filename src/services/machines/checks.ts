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
import type { MachineType, TaskResource } from '../../definition/asl/types.ts';

/** What is wrong with a definition, or what its states refer to: what compiling it tells besides the machine. */
export type Checked =
  | { ok: true; warnings: readonly Diagnostic[]; variableReferences: VariableReferences }
  | { ok: false; diagnostics: readonly Diagnostic[] };

/** Why a Task's resource cannot be run here; undefined when it can. */
type Supports = (resource: TaskResource) => string | undefined;

/** `refusals`: the sentences for the resources that cannot be run here, by ARN. */
export type CheckTask = { id: number; text: string; type: MachineType; refusals: ReadonlyMap<string, string> };
/** `resources`: all that the definition's tasks name, each once. */
export type CheckAnswer = { id: number; checked: Checked; resources: readonly TaskResource[] };

export type Checker = {
  check(text: string, type: MachineType): Promise<Checked>;
  stop(): Promise<void>;
};

/** In characters: some 5 ms. */
const LONGEST_AT_ONCE = 16_384;

export function checkDefinition(text: string, type: MachineType, supports: Supports): Checked {
  const compiled = compileMachine(text, type, { supports });
  if (!compiled.ok) return { ok: false, diagnostics: compiled.diagnostics };
  return { ok: true, warnings: compiled.warnings, variableReferences: compiled.variableReferences };
}

/** The thread is started by the first long definition. */
export function createChecker(supports: Supports): Checker {
  let thread: Thread | undefined;
  return {
    async check(text, type) {
      if (text.length <= LONGEST_AT_ONCE) return checkDefinition(text, type, supports);
      if (!thread || thread.isDead()) thread = startThread();
      // What is supported is known here, and what is asked for there.
      const { checked, resources } = await thread.check(text, type, new Map());
      const refusals = new Map<string, string>();
      for (const resource of resources) {
        const refusal = supports(resource);
        if (refusal !== undefined) refusals.set(resource.arn, refusal);
      }
      return refusals.size === 0 ? checked : (await thread.check(text, type, refusals)).checked;
    },
    async stop() {
      await thread?.stop();
    },
  };
}

type Thread = {
  check(text: string, type: MachineType, refusals: ReadonlyMap<string, string>): Promise<CheckAnswer>;
  isDead(): boolean;
  stop(): Promise<void>;
};
type Waiter = { resolve(answer: CheckAnswer): void; reject(error: Error): void };

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
  worker.on('message', (answer: CheckAnswer) => {
    waiters.get(answer.id)?.resolve(answer);
    waiters.delete(answer.id);
    if (waiters.size === 0) worker.unref();
  });
  return {
    isDead: () => dead,
    check: (text, type, refusals) =>
      new Promise((resolve, reject) => {
        const id = ++count;
        waiters.set(id, { resolve, reject });
        // Only while something is being checked does the thread keep the process alive.
        worker.ref();
        worker.postMessage({ id, text, type, refusals } satisfies CheckTask);
      }),
    async stop() {
      await worker.terminate();
    },
  };
}
