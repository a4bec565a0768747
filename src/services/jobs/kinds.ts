/** The types of jobs. */

/** SageMaker's own. */
export type SageMakerKind = 'Processing' | 'Training' | 'Transform';
/** The others are ordered by the services they belong to (orders.ts). */
export type JobKind = SageMakerKind | 'Glue';
