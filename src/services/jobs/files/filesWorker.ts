/**
 * The thread behind work.ts: for each task one answer, before the next task comes.
 *
 * A1. Two archives of equal files are equal, byte for byte: order, owners, modes and times do not depend on the machine.
 */
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parentPort } from 'node:worker_threads';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { finalMetrics, type MetricPoint, metricReader } from '../../../definition/jobs/metrics.ts';
import { unpack } from './unpack.ts';
import type { Answer, Task } from './work.ts';

type ArchiveTask = Extract<Task, { kind: 'archive' }>;

async function archive({ files, target }: ArchiveTask): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createGzip(), createWriteStream(target));
  const filled = fill(tar, files);
  filled.catch((error: Error) => tar.destroy(error));
  await Promise.all([filled, written]);
}

async function fill(tar: Pack, files: ArchiveTask['files']): Promise<void> {
  for (const { folder, path, size, executable } of files) {
    const header = { name: path, size, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 };
    const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      // `end` is the last byte: a file without any has none to read.
      const bytes = size === 0 ? Readable.from([]) : file.createReadStream({ end: size - 1, autoClose: false });
      await pipeline(bytes, tar.entry(header));
    } finally {
      await file.close();
    }
  }
  tar.finalize();
}

async function metrics({ log, definitions }: Extract<Task, { kind: 'metrics' }>) {
  const reader = metricReader(definitions);
  const last = new Map<string, number>();
  const keep = (points: readonly MetricPoint[]) => {
    for (const [name, value] of finalMetrics(points)) last.set(name, value);
  };
  for await (const chunk of createReadStream(log, { encoding: 'utf8' })) keep(reader.push(chunk as string));
  keep(reader.end());
  return [...last].map(([name, value]) => ({ name, value }));
}

async function work(task: Task): Promise<Answer> {
  try {
    if (task.kind === 'metrics') return { done: true, metrics: await metrics(task) };
    if (task.kind === 'unpack') await unpack(task);
    else await archive(task);
    return { done: true, metrics: [] };
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    return { done: false, message, code };
  }
}

parentPort!.on('message', (task: Task) => void work(task).then((answer) => parentPort!.postMessage(answer)));
