/**
 * A batch: CSV files in, one file of predictions for each, scored by threads so that the caller's loop is free.
 *
 * F1. Memory does not grow with rows: a file is read in blocks, and a thread gets no new one before an earlier one is written.
 * F2. Lines come out in the order in which they stood.
 * F3. A file that cannot be scored leaves no output and does not hold up the others; its error names the first bad line.
 * F4. An abort leaves no output of files that were not complete.
 */
import { open, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { BLANK_INSIDE, layoutOf } from '../csv/rows.ts';
import { parseSelection, selectedColumns } from '../csv/selection.ts';
import { badInput, ScoringError, unsupported } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { outputsOf } from '../model/objectives.ts';
import { type Head, readHead } from './head.ts';
import type { Answer, BlockTask, LineStyle } from './tasks.ts';
import { startThreads, type Threads } from './threads.ts';

export type BatchJob = {
  /** A file: XGBoost JSON, UBJSON or binary, a pickled Booster, or a model.tar.gz with one of them. */
  model: string;
  files: readonly BatchFile[];
  accept: LineStyle['accept'];
  /** JSONPaths over columns (csv/selection.ts): what of a row is scored, and what of an output line is written. */
  inputFilter?: string;
  outputFilter?: string;
  /** Whether each line is its input, a comma, and its prediction. */
  join?: boolean;
  /** Bytes that a line may have, without its line break. */
  longestLine?: number;
  /** Once a file has failed, those that are not begun are left out. */
  allOrNone?: boolean;
  signal?: AbortSignal;
  /** Told after each block that was written. */
  progress?: (done: { rows: number; bytes: number }) => void;
  /** As many as there are processors, if not given. */
  threads?: number;
};

export type BatchFile = { input: string; output: string };

export type FileResult = BatchFile & ({ rows: number } | { error: ScoringError });

/** Bytes of input that are scored at a time; less where a row becomes many numbers, so that answers are bounded too. */
const BLOCK = 512 * 1024;
const LEAST_BLOCK = 256;

/** @throws ScoringError where the model or the options are refused; what the abort gives; the system's errors */
export async function scoreFiles(job: BatchJob): Promise<readonly FileResult[]> {
  const plan = planOf(job);
  const threads = startThreads(job.threads ?? availableParallelism(), job.signal);
  try {
    const model = ready(await threads.ask({ kind: 'load', path: job.model }));
    // The first thread does not wait for them.
    const others = threads.askOthers({ kind: 'use', model }).then((answers) => void answers.forEach(ready));
    const waiting = [...job.files.entries()];
    const results: FileResult[] = [];
    // Files side by side, so that many small ones keep all threads busy.
    const scoring = Array.from({ length: threads.count }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, file] = next;
        const result = await scoreFile(file, { ...plan, job, model, threads });
        results[index] = result;
        if (job.allOrNone && 'error' in result) waiting.length = 0;
      }
    });
    // All of them, so that nothing is written or removed any more once the caller knows.
    for (const ended of await Promise.allSettled([...scoring, others]))
      if (ended.status === 'rejected') throw ended.reason as Error;
    return results.filter((result) => result !== undefined);
  } finally {
    await threads.close();
  }
}

type Plan = { input: ReturnType<typeof parseSelection>; output: ReturnType<typeof parseSelection> };
type Context = Plan & { job: BatchJob; model: Model; threads: Threads };

function planOf(job: BatchJob): Plan {
  if (job.accept !== 'text/csv' && (job.join || (job.outputFilter ?? '$') !== '$'))
    throw unsupported(`A join or an OutputFilter with ${job.accept} is left to a container.`);
  return { input: parseSelection(job.inputFilter ?? '$'), output: parseSelection(job.outputFilter ?? '$') };
}

function ready(answer: Answer): Model {
  if (answer.kind === 'ready') return answer.model;
  throw failure(answer);
}

function failure(answer: Answer): Error {
  if (answer.kind !== 'failed') return new Error(`A thread answered "${answer.kind}" out of turn.`);
  return answer.fault === 'system' ? new Error(answer.message) : new ScoringError(answer.fault, answer.message);
}

async function scoreFile(file: BatchFile, context: Context): Promise<FileResult> {
  const input = await open(file.input);
  try {
    const head = await readHead(input);
    const output = await open(file.output, 'w');
    let isComplete = false;
    try {
      const rows = await scoreBlocks(file, head, context, (text) => output.writeFile(text));
      isComplete = true;
      return { ...file, rows };
    } finally {
      await output.close();
      if (!isComplete) await rm(file.output, { force: true });
    }
  } catch (error) {
    if (error instanceof ScoringError && error.kind === 'input') return { ...file, error };
    throw error;
  } finally {
    await input.close();
  }
}

async function scoreBlocks(
  file: BatchFile,
  head: Head,
  context: Context,
  write: (text: Uint8Array) => Promise<void>,
): Promise<number> {
  const { threads, job } = context;
  const task = taskOf(file, head, context);
  const window = threads.count * 2;
  const outputs = outputsOf(context.model.objective, context.model.groups);
  const size = Math.max(LEAST_BLOCK, Math.floor(BLOCK / outputs));
  const asked: { answer: Promise<Answer>; bytes: number }[] = [];
  const spares: ArrayBuffer[] = [];
  let offset = head.first;
  let [rows, lines, blanks] = [0, head.skipped, 0];
  for (;;) {
    while (asked.length < window && offset < head.size) {
      const range = { from: offset, to: Math.min(offset + size, head.size) };
      const answer = threads.ask({ ...task, ...range, spare: spares.pop() ?? new ArrayBuffer(0) });
      // Told when its turn comes, or never, if an earlier block fails.
      answer.catch(() => {});
      asked.push({ answer, bytes: range.to - range.from });
      offset = range.to;
    }
    const next = asked.shift();
    if (!next) return rows;
    const answer = await next.answer;
    const hasRows = answer.kind === 'block' ? answer.rows > 0 : answer.kind === 'failed' && answer.fault === 'input';
    if (blanks > 0 && hasRows) throw inLine(file, BLANK, lines - blanks);
    if (answer.kind !== 'block') throw inLine(file, answer, lines);
    await write(answer.text);
    spares.push(answer.text.buffer);
    rows += answer.rows;
    lines += answer.lines;
    blanks = answer.rows > 0 ? answer.blanks : blanks + answer.blanks;
    job.progress?.({ rows: answer.rows, bytes: next.bytes });
  }
}

const BLANK: Answer = {
  kind: 'failed',
  fault: 'input',
  message: BLANK_INSIDE,
  line: 0,
};

function taskOf(
  file: BatchFile,
  head: Head,
  { model, job, input, output }: Context,
): Omit<BlockTask, 'from' | 'to' | 'spare'> {
  const layout = inFile(file, () =>
    layoutOf(
      head.width,
      selectedColumns(input, head.width),
      model.features,
      job.longestLine ?? Number.POSITIVE_INFINITY,
    ),
  );
  return {
    kind: 'block',
    path: file.input,
    first: head.first,
    size: head.size,
    layout,
    style: { accept: job.accept, joined: job.join ?? false, kept: keptFields(file, head, { model, job, output }) },
  };
}

/** Fields of an output line that the filter keeps; undefined where it keeps all. */
function keptFields(file: BatchFile, head: Head, { model, job, output }: Pick<Context, 'model' | 'job' | 'output'>) {
  const isWhole = output.kind === 'range' && output.from === 0 && output.to === Number.POSITIVE_INFINITY;
  if (isWhole) return undefined;
  if (outputsOf(model.objective, model.groups) > 1)
    throw unsupported('OutputFilter on a model of several outputs, whose lines are lists, is left to its container.');
  const width = job.join ? head.width + 1 : 1;
  const kept = inFile(file, () => selectedColumns(output, width));
  if (!job.join && kept.length !== 1)
    throw badInput('The output filter must keep the prediction, the only column there is.');
  return job.join ? kept : undefined;
}

/** Names the file in what is wrong with it. */
function inFile<T>(file: BatchFile, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ScoringError)) throw error;
    throw new ScoringError(error.kind, `${basename(file.input)}: ${error.message}`);
  }
}

/** @param lines those before the block */
function inLine(file: BatchFile, answer: Answer, lines: number): Error {
  if (answer.kind !== 'failed' || answer.fault !== 'input') return failure(answer);
  const where = `Line ${lines + answer.line + 1} of ${basename(file.input)}`;
  return badInput(`${where}${answer.message.startsWith(',') ? '' : ' '}${answer.message}`);
}
