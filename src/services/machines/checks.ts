/**
 * Definitions are checked when they come: short ones at once, long ones on a thread, since a definition of a megabyte takes a fifth
 * of a second (DESIGN §4: the loop never works longer than 10 ms at a stretch).
 *
 * C1. What is checked on the thread is answered as if it had been checked here.
 * C2. A thread that dies fails what it had; the next long definition gets a new one.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Problem } from '../../definition/asl/compiled.ts';
import {
  type CompileOptions,
  compileMachine,
  type Diagnostic,
  type UnsupportedFields,
  type VariableReferences,
} from '../../definition/asl/parse/index.ts';
import type { Json } from '../../definition/asl/scope.ts';
import type { MachineType, QueryLanguage, TaskResource } from '../../definition/asl/types.ts';

/** What is wrong with a definition, or what its states refer to: what compiling it tells besides the machine. */
export type Checked =
  | { ok: true; warnings: readonly Diagnostic[]; variableReferences: VariableReferences }
  | { ok: false; diagnostics: readonly Diagnostic[] };

/** What is asked of the integrations while a definition is compiled. */
export type Question =
  | { kind: 'supports'; resource: TaskResource }
  | { kind: 'fields'; resource: Integration; template: Json; language: QueryLanguage };
export type Reply = string | undefined | readonly Problem[];

type Integration = Parameters<UnsupportedFields>[0];
type Integrations = Required<CompileOptions>;

/** `replies`: to the definition's questions, in their order; none in the first round, which asks them. */
export type CheckTask = { id: number; text: string; type: MachineType; replies: readonly Reply[] };
export type CheckAnswer = { id: number; checked: Checked; questions: readonly Question[] };

export type Checker = {
  check(text: string, type: MachineType): Promise<Checked>;
  stop(): Promise<void>;
};

/** In characters: some 5 ms. */
const LONGEST_AT_ONCE = 16_384;

export function checkDefinition(text: string, type: MachineType, integrations: Integrations): Checked {
  const compiled = compileMachine(text, type, integrations);
  if (!compiled.ok) return { ok: false, diagnostics: compiled.diagnostics };
  return { ok: true, warnings: compiled.warnings, variableReferences: compiled.variableReferences };
}

/** The thread is started by the first long definition. */
export function createChecker({ supports, unsupportedFields }: Integrations): Checker {
  let thread: Thread | undefined;
  const reply = (question: Question): Reply =>
    question.kind === 'supports'
      ? supports(question.resource)
      : unsupportedFields(question.resource, question.template, question.language);
  return {
    async check(text, type) {
      if (text.length <= LONGEST_AT_ONCE) return checkDefinition(text, type, { supports, unsupportedFields });
      if (!thread || thread.isDead()) thread = startThread();
      // What is served is known here, and what is asked for there.
      const { checked, questions } = await thread.check(text, type, []);
      const replies = questions.map(reply);
      const nothingToSay = replies.every((said) => said === undefined || said.length === 0);
      return nothingToSay ? checked : (await thread.check(text, type, replies)).checked;
    },
    async stop() {
      await thread?.stop();
    },
  };
}

type Thread = {
  check(text: string, type: MachineType, replies: readonly Reply[]): Promise<CheckAnswer>;
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
    check: (text, type, replies) =>
      new Promise((resolve, reject) => {
        const id = ++count;
        waiters.set(id, { resolve, reject });
        // Only while something is being checked does the thread keep the process alive.
        worker.ref();
        worker.postMessage({ id, text, type, replies } satisfies CheckTask);
      }),
    async stop() {
      await worker.terminate();
    },
  };
}
