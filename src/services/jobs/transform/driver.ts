/**
 * Carries a transform job's files through its model: splits each into payloads, asks the model, and assembles the answers into
 * one `.out` file for each. Runs in a thread of its own, one for each host of the job.
 *
 * D1. A file's output appears whole, by rename, or not at all. A driver that is started again goes on with the files that have none.
 * D2. A file that fails leaves no output and stops no other; what failed is told in the outcome, by name.
 * D3. Memory is bounded by MaxConcurrentTransforms payloads and their answers, however large and many the files are.
 */
import { createReadStream, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../../../base/clock.ts';
import type { TransformPlan } from '../plan.ts';
import type { DriveOutcome, FailedInput } from './drives.ts';
import type { ModelClient } from './modelClient.ts';
import { isPayloadError } from './payloadError.ts';
import { isRecordError, linesOf, payloadOf, resultOf } from './records.ts';
import { payloads, type Splitting } from './split.ts';

export type DriverOptions = {
  /** The folder that holds the files, each at the path of its output. */
  inputs: string;
  outputs: string;
  plan: TransformPlan;
  client: ModelClient;
  clock: Clock;
  /** Takes lines for the job's log. */
  tell(line: string): void;
};

const MEGABYTE = 1024 * 1024;
/** Where neither the request nor the container says. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html */
const DEFAULTS = { MaxConcurrentTransforms: 1, MaxPayloadInMB: 6, BatchStrategy: 'MultiRecord' } as const;
/** MaxConcurrentTransforms times MaxPayloadInMB, in megabytes. */
export const MOST_IN_FLIGHT = 100;
/** How long a model may take until it answers its first ping. */
const START_SECONDS = 600;
const PING_EVERY = 100;
/** Before a request is repeated, in milliseconds; twice as long each time. */
const RETRY_AFTER = 250;
/** Failed inputs that the outcome names. */
const NAMED = 20;
const LONGEST_BODY = 300;

/** What is settled for all files. */
type Terms = Splitting & { concurrent: number };

/** Rejects when nothing can go on: a disk that is full, say. */
export async function drive(options: DriverOptions): Promise<DriveOutcome> {
  const files = await filesBelow(options.inputs);
  const waiting = files.filter((path) => !isFile(join(options.outputs, `${path}.out`)));
  const failed: FailedInput[] = [];
  let failures = 0;
  const fail = (failure: FailedInput) => {
    options.tell(`telar: ${failure.path}: ${failure.reason}`);
    failures += 1;
    if (failed.length < NAMED) failed.push(failure);
  };
  if (waiting.length > 0) {
    if (!(await answersPing(options))) {
      const reason =
        'Model container failed to respond to ping; please ensure /ping endpoint is implemented and responds with an HTTP 200 status code';
      return { files: files.length, failed: [], failures: 0, fatal: { kind: 'AlgorithmError', reason } };
    }
    const terms = termsOf(options.plan, await options.client.executionParameters());
    const folders = foldersOf(files);
    const inTheWay = (path: string) => folders.has(`${path}.out`);
    for (const path of waiting.filter(inTheWay)) fail(clash(path));
    await transformAll(
      options,
      terms,
      waiting.filter((path) => !inTheWay(path)),
      fail,
    );
  }
  return { files: files.length, failed, failures };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // what cannot be looked at is found out about when it is written
  }
}

async function filesBelow(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    // One by one: a folder may hold more files than a call takes arguments.
    if (entry.isDirectory()) for (const file of await filesBelow(folder, path)) found.push(file);
    else found.push(path);
  }
  return found;
}

/** All folders that files lie in. @example foldersOf(['a/b/c']) // a, a/b */
function foldersOf(files: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const path of files) {
    for (let folder = dirname(path); folder !== '.' && !folders.has(folder); folder = dirname(folder))
      folders.add(folder);
  }
  return folders;
}

function clash(path: string): FailedInput {
  const reason = `Its output would be '${path}.out', where other inputs have their folder. Rename one of them`;
  return { path, kind: 'ClientError', reason };
}

async function answersPing({ client, clock }: DriverOptions): Promise<boolean> {
  const until = clock.monotonic() + START_SECONDS * 1000;
  while (clock.monotonic() < until) {
    if (await client.ping()) return true;
    await pause(clock, PING_EVERY);
  }
  return false;
}

const pause = (clock: Clock, milliseconds: number) =>
  new Promise<void>((resolve) => void clock.at(clock.now() + milliseconds, resolve));

/** The request's word, then the container's, then the defaults. */
function termsOf(plan: TransformPlan, container: Awaited<ReturnType<ModelClient['executionParameters']>>): Terms {
  const { MaxConcurrentTransforms, MaxPayloadInMB, BatchStrategy } = { ...DEFAULTS, ...container };
  const megabytes = plan.maxPayloadMegabytes ?? MaxPayloadInMB;
  const concurrent = plan.maxConcurrent ?? MaxConcurrentTransforms;
  return {
    split: plan.split,
    strategy: plan.strategy ?? BatchStrategy,
    limit: megabytes * MEGABYTE,
    concurrent: Math.max(1, Math.min(concurrent, Math.floor(MOST_IN_FLIGHT / megabytes))),
  };
}

/** So many at a time, files and payloads alike. */
type Slots = { take(): Promise<void>; give(): void };

function slotsOf(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}

async function transformAll(
  options: DriverOptions,
  terms: Terms,
  files: readonly string[],
  fail: (failure: FailedInput) => void,
): Promise<void> {
  const slots = slotsOf(terms.concurrent);
  const queue = files[Symbol.iterator]();
  const worker = async () => {
    for (const path of queue) {
      try {
        await transformFile(options, terms, slots, path);
      } catch (error) {
        fail(failureOf(path, error));
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: terms.concurrent }, worker));
  const broken = ended.find((each) => each.status === 'rejected');
  if (broken) throw broken.reason;
}

/** Why a file failed. What is no fault of the file or the model is thrown on: the disk's, say. */
function failureOf(path: string, error: unknown): FailedInput {
  if (!(error instanceof Error)) throw error;
  if (isPayloadError(error) || isRecordError(error)) return { path, kind: 'ClientError', reason: error.message };
  if (isModelError(error)) return { path, kind: 'AlgorithmError', reason: error.message };
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_')) return { path, kind: 'ClientError', reason: `The file is not gzip: ${error.message}` };
  if (code === 'ENAMETOOLONG') return { path, kind: 'ClientError', reason: "Its output's name is too long for a file" };
  throw error;
}

/** The fault of the model: it answered wrongly, or not at all. */
type ModelError = Error & { readonly model: true };
const modelError = (message: string): ModelError =>
  Object.assign(new Error(message), { name: 'ModelError', model: true as const });
const isModelError = (error: unknown): error is ModelError => error instanceof Error && 'model' in error;

async function transformFile(options: DriverOptions, terms: Terms, slots: Slots, path: string): Promise<void> {
  const target = join(options.outputs, `${path}.out`);
  const partial = join(options.outputs, '..', 'partial', `${path}.out`);
  for (const file of [target, partial]) await mkdir(dirname(file), { recursive: true });
  try {
    const file = await open(partial, 'w');
    try {
      await writeAnswers(options, terms, slots, path, file);
    } finally {
      await file.close();
    }
    await rename(partial, target);
  } catch (error) {
    // Others may need the room.
    await rm(partial, { force: true });
    throw error;
  }
}

/** Answers are asked for side by side, and written in the order of their payloads. */
async function writeAnswers(
  options: DriverOptions,
  terms: Terms,
  slots: Slots,
  path: string,
  file: FileHandle,
): Promise<void> {
  const { inputs, plan } = options;
  const source = createReadStream(join(inputs, path));
  const bytes: AsyncIterable<Buffer> = plan.gzip ? source.pipe(createGunzip()) : source;
  if (plan.gzip) source.once('error', (error) => (bytes as Readable).destroy(error));
  let written: Promise<void> = Promise.resolve();
  let failed = false;
  try {
    for await (const payload of payloads(bytes, terms)) {
      await slots.take();
      if (failed) {
        slots.give();
        break;
      }
      const before = written;
      const answer = answerTo(options, payload);
      written = Promise.all([answer, before])
        .then(async ([result]) => {
          await file.writeFile(assembled(plan, result));
        })
        .finally(slots.give);
      written.catch(() => {
        failed = true;
      });
    }
  } finally {
    // Nobody writes to a file that is closed.
    await written.catch(() => {});
    source.destroy();
  }
  await written;
}

function assembled({ assemble }: TransformPlan, result: Buffer): Buffer {
  if (assemble === 'None' || result.at(-1) === 10) return result;
  return Buffer.concat([result, Buffer.from('\n')]);
}

async function answerTo({ plan, client, clock }: DriverOptions, payload: Buffer): Promise<Buffer> {
  const headers = {
    ...(plan.contentType && { 'Content-Type': plan.contentType }),
    ...(plan.accept && { Accept: plan.accept }),
  };
  const { processing } = plan;
  if (!processing) return invoke(plan, client, clock, payload, headers);
  const text = payload.toString();
  const records = plan.split === 'Line' ? linesOf(text) : [text];
  const answer = await invoke(plan, client, clock, Buffer.from(payloadOf(processing, records)), headers);
  return Buffer.from(resultOf(processing, records, answer.toString()));
}

/** An answer of the 200s. What may go better a second time is asked for again. @throws ModelError */
async function invoke(
  { retries, timeoutSeconds }: TransformPlan,
  client: ModelClient,
  clock: Clock,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<Buffer> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await client.invoke(body, headers, timeoutSeconds).catch((error: Error) => error);
    if (!(outcome instanceof Error) && outcome.status >= 200 && outcome.status < 300) return outcome.body;
    const passing = outcome instanceof Error || outcome.status === 429 || outcome.status >= 500;
    if (!passing || attempt >= retries) throw modelError(reasonOf(outcome));
    await pause(clock, RETRY_AFTER * 2 ** attempt);
  }
}

function reasonOf(outcome: { status: number; body: Buffer } | Error): string {
  if (outcome instanceof Error) return `The model could not be invoked: ${outcome.message}`;
  const said = outcome.body.subarray(0, LONGEST_BODY).toString().trim().replace(/\s+/g, ' ');
  return `Bad HTTP status received from algorithm: ${outcome.status}${said && `: ${said}`}`;
}
