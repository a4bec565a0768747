/**
 * AWS's services as state machines name them. A service that Telar does not serve stands here only so that it can be refused by
 * name; its tasks run as soon as the server has an API of that name.
 */

/** A service as `aws-sdk:<id>:<action>` names it. */
export type SdkService = {
  /** Telar's name of the API. */
  readonly api: string;
  /** What its errors begin with, and what they call it. */
  readonly label: string;
  /** Its causes end without the number of attempts: so they are on record. */
  readonly silentAboutAttempts?: true;
  /** Codes that the model has for a few operations only: elsewhere they are on record as errors that it does not have. */
  readonly unmodelled?: readonly string[];
};

/** By the id: the package of the SDK's client. */
export const SDK_SERVICES: ReadonlyMap<string, SdkService> = new Map(
  Object.entries({
    cloudwatch: { api: 'cloudwatch', label: 'CloudWatch' },
    cloudwatchlogs: { api: 'logs', label: 'CloudWatchLogs' },
    dynamodb: { api: 'dynamodb', label: 'DynamoDb' },
    ecr: { api: 'ecr', label: 'Ecr' },
    eventbridge: { api: 'events', label: 'EventBridge' },
    glue: { api: 'glue', label: 'Glue' },
    iam: { api: 'iam', label: 'Iam' },
    kms: { api: 'kms', label: 'Kms' },
    lambda: { api: 'lambda', label: 'Lambda' },
    s3: { api: 's3', label: 'S3', silentAboutAttempts: true, unmodelled: ['AccessDenied'] },
    sagemaker: { api: 'sagemaker', label: 'SageMaker' },
    sagemakermetrics: { api: 'sagemaker-metrics', label: 'SageMakerMetrics' },
    sagemakerruntime: { api: 'sagemaker-runtime', label: 'SageMakerRuntime' },
    scheduler: { api: 'scheduler', label: 'Scheduler' },
    secretsmanager: { api: 'secretsmanager', label: 'SecretsManager', silentAboutAttempts: true },
    sfn: { api: 'states', label: 'Sfn' },
    sns: { api: 'sns', label: 'Sns' },
    sqs: { api: 'sqs', label: 'Sqs' },
    ssm: { api: 'ssm', label: 'Ssm' },
    sts: { api: 'sts', label: 'Sts' },
  } satisfies Record<string, SdkService>),
);

/** A service as `<id>:<action>` names it, with what its errors say of it. */
export type OptimizedService = {
  readonly api: string;
  /** What its errors begin with. */
  readonly prefix: string;
  /** The error that the model does not have. */
  readonly unmodelled: string;
  /** What its causes call it. */
  readonly title: string;
  /** A refusal that stands for a host which AWS's SDK would not find, and the URL in it. */
  readonly noHost?: RegExp;
};

export const OPTIMIZED_SERVICES = {
  events: {
    api: 'events',
    prefix: 'EventBridge',
    unmodelled: 'AmazonEventBridgeException',
    title: 'AmazonEventBridge',
  },
  glue: { api: 'glue', prefix: 'Glue', unmodelled: 'AWSGlueException', title: 'AWSGlue' },
  lambda: { api: 'lambda', prefix: 'Lambda', unmodelled: 'AWSLambdaException', title: 'AWSLambda' },
  sagemaker: {
    api: 'sagemaker',
    prefix: 'SageMaker',
    unmodelled: 'AmazonSageMakerException',
    title: 'AmazonSageMaker',
  },
  sns: { api: 'sns', prefix: 'SNS', unmodelled: 'AmazonSNSException', title: 'AmazonSNS' },
  sqs: {
    ...{ api: 'sqs', prefix: 'SQS', unmodelled: 'AmazonSQSException', title: 'AmazonSQS' },
    // AWS's SDK calls the host that the queue's URL names.
    noHost: /^The address (\S+) is not valid/,
  },
  states: {
    api: 'states',
    prefix: 'StepFunctions',
    unmodelled: 'AWSStepFunctionsException',
    title: 'AWSStepFunctions',
  },
} as const satisfies Record<string, OptimizedService>;

export type OptimizedServiceId = keyof typeof OPTIMIZED_SERVICES;

/** Optimised integrations of services that Telar leaves to AWS: known, so that no definition of theirs is called wrong. */
export const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  apigateway: ['invoke'],
  athena: ['getQueryExecution', 'getQueryResults', 'startQueryExecution', 'stopQueryExecution'],
  batch: ['submitJob'],
  bedrock: ['createModelCustomizationJob', 'invokeModel'],
  codebuild: [
    ...['batchDeleteBuilds', 'batchGetReports', 'startBuild', 'startBuildBatch', 'stopBuild', 'stopBuildBatch'],
    ...['deleteBuildBatch', 'retryBuild', 'retryBuildBatch'],
  ],
  databrew: ['startJobRun'],
  dynamodb: ['deleteItem', 'getItem', 'putItem', 'updateItem'],
  ecs: ['runTask'],
  eks: ['call', 'createCluster', 'createNodegroup', 'deleteCluster', 'deleteNodegroup', 'runJob'],
  elasticmapreduce: [
    ...['addStep', 'cancelStep', 'createCluster', 'modifyInstanceFleetByName', 'modifyInstanceGroupByName'],
    ...['setClusterTerminationProtection', 'terminateCluster'],
  ],
  'emr-containers': ['createVirtualCluster', 'deleteVirtualCluster', 'startJobRun'],
  'emr-serverless': [
    ...['cancelJobRun', 'createApplication', 'deleteApplication', 'startApplication', 'startJobRun', 'stopApplication'],
  ],
  http: ['invoke'],
  mediaconvert: ['createJob'],
};
