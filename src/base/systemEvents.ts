/** What a service tells the account of what has happened in it: EventBridge's events of AWS services. */

export type SystemEvent = {
  region: string;
  /** `aws.sagemaker` */
  source: string;
  /** `SageMaker Model Building Pipeline Execution Status Change` */
  detailType: string;
  /** ARNs of what it happened to. */
  resources: readonly string[];
  /** As AWS lays it out. Worked out only if somebody listens. */
  detail(): Readonly<Record<string, unknown>>;
};

/** Inside the transaction of the change that it tells of: both commit, or neither. */
export type EmitEvent = (event: SystemEvent) => void;
