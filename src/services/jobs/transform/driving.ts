/** A transform job under way, as the phase sees it in which its model runs. */
import type { Parts } from '../context.ts';
import type { Job } from '../plan.ts';
import { brokenOff, type DriveOutcome } from './drives.ts';

export type Driving = {
  /** Ends what is not done. @returns how it went, where it was done */
  end(): DriveOutcome | undefined;
};

/**
 * Carries a job's files through its hosts.
 *
 * @param done called when nothing more will be asked of them
 */
export function driveJob({ drives, files }: Pick<Parts, 'drives' | 'files'>, job: Job, done: () => void): Driving {
  let outcome: DriveOutcome | undefined;
  const drive = drives.begin(job, (line) => files.note(job, line));
  const settle = (found: DriveOutcome) => {
    outcome = found;
    done();
  };
  // What could not be written down is at least told: a later server would drive again.
  drive.done.then(settle, (error: NodeJS.ErrnoException) => settle(brokenOff(error.message, error.code)));
  return {
    end() {
      drive.end();
      // It may have been told to nobody yet, in this server or an earlier one.
      return outcome ?? drives.outcome(job);
    },
  };
}
