/** XGBoost models of transform jobs, scored by the server's threads: the jobs service's wish, put to scoring/. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScoringError } from '../scoring/index.ts';
import type { ScoreFiles } from '../services/jobs/index.ts';

/**
 * What cannot be scored here is declined: the container then says what is wrong with it, or does better.
 *
 * @throws what the abort gives, and the system's errors: a full disk would not be less full for a container
 */
export const scoreFiles: ScoreFiles = async ({ model, files, accept, longestLine, filters }, signal) => {
  const name = await onlyFile(model);
  if (name === undefined) return { scored: false, reason: "the model's folder does not hold one file" };
  // Not with the server's start: most never score.
  const { ScoringError, scoreFiles: score } = await import('../scoring/index.ts');
  try {
    const results = await score({
      model: join(model, name),
      files,
      accept,
      longestLine,
      allOrNone: true,
      ...filters,
      signal,
    });
    const failed = results.find((result) => 'error' in result);
    return failed && 'error' in failed ? declined(failed.error) : { scored: true };
  } catch (error) {
    if (error instanceof ScoringError) return declined(error);
    throw error;
  }
};

const declined = ({ message }: ScoringError) => ({
  ...{ scored: false as const, reason: `Telar does not score it: ${message.replace(/\.$/, '')}` },
});

/** The container takes the first of all files that are not hidden; with others beside it, it may need them. */
async function onlyFile(folder: string): Promise<string | undefined> {
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
  return entries.length === 1 && entries[0]!.isFile() ? entries[0]!.name : undefined;
}
