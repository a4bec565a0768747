/** A thread of a batch (batch.ts): reads a block of a file, scores its rows, and answers the text to write. */
import { isUtf8 } from 'node:buffer';
import { closeSync, openSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { createRowReader, type RowReader } from '../csv/rows.ts';
import { badInput, ScoringError } from '../errors.ts';
import { createScorer, type Scorer } from '../kernel/scorer.ts';
import { modelBytes } from '../model/archive.ts';
import type { Model } from '../model/model.ts';
import { readModel } from '../model/read.ts';
import { createBlockReader } from './block.ts';
import { createLineWriter } from './lines.ts';
import type { Answer, BlockTask, Task } from './tasks.ts';

let scorer: Scorer | undefined;
let file: { path: string; descriptor: number } | undefined;
const readBlock = createBlockReader();

function use(model: Model): Answer {
  scorer = createScorer(model);
  return { kind: 'ready', model };
}

function opened(path: string): number {
  if (file?.path !== path) {
    if (file) closeSync(file.descriptor);
    file = undefined;
    file = { path, descriptor: openSync(path, 'r') };
  }
  return file.descriptor;
}

function score(task: BlockTask): Answer {
  const { columns, stride, outputs, score } = scorer!;
  const block = readBlock(opened(task.path), task);
  const reader = createRowReader(task.layout, columns, stride);
  // A row narrower than the model lacks its last features.
  columns.fill(Number.NaN);
  const writer = createLineWriter(task, reader, outputs);
  let rows = 0;
  try {
    for (let from = block.from; from < block.to; from = reader.next) {
      const count = reader.read(block.bytes, from, block.to);
      if (task.style.joined) checkText(block.bytes.subarray(from, reader.next), reader);
      if (count > 0) writer.write(score(count), count, block.bytes);
      rows += count;
    }
  } catch (error) {
    return failed(error, reader);
  }
  return { kind: 'block', text: writer.finish(), rows, lines: reader.lines, blanks: reader.blanks };
}

/** A container's input passes through text, where other bytes would change. */
function checkText(bytes: Uint8Array, reader: RowReader): void {
  if (isUtf8(bytes)) return;
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const bad = lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
  reader.lines -= lines.length - 1 - bad;
  throw badInput('is not UTF-8.');
}

function failed(error: unknown, reader?: RowReader): Answer {
  const { message } = error as Error;
  return {
    kind: 'failed',
    fault: error instanceof ScoringError ? error.kind : 'system',
    message,
    line: reader?.lines ?? 0,
  };
}

async function answer(task: Task): Promise<Answer> {
  try {
    if (task.kind === 'load') return use(readModel(await modelBytes(task.path)));
    return task.kind === 'use' ? use(task.model) : score(task);
  } catch (error) {
    return failed(error);
  }
}

parentPort!.on('message', (task: Task) => {
  void answer(task).then((made) => {
    const text = made.kind === 'block' ? [made.text.buffer] : [];
    parentPort!.postMessage(made, text);
  });
});
