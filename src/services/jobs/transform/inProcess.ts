/**
 * Transform jobs that need no container: rows of CSV and a model of XGBoost's own, scored by the server's threads.
 *
 * I1. Whether a job is scored so changes its speed, never its results: what is not certainly the same goes through the container.
 * I2. All of a job's files are scored so, or none: the first that is declined sends the job to its container.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseImage } from '../../../runner/images/image.ts';
import type { Job, JobPlan } from '../plan.ts';
import type { ScoreFile } from '../ports.ts';
import { formatOf } from './records.ts';

export type Scored = { scored: true; files: number } | { scored: false; reason: string };

/** What lies where for one host. */
export type ScorePlace = { inputs: string; outputs: string; model: string };

/** Variables by which a container is told to run a script of the user's. */
const SCRIPTS = ['SAGEMAKER_PROGRAM', 'SAGEMAKER_SUBMIT_DIRECTORY'] as const;

/** Why a job cannot be scored without its container; undefined when it may be tried. */
export function whyContainer({ image, environment, transform }: JobPlan, model: string): string | undefined {
  if (!transform) return 'it is no transform job';
  if (parseImage(image)?.repository !== 'sagemaker-xgboost') return 'its image is not XGBoost';
  if (SCRIPTS.some((name) => environment[name]) || existsSync(join(model, 'code'))) return 'its model has a script';
  if (transform.processing) return 'it filters or joins records';
  if (formatOf(transform.contentType) !== 'csv') return 'its inputs are not text/csv';
  if (transform.accept !== undefined && formatOf(transform.accept) !== 'csv') return 'its outputs are not text/csv';
  return undefined;
}

/** Scores every file of a host. Rejects when the signal is aborted. */
export async function scoreFiles(
  { plan }: Pick<Job, 'plan'>,
  { inputs, outputs, model }: ScorePlace,
  scoreFile: ScoreFile,
  signal: AbortSignal,
): Promise<Scored> {
  const why = whyContainer(plan, model);
  if (why) return { scored: false, reason: why };
  const { gzip, accept } = plan.transform!;
  let files = 0;
  for (const entry of await readdir(inputs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    signal.throwIfAborted();
    const input = join(entry.parentPath, entry.name);
    const output = `${join(outputs, input.slice(inputs.length))}.out`;
    await mkdir(dirname(output), { recursive: true });
    const { environment } = plan;
    const result = await scoreFile({ model, input, output, gzip, accept, environment }, signal);
    if (!result.scored) {
      await rm(outputs, { recursive: true, force: true });
      return result;
    }
    files += 1;
  }
  return { scored: true, files };
}
