/**
 * Recorded answers of real AWS: what a case holds, and where the cases lie. They are data from outside this repository, kept in a
 * folder `shared/conformance` beside it or further up; without them the tests that play them are skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [name: string]: Json };

export type Call = {
  i?: number;
  service: string;
  op: string;
  params: JsonObject;
  /** The recording says that the call was refused. */
  expectError?: boolean;
  /** `secondary`: made with the keys of a second account. */
  client?: string;
};

/** Something that must exist before the first call. */
export type Resource = {
  type: string;
  name: string;
  attributes?: Record<string, string>;
  /** Of a function. */
  handler?: string;
  runtime?: string;
  /** Of a rule. */
  args?: JsonObject;
};

/** What makes two recordings comparable: names, ids and times become placeholders. */
export type Transformer =
  | { kind: 'regex'; regex: string; replacement: string; priority?: number }
  | { kind: 'text'; text: string; replacement: string; priority?: number }
  | { kind: 'jsonpath'; jsonpath: string; replacement: string; ref?: boolean; priority?: number }
  | { kind: 'key'; key: string; replacement: string; ref?: boolean; priority?: number }
  | { kind: 'sort'; key: string; priority?: number }
  | { kind: 'keyfn'; fn: string; replacement: string; priority?: number }
  | { kind: 'resource_name'; replacement?: string; priority?: number }
  | { kind: 'custom'; name: string; priority?: number }
  | { kind: 'generic'; fn: string; priority?: number };

type Common = {
  name: string;
  /** `25-11-2024, 19:02:40` */
  recordedDate: string;
  resources?: Resource[];
  /** What is called before the case begins, to make what it needs. */
  setup?: Call[];
  transformers?: Transformer[];
};

/** A sequence of calls. `fakeValues` names what a call answered at a path, and how later calls write it. */
export type Trace = Common & {
  kind: 'api-trace';
  calls: Call[];
  fakeValues: Record<string, [call: number, path: string]>;
  /** What is compared: each made of answers, `{ $call, $path }`, and of refusals, `{ $exc: … }`. */
  matches: { key: string; actual: Json }[];
  expected: JsonObject;
};

/** One request, and its answer; `priorCalls` come first. */
export type Single = Common & {
  kind: 'create-error' | 'validate-definition' | 'test-state';
  request: JsonObject;
  /** As it was sent, where `request` shows it with its texts parsed. */
  rawRequest?: JsonObject;
  priorCalls?: Call[];
  expected: JsonObject;
};

/** An execution from its start to its end. */
export type Execution = Common & {
  kind: 'execution' | 'sync-execution' | 'choice-comparison';
  type?: 'STANDARD' | 'EXPRESS';
  /** A text where the recording's own was no JSON. */
  definition: Json;
  input?: Json;
  executionName?: string;
  /** The machine's, as recorded. */
  stateMachineArn?: string;
  loggingConfiguration?: JsonObject;
  /** What of the recording became which placeholder. */
  placeholders?: Record<string, string>;
  /** What is called once it has begun: a worker that takes a task's token off a queue. */
  callsWhileRunning?: Call[];
  /** Services without which it cannot be played. */
  needs?: string[];
  /** Why it cannot be played as it was recorded. */
  timeDependent?: string;
  expected: ExpectedExecution;
};

/** What is there is compared. `status` is null where the recording ended first. */
export type ExpectedExecution = {
  status: string | null;
  output?: Json;
  error?: string;
  cause?: Json;
  historyEvents?: JsonObject[];
  syncResponse?: JsonObject;
  /** Of an asynchronous Express execution, the last event in its log. */
  endEvent?: JsonObject;
  loggedExecutionEvents?: JsonObject[];
  /** What came into the queue that is a rule's target, in the order of their times. */
  eventBridgeEvents?: JsonObject[];
};

export type Case = Trace | Single | Execution;

export const isExecution = (one: Case): one is Execution =>
  one.kind === 'execution' || one.kind === 'sync-execution' || one.kind === 'choice-comparison';

const FOLDER = path.join('shared', 'conformance', 'step-functions');

/** Undefined when the cases are not on this machine. */
export function loadCases(file: string): Case[] | undefined {
  for (let at = path.resolve(import.meta.dirname, '../../..'); ; at = path.dirname(at)) {
    const found = path.join(at, FOLDER, `${file}.json`);
    if (existsSync(found)) return JSON.parse(readFileSync(found, 'utf8')) as Case[];
    if (at === path.dirname(at)) return undefined;
  }
}
