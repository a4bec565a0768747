/** What is deployed: a project's documents, as the authoring SDK writes them for an account and region. */

export type Documents = {
  readonly name: string;
  readonly region: string;
  readonly bucket: { readonly name: string; readonly events?: boolean };
  readonly roles: readonly RoleDocument[];
  readonly modelPackageGroups: readonly GroupDocument[];
  readonly pipelines: readonly PipelineDocument[];
  readonly machines: readonly MachineDocument[];
  readonly scheduleGroups?: readonly { readonly name: string }[];
  readonly schedules?: readonly ScheduleDocument[];
  /** Not written yet: named in the remarks. */
  readonly glueJobs?: readonly { readonly name: string }[];
  readonly topics?: readonly { readonly name: string }[];
  readonly functions?: readonly { readonly name: string }[];
  readonly rules?: readonly { readonly name: string }[];
  readonly queues?: readonly { readonly name: string }[];
};

export type RoleDocument = {
  readonly name: string;
  readonly description?: string;
  readonly trustPolicy: object;
  /** Inline policies. */
  readonly policies: readonly { readonly name: string; readonly document: object }[];
};

export type GroupDocument = { readonly name: string; readonly description?: string };

export type PipelineDocument = {
  readonly name: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly roleArn: string;
  /** The definition's JSON text. */
  readonly definition: string;
  readonly maxParallelSteps?: number;
};

export type MachineDocument = {
  readonly name: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  readonly roleArn: string;
  /** The definition's JSON text. */
  readonly definition: string;
  /** Absent: nothing is logged. */
  readonly loggingConfiguration?: {
    readonly level: string;
    readonly includeExecutionData: boolean;
    readonly destinations: readonly { readonly cloudWatchLogsLogGroup: { readonly logGroupArn: string } }[];
  };
};

export type ScheduleDocument = {
  readonly name: string;
  readonly group: string;
  readonly description?: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly start?: string;
  readonly end?: string;
  readonly flexibleMinutes?: number;
  readonly enabled?: boolean;
  readonly roleArn: string;
  readonly targetArn: string;
  /** Once the code bundle has a place. */
  readonly input?: (codeBundleUri: `s3://${string}`) => string;
  readonly parameters?: (codeBundleUri: `s3://${string}`) => Readonly<Record<string, string>>;
};
