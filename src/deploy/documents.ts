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
  readonly functions?: readonly FunctionDocument[];
  readonly permissions?: readonly PermissionDocument[];
  readonly glueJobs?: readonly GlueJobDocument[];
  readonly topics?: readonly TopicDocument[];
  /** Dead-letter queues before those that need them. */
  readonly queues?: readonly QueueDocument[];
  readonly rules?: readonly RuleDocument[];
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
  readonly input?: Late<string>;
  readonly parameters?: Late<Readonly<Record<string, string>>>;
};

export type FunctionDocument = {
  readonly name: string;
  readonly file: string;
  /** The name of the handler in the file. */
  readonly handler: string;
  readonly runtime: string;
  readonly roleArn: string;
  readonly description: string;
  readonly memory: number;
  /** Of `/tmp`, in megabytes. */
  readonly storage: number;
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Of invocations that nobody waits for. */
  readonly unattended?: { readonly retries?: number; readonly onFailure?: string };
};

/** Who may invoke a function without a role. */
export type PermissionDocument = {
  readonly function: string;
  readonly statementId: string;
  readonly principal: string;
  readonly sourceArn: string;
};

export type GlueJobDocument = {
  readonly name: string;
  /** CreateJob's input: its files have their keys. */
  readonly request: {
    readonly Description?: string;
    readonly Role: string;
    readonly Command: { readonly Name: string; readonly ScriptLocation: string; readonly PythonVersion: string };
    readonly DefaultArguments?: Readonly<Record<string, string>>;
    readonly ExecutionProperty: { readonly MaxConcurrentRuns: number };
    readonly MaxRetries: number;
    readonly Timeout?: number;
    readonly MaxCapacity?: number;
    readonly WorkerType?: string;
    readonly NumberOfWorkers?: number;
    readonly GlueVersion?: string;
  };
};

export type TopicDocument = {
  readonly name: string;
  readonly arn: string;
  /** Of CreateTopic. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly subscriptions: readonly SubscriptionDocument[];
};

export type SubscriptionDocument = {
  readonly protocol: string;
  readonly endpoint: string;
  /** Of Subscribe. */
  readonly attributes: Readonly<Record<string, string>>;
};

export type QueueDocument = {
  readonly name: string;
  readonly arn: string;
  /** Of CreateQueue. */
  readonly attributes: Readonly<Record<string, string>>;
};

export type RuleDocument = {
  readonly name: string;
  readonly arn: string;
  readonly rule: {
    readonly Description?: string;
    readonly EventPattern?: string;
    readonly ScheduleExpression?: string;
    readonly State?: string;
  };
  readonly targets: Late<readonly TargetDocument[]>;
};

export type TargetDocument = {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
  readonly SageMakerPipelineParameters?: {
    readonly PipelineParameterList: readonly { readonly Name: string; readonly Value: string }[];
  };
  readonly SqsParameters?: { readonly MessageGroupId: string };
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
  readonly DeadLetterConfig?: { readonly Arn: string };
};

/** What is known once the code bundle has a place. */
export type Late<T> = (codeBundleUri: `s3://${string}`) => T;

/** Documents with the code bundle's place in them. */
export type Settled = Omit<Documents, 'schedules' | 'rules'> & {
  readonly schedules: readonly SettledSchedule[];
  readonly rules: readonly SettledRule[];
};
export type SettledSchedule = Omit<ScheduleDocument, 'input' | 'parameters'> & {
  readonly input?: string;
  readonly parameters?: Readonly<Record<string, string>>;
};
export type SettledRule = Omit<RuleDocument, 'targets'> & { readonly targets: readonly TargetDocument[] };

export function settle({ schedules = [], rules = [], ...documents }: Documents, uri: `s3://${string}`): Settled {
  return {
    ...documents,
    schedules: schedules.map(({ input, parameters, ...schedule }) => ({
      ...schedule,
      ...(input && { input: input(uri) }),
      ...(parameters && { parameters: parameters(uri) }),
    })),
    rules: rules.map(({ targets, ...rule }) => ({ ...rule, targets: targets(uri) })),
  };
}
