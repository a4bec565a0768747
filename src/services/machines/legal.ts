/** What is legal of state machines, versions, aliases and activities, as data. */
import type { MachineType } from '../../definition/asl/types.ts';

/** A machine that is being deleted runs what it has begun, begins nothing, and can no longer be changed. */
export type MachineStatus = 'ACTIVE' | 'DELETING';

export const DEFAULT_TYPE: MachineType = 'STANDARD';

/** AWS's quotas, for an account and region. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const MOST_MACHINES = 100_000;
export const MOST_ACTIVITIES = 100_000;
/** Of one machine. */
export const MOST_VERSIONS = 1000;
export const MOST_ALIASES = 100;
/** Of one machine or activity. */
export const MOST_TAGS = 50;

/** Of a list that is not told another number; 0 means it, too. */
export const DEFAULT_PAGE = 100;
export const MOST_DIAGNOSTICS = 100;

/** What an alias's weights sum up to. */
export const WHOLE_WEIGHT = 100;

/** By this name a revision is meant that no update has made: it has no id. */
export const INITIAL_REVISION = 'INITIAL';

/** The data that a state machine is encrypted with lies in Telar's own folder; KMS is no part of it. */
export const ENCRYPTION = { type: 'AWS_OWNED_KEY' } as const;
