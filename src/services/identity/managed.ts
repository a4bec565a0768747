/**
 * The AWS managed policies that Telar knows: those that MLOps projects commonly attach. Each grants what AWS's document
 * of that name grants on services that Telar serves; statements about other services (Cognito, Redshift …) could grant
 * nothing here and are left out. EC2's are kept where AWS has them: the SageMaker Python SDK (v3) simulates them before
 * it lets a role train.
 *
 * See the AWS managed policy reference guide.
 */

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export type ManagedPolicy = {
  arn: string;
  name: string;
  path: string;
  /** JSON. */
  document: string;
};

const allow = (
  actions: string | readonly string[],
  resources: string | readonly string[] = '*',
  when?: Conditions,
) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...(when ? { Condition: when } : {}),
});

function managed(path: string, name: string, ...statements: readonly object[]): ManagedPolicy {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2);
  return { arn: `arn:aws:iam::aws:policy${path}${name}`, name, path, document };
}

/** The spellings that AWS's SageMaker policies look for in the names of other services' resources. */
const called = (before: string, after = '') =>
  ['SageMaker', 'Sagemaker', 'sagemaker'].map((word) => `${before}*${word}*${after}`);

const passTo = (services: string | readonly string[]) => ({ StringEquals: { 'iam:PassedToService': services } });

/** Studio's own resources, which SageMaker's full access leaves to narrower statements. */
const STUDIO = [
  'domain',
  'user-profile',
  'app',
  'space',
  'partner-app',
  'flow-definition',
  'training-plan',
  'reserved-capacity',
];

const sageMakerFullAccess = managed(
  '/',
  'AmazonSageMakerFullAccess',
  {
    Effect: 'Allow',
    Action: ['sagemaker:*', 'sagemaker-geospatial:*'],
    NotResource: STUDIO.map((kind) => `arn:aws:sagemaker:*:*:${kind}/*`),
  },
  allow([
    'application-autoscaling:DeleteScalingPolicy',
    'application-autoscaling:DeleteScheduledAction',
    'application-autoscaling:DeregisterScalableTarget',
    'application-autoscaling:Describe*',
    'application-autoscaling:PutScalingPolicy',
    'application-autoscaling:PutScheduledAction',
    'application-autoscaling:RegisterScalableTarget',
    'cloudwatch:DeleteAlarms',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'cloudwatch:GetMetricStatistics',
    'cloudwatch:ListMetrics',
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:PutMetricData',
    'ec2:CreateNetworkInterface',
    'ec2:CreateNetworkInterfacePermission',
    'ec2:CreateVpcEndpoint',
    'ec2:DeleteNetworkInterface',
    'ec2:DeleteNetworkInterfacePermission',
    'ec2:DescribeDhcpOptions',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeRouteTables',
    'ec2:DescribeSecurityGroups',
    'ec2:DescribeSubnets',
    'ec2:DescribeVpcEndpoints',
    'ec2:DescribeVpcs',
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:CreateRepository',
    'ecr:Describe*',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
    'ecr:StartImageScan',
    'glue:CreateJob',
    'glue:DeleteJob',
    'glue:GetJob*',
    'glue:GetTable*',
    'glue:GetWorkflowRun',
    'glue:ResetJobBookmark',
    'glue:StartJobRun',
    'glue:StartWorkflowRun',
    'glue:UpdateJob',
    'iam:ListRoles',
    'lambda:ListFunctions',
    'logs:CreateLogDelivery',
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:DeleteLogDelivery',
    'logs:Describe*',
    'logs:GetLogDelivery',
    'logs:GetLogEvents',
    'logs:ListLogDeliveries',
    'logs:PutLogEvents',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
    'sns:ListTopics',
    'tag:GetResources',
  ]),
  allow(
    [
      'states:DescribeExecution',
      'states:GetExecutionHistory',
      'states:StartExecution',
      'states:StopExecution',
      'states:UpdateStateMachine',
    ],
    ['arn:aws:states:*:*:statemachine:*sagemaker*', 'arn:aws:states:*:*:execution:*sagemaker*:*'],
  ),
  allow(
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
    [...called('arn:aws:s3:::'), 'arn:aws:s3:::*aws-glue*'],
  ),
  allow('s3:GetObject', 'arn:aws:s3:::*', { StringEqualsIgnoreCase: { 's3:ExistingObjectTag/SageMaker': 'true' } }),
  allow('s3:GetObject', 'arn:aws:s3:::*', {
    StringEquals: { 's3:ExistingObjectTag/servicecatalog:provisioning': 'true' },
  }),
  allow([
    's3:CreateBucket',
    's3:GetBucketLocation',
    's3:ListBucket',
    's3:ListAllMyBuckets',
    's3:GetBucketCors',
    's3:PutBucketCors',
  ]),
  allow(['s3:GetBucketAcl', 's3:PutObjectAcl'], called('arn:aws:s3:::')),
  allow('lambda:InvokeFunction', [
    ...called('arn:aws:lambda:*:*:function:'),
    'arn:aws:lambda:*:*:function:*LabelingFunction*',
  ]),
  allow(['sns:Subscribe', 'sns:CreateTopic', 'sns:Publish'], called('arn:aws:sns:*:*:')),
  allow(
    'iam:PassRole',
    'arn:aws:iam::*:role/*AmazonSageMaker*',
    passTo(['glue.amazonaws.com', 'states.amazonaws.com']),
  ),
  allow('iam:PassRole', 'arn:aws:iam::*:role/*', passTo('sagemaker.amazonaws.com')),
);

const REGISTRY_ACTIONS = [
  'sagemaker:AddTags',
  'sagemaker:BatchDescribeModelPackage',
  'sagemaker:CreateModel',
  'sagemaker:CreateModelPackage',
  'sagemaker:CreateModelPackageGroup',
  'sagemaker:DeleteModelPackage',
  'sagemaker:DeleteModelPackageGroup',
  'sagemaker:DeleteTags',
  'sagemaker:DescribeModel*',
  'sagemaker:ListModel*',
  'sagemaker:ListTags',
  'sagemaker:UpdateModelPackage',
];

export const MANAGED_POLICIES: ReadonlyMap<string, ManagedPolicy> = new Map(
  [
    managed('/', 'AdministratorAccess', allow('*')),
    managed(
      '/',
      'PowerUserAccess',
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow(['iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole', 'iam:ListRoles']),
    ),
    managed('/', 'IAMFullAccess', allow('iam:*')),
    managed(
      '/',
      'IAMReadOnlyAccess',
      allow(['iam:Get*', 'iam:List*', 'iam:Simulate*', 'iam:GenerateCredentialReport']),
    ),
    sageMakerFullAccess,
    managed(
      '/',
      'AmazonSageMakerReadOnly',
      allow([
        'application-autoscaling:Describe*',
        'cloudwatch:DescribeAlarms',
        'ecr:Describe*',
        'sagemaker:Describe*',
        'sagemaker:List*',
        'sagemaker:BatchGetMetrics',
        'sagemaker:GetDeviceRegistration',
        'sagemaker:GetDeviceFleetReport',
        'sagemaker:GetSearchSuggestions',
        'sagemaker:BatchGetRecord',
        'sagemaker:GetRecord',
        'sagemaker:Search',
        'sagemaker:QueryLineage',
        'sagemaker:GetLineageGroupPolicy',
        'sagemaker:BatchDescribeModelPackage',
        'sagemaker:GetModelPackageGroupPolicy',
      ]),
    ),
    managed(
      '/',
      'AmazonSageMakerModelRegistryFullAccess',
      allow(REGISTRY_ACTIONS),
      allow('s3:GetObject', called('arn:aws:s3:::')),
      allow(['s3:GetBucketLocation', 's3:ListAllMyBuckets', 's3:ListBucket']),
      allow('iam:PassRole', 'arn:aws:iam::*:role/*', passTo('sagemaker.amazonaws.com')),
    ),
    managed('/', 'AmazonS3FullAccess', allow(['s3:*', 's3-object-lambda:*'])),
    managed(
      '/',
      'AmazonS3ReadOnlyAccess',
      allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*']),
    ),
    managed('/', 'CloudWatchLogsFullAccess', allow(['logs:*', 'cloudwatch:GenerateQuery'])),
    managed(
      '/',
      'CloudWatchLogsReadOnlyAccess',
      allow([
        'logs:Describe*',
        'logs:Get*',
        'logs:List*',
        'logs:StartQuery',
        'logs:StopQuery',
        'logs:TestMetricFilter',
        'logs:FilterLogEvents',
      ]),
    ),
    managed(
      '/',
      'CloudWatchFullAccessV2',
      allow([
        'application-autoscaling:DescribeScalingPolicies',
        'cloudwatch:*',
        'logs:*',
        'sns:CreateTopic',
        'sns:ListSubscriptions',
        'sns:ListSubscriptionsByTopic',
        'sns:ListTopics',
        'sns:Subscribe',
      ]),
    ),
    managed(
      '/',
      'CloudWatchAgentServerPolicy',
      allow([
        'cloudwatch:PutMetricData',
        'logs:PutLogEvents',
        'logs:PutRetentionPolicy',
        'logs:DescribeLogStreams',
        'logs:DescribeLogGroups',
        'logs:CreateLogStream',
        'logs:CreateLogGroup',
      ]),
    ),
    managed('/', 'AWSStepFunctionsFullAccess', allow('states:*')),
    managed('/', 'AmazonSNSFullAccess', allow('sns:*')),
    managed(
      '/',
      'AWSLambda_FullAccess',
      allow([
        'lambda:*',
        'cloudwatch:GetMetricData',
        'cloudwatch:ListMetrics',
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:ListRoles',
        'logs:DescribeLogGroups',
        'states:DescribeStateMachine',
        'states:ListStateMachines',
        'tag:GetResources',
      ]),
      allow('iam:PassRole', '*', passTo('lambda.amazonaws.com')),
    ),
    managed(
      '/',
      'AmazonEventBridgeFullAccess',
      allow(['events:*', 'schemas:*', 'scheduler:*', 'pipes:*']),
      allow(
        'iam:PassRole',
        'arn:aws:iam::*:role/*',
        passTo(['events.amazonaws.com', 'scheduler.amazonaws.com', 'pipes.amazonaws.com']),
      ),
    ),
    managed(
      '/',
      'AmazonEventBridgeSchedulerFullAccess',
      allow('scheduler:*'),
      allow('iam:PassRole', 'arn:aws:iam::*:role/*', passTo('scheduler.amazonaws.com')),
    ),
    managed(
      '/service-role/',
      'AWSLambdaBasicExecutionRole',
      allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']),
    ),
    managed(
      '/service-role/',
      'AWSGlueServiceRole',
      allow([
        'glue:*',
        's3:GetBucketLocation',
        's3:ListBucket',
        's3:ListAllMyBuckets',
        's3:GetBucketAcl',
        'iam:ListRolePolicies',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'cloudwatch:PutMetricData',
      ]),
      allow('s3:CreateBucket', 'arn:aws:s3:::aws-glue-*'),
      allow(
        ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        ['arn:aws:s3:::aws-glue-*/*', 'arn:aws:s3:::*/*aws-glue-*/*'],
      ),
      allow('s3:GetObject', ['arn:aws:s3:::crawler-public*', 'arn:aws:s3:::aws-glue-*']),
      allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], 'arn:aws:logs:*:*:*:/aws-glue/*'),
    ),
  ].map((policy) => [policy.arn, policy]),
);
