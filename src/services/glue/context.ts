/** What the parts of the Glue service share. */
import type { World } from '../../base/world.ts';
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { GluePorts } from './ports.ts';
import type { GlueStore } from './store.ts';

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-glue');

export type Parts = { db: GlueStore; world: World; account: string; ports: GluePorts };

export type CreateJobInput = InputOf<Sdk, 'CreateJob'>;
export type JobUpdate = NonNullable<InputOf<Sdk, 'UpdateJob'>['JobUpdate']>;
export type StartInput = InputOf<Sdk, 'StartJobRun'>;
/** A job as GetJob answers it. */
export type Job = NonNullable<OutputOf<Sdk, 'GetJob'>['Job']>;
/** A run as GetJobRun answers it. */
export type JobRun = NonNullable<OutputOf<Sdk, 'GetJobRun'>['JobRun']>;
