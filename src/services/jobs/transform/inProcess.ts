/**
 * Transform jobs that need no container: rows of CSV and a model of XGBoost's own, scored by the server's threads.
 *
 * I1. Whether a job is scored so changes its speed, never its results: what is not certainly the same goes through the container.
 * I2. All of a job's files are scored so, or none: the first that is declined sends the job to its container.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseImage } from '../../../runner/images/image.ts';
import type { Job, JobPlan, TransformPlan } from '../plan.ts';
import type { ScoreFiles } from '../ports.ts';
import { textOf } from './dataPath.ts';
import type { Processing } from './records.ts';

export type Scored = { scored: true; files: number } | { scored: false; reason: string };

/** What lies where for one host. */
export type ScorePlace = { inputs: string; outputs: string; model: string };

/** Variables by which a container is told to run a script of the user's, or to answer otherwise. */
const OTHERWISE = [
  ...['SAGEMAKER_PROGRAM', 'SAGEMAKER_SUBMIT_DIRECTORY'],
  ...['SAGEMAKER_INFERENCE_OUTPUT', 'SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT'],
] as const;
/** AWS's default of MaxPayloadInMB. */
const MAX_PAYLOAD = 6;
const MEGABYTE = 2 ** 20;
/** Bytes. */
const LINE_BREAK = 2;
/** In bytes: the output's has four more. */
const LONGEST_NAME = 251;

/** Why a job cannot be scored without its container; undefined when it may be tried. */
export function whyContainer({ image, environment, transform }: JobPlan, model: string): string | undefined {
  if (!transform) return 'it is no transform job';
  if (parseImage(image)?.repository !== 'sagemaker-xgboost') return 'its image is not XGBoost';
  if (existsSync(join(model, 'code'))) return 'its model has a script';
  const set = OTHERWISE.find((name) => environment[name]);
  if (set) return `its variable ${set} says how to answer`;
  if ((environment['SAGEMAKER_BATCH'] ?? 'true') !== 'true') return 'its variable SAGEMAKER_BATCH says how to answer';
  if (transform.split === 'RecordIO' || transform.split === 'TFRecord') return `its records are ${transform.split}`;
  if (transform.gzip) return 'its inputs are compressed';
  if (plain(transform.contentType) !== 'text/csv') return 'its inputs are not text/csv';
  if (!acceptOf(transform)) return 'its outputs are neither text/csv nor application/jsonlines';
  return undefined;
}

/** A parameter may say how rows are to be read. @example plain('text/csv; charset=utf-8') // 'text/csv' */
function plain(type: string | undefined): 'text/csv' | 'application/jsonlines' | undefined {
  const found = /^(text\/csv|application\/jsonlines) *(; *charset=utf-8)?$/i.exec((type ?? '').trim());
  return found?.[1]?.toLowerCase() as ReturnType<typeof plain>;
}

/** Asked for nothing, a container of XGBoost answers in CSV. */
const acceptOf = ({ accept }: TransformPlan) => (accept === undefined ? 'text/csv' : plain(accept));

/** Scores every file of a host. Rejects when the signal is aborted. */
export async function scoreFilesOf(
  { plan }: Pick<Job, 'plan'>,
  { inputs, outputs, model }: ScorePlace,
  scoreFiles: ScoreFiles,
  signal: AbortSignal,
): Promise<Scored> {
  const why = whyContainer(plan, model);
  if (why) return { scored: false, reason: why };
  const { split, maxPayloadMegabytes = MAX_PAYLOAD, processing } = plan.transform!;
  const limit = maxPayloadMegabytes * MEGABYTE;
  const files: { input: string; output: string }[] = [];
  const entries = await readdir(inputs, { recursive: true, withFileTypes: true });
  const pathOf = (entry: (typeof entries)[number]) => join(entry.parentPath, entry.name);
  const folders = new Set(entries.filter((entry) => entry.isDirectory()).map(pathOf));
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    signal.throwIfAborted();
    const input = pathOf(entry);
    // The driver fails such a file alone.
    if (folders.has(`${input}.out`) || Buffer.byteLength(entry.name) > LONGEST_NAME) {
      return { scored: false, reason: `the output of '${entry.name}' cannot have its name` };
    }
    if (split === 'None' && (await stat(input)).size > limit) {
      return { scored: false, reason: 'a file is larger than MaxPayloadInMB' };
    }
    const output = `${join(outputs, input.slice(inputs.length))}.out`;
    await mkdir(dirname(output), { recursive: true });
    files.push({ input, output });
  }
  const terms = { accept: acceptOf(plan.transform!)!, longestLine: limit - LINE_BREAK, filters: filtersOf(processing) };
  const result = await scoreFiles({ model, files, ...terms }, signal);
  if (result.scored) return { scored: true, files: files.length };
  await rm(outputs, { recursive: true, force: true });
  return result;
}

function filtersOf(processing: Processing | undefined) {
  if (!processing) return undefined;
  const { inputFilter, join, outputFilter } = processing;
  return { inputFilter: textOf(inputFilter), join, outputFilter: textOf(outputFilter) };
}
