/** The phases of jobs, in words. */

/** How far a job is, by the phases that ListJobUse tells. */
export const PHASES: Readonly<Record<string, string>> = {
  queued: 'Waiting for the machine',
  preparing: 'Preparing its image',
  staging: 'Bringing its inputs',
  launching: 'Starting',
  running: 'Running',
  storing: 'Storing its outputs',
  ended: 'Ended',
};
