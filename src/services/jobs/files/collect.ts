/** Takes in what a job left: its report, and its outputs as batches that become objects when the job's end is recorded. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import { paced } from '../../../base/pace.ts';
import { isAwsError } from '../../../protocol/errors.ts';
import type { Call } from '../../../protocol/service.ts';
import type { JobFolder } from '../../../runner/runner.ts';
import { jobFailure } from '../errors.ts';
import { hostName } from '../hosts.ts';
import { ASIDE, type Job, type PlannedOutput, parseS3Uri } from '../plan.ts';
import type { JobObjects, ObjectVersion, ReceivedOutput } from '../ports.ts';
import type { OutputBatch, Report } from './files.ts';
import { collisionLines, type HostFiles, mergeHosts, type PlacedFile } from './merge.ts';
import { keyUnder } from './paths.ts';
import { volumeFull } from './stage.ts';
import { filesUnder, passedOverLines, realFolder, textLeft } from './walk.ts';
import { inThread } from './work.ts';

/** In bytes: FailureReason and ExitMessage have room for no more. */
const LONGEST_MESSAGE = 1024;
/** How much of a log's end is looked at for its last line, in bytes. */
const LOG_END = 8192;
const LONGEST_LINE = 500;
/** Regular expressions over a log get this long, in milliseconds; beyond it the job has no metrics. */
const METRICS_LIMIT = 30_000;
/** A batch holds at most this many objects and, of small ones that wait in memory, this many bytes. */
const BATCH = { objects: 256, bytes: 8 * 1024 * 1024 };

/** @param host whose words count, from 0; a metric is the last one of the first host that has it */
export async function readReport(job: Job, folders: readonly JobFolder[], host: number, clock: Clock): Promise<Report> {
  const reports: Report[] = [];
  for (const folder of folders) reports.push(await readHost(job, folder, clock));
  const metrics = new Map<string, number>();
  for (const report of reports) {
    for (const { name, value } of report.metrics) if (!metrics.has(name)) metrics.set(name, value);
  }
  return { ...reports[host]!, metrics: [...metrics].map(([name, value]) => ({ name, value })) };
}

async function readHost(job: Job, folder: JobFolder, clock: Clock): Promise<Report> {
  const { metrics: definitions } = job.plan;
  const metrics =
    definitions.length === 0
      ? undefined
      : await inThread({ kind: 'metrics', log: folder.log, definitions }, METRICS_LIMIT, clock).catch(() => undefined);
  return {
    failure: textLeft(folder.ml, 'output', 'failure', LONGEST_MESSAGE),
    message: textLeft(folder.ml, 'output', 'message', LONGEST_MESSAGE),
    lastLine: lastLine(folder.log),
    metrics: metrics?.metrics ?? [],
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours and the like are what is taken out
const CONTROL = /\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u001f\u007f]/g;
/** What Node.js writes after an error's message: frames, the error's members, its own version. */
const AFTER_THE_ERROR = /^(at .+:\d+:\d+\)?|at .+\(<anonymous>\)|[{}^]+|Node\.js v[\d.]+)$/;

/** The last line that says something: in Python, and after what is left out here in Node.js, too, an error's message. */
function lastLine(log: string): string | undefined {
  let file: number;
  try {
    file = openSync(log, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(size, LOG_END));
    const length = readSync(file, end, 0, end.length, size - end.length);
    const lines = end
      .subarray(0, length)
      .toString()
      .split(/[\r\n]+/);
    const plain = lines.map((line) => line.replace(CONTROL, ' ').trim());
    return plain.findLast((line) => line !== '' && !AFTER_THE_ERROR.test(line))?.slice(0, LONGEST_LINE);
  } finally {
    closeSync(file);
  }
}

type Found = { output: PlannedOutput; files: PlacedFile[] };

/** Where `folders` are the job's own, host by host, and `objects` writes with its role. @param tell takes lines for the job's log */
export async function* outputBatches(
  job: Job,
  folders: readonly JobFolder[],
  objects: JobObjects,
  call: Call,
  clock: Clock,
  tell: (line: string) => void,
): AsyncGenerator<OutputBatch> {
  const found = await findOutputs(job, folders, tell);
  // Small files are read without leaving the loop.
  const pace = paced(clock);
  let batch: ReceivedOutput[] = [];
  let bytes = 0;
  try {
    for (const each of found) {
      for await (const { uri, content, size } of contents(each, folders[0]!, clock)) {
        if (batch.length >= BATCH.objects || bytes >= BATCH.bytes) {
          if (batch.length > 0) yield batchOf(batch, job.name);
          batch = [];
          bytes = 0;
        }
        batch.push(await receive(objects, call, uri, content));
        await pace();
        bytes += Math.min(size, SMALL);
      }
    }
  } catch (error) {
    for (const { release } of batch) release();
    throw error;
  }
  if (batch.length > 0) yield batchOf(batch, job.name);
}

/** Larger contents wait on the disk, not in memory. */
const SMALL = 64 * 1024;

const NOTHING_LEFT = { files: [], passedOver: { named: [], count: 0 } };

async function findOutputs(
  { plan }: Job,
  folders: readonly JobFolder[],
  tell: (line: string) => void,
): Promise<Found[]> {
  const found: Found[] = [];
  const sizes = folders.map(() => 0);
  for (const output of plan.outputs) {
    const hosts: HostFiles[] = [];
    for (const [host, { ml, root }] of folders.entries()) {
      const base = output.aside ? join(root, ASIDE.folder) : ml;
      const folder = realFolder(base, output.folder);
      const { files, passedOver } = folder ? await filesUnder(folder) : NOTHING_LEFT;
      for (const line of passedOverLines(output.folder, passedOver)) tell(line);
      for (const { size } of files) sizes[host]! += size;
      if (sizes[host]! > plan.volumeBytes) {
        throw volumeFull(plan.volumeBytes, `its outputs are larger (${sizes[host]} bytes and more)`);
      }
      hosts.push({ host: hostName(host), folder: folder ?? join(base, output.folder), files });
    }
    const { files, collisions } = mergeHosts(hosts);
    found.push({ output, files });
    for (const line of collisionLines(output.folder, collisions)) tell(line);
  }
  return found;
}

type Content = { uri: string; content: string; size: number };

async function* contents({ output, files }: Found, { root }: JobFolder, clock: Clock): AsyncGenerator<Content> {
  if (output.form === 'files') {
    for (const { path, folder, size } of files)
      yield { uri: keyUnder(output.uri, path), content: join(folder, path), size };
    return;
  }
  if (files.length === 0 && !output.evenEmpty) return;
  const archives = join(root, 'archives');
  await mkdir(archives, { recursive: true });
  const target = join(archives, `${output.name}.tar.gz`);
  await inThread({ kind: 'archive', files, target }, undefined, clock);
  yield { uri: output.uri, content: target, size: SMALL };
  await rm(target, { force: true });
}

async function receive(objects: JobObjects, call: Call, uri: string, content: string): Promise<ReceivedOutput> {
  const { bucket, key } = parseS3Uri(uri)!;
  try {
    return await objects.receive(call, bucket, key, content);
  } catch (error) {
    throw uploadFailed(error, uri);
  }
}

function uploadFailed(error: unknown, uri: string): unknown {
  if (!isAwsError(error)) return error;
  return jobFailure('ClientError', `Data upload failed:${error.code} (${error.status}): ${error.message} (${uri})`);
}

function batchOf(received: readonly ReceivedOutput[], job: string): OutputBatch {
  return {
    write(): ObjectVersion[] {
      try {
        return received.map(({ write }) => write());
      } catch (error) {
        throw uploadFailed(error, `an output of ${job}`);
      }
    },
    release() {
      for (const { release } of received) release();
    },
  };
}
