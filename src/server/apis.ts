/** The AWS APIs whose operations several services share, or whose services take them from outside. */
import { createRequire } from 'node:module';
import { defineApi } from '../protocol/models.ts';
import { violated } from '../services/queues/index.ts';

/** Clients are loaded when their API is first used, or when the server has nothing to do (`preload`). */
const load = createRequire(import.meta.url);

export const sagemaker = defineApi({
  name: 'sagemaker',
  signingNames: ['sagemaker'],
  protocol: 'json-1.1',
  targetPrefix: 'SageMaker',
  version: '2017-07-24',
  sdk: () => load('@aws-sdk/client-sagemaker'),
});

export const iam = defineApi({
  name: 'iam',
  signingNames: ['iam'],
  protocol: 'query',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sdk: () => load('@aws-sdk/client-iam'),
});

export const sts = defineApi({
  name: 'sts',
  signingNames: ['sts'],
  protocol: 'query',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  sdk: () => load('@aws-sdk/client-sts'),
});

export const logs = defineApi({
  name: 'logs',
  signingNames: ['logs'],
  protocol: 'json-1.1',
  targetPrefix: 'Logs_20140328',
  validationCode: 'InvalidParameterException',
  version: '2014-03-28',
  sdk: () => load('@aws-sdk/client-cloudwatch-logs'),
});

export const states = defineApi({
  name: 'states',
  signingNames: ['states'],
  protocol: 'json-1.0',
  targetPrefix: 'AWSStepFunctions',
  version: '2016-11-23',
  sdk: () => load('@aws-sdk/client-sfn'),
});

export const lambda = defineApi({
  name: 'lambda',
  signingNames: ['lambda'],
  protocol: 'rest-json',
  // A zip of 50 MB in base64; an event of 6 MB.
  bodies: {
    most: { CreateFunction: 70_167_211, UpdateFunctionCode: 70_167_211, Invoke: 6_291_456 },
    code: 'RequestTooLargeException',
  },
  validationCode: 'ValidationException',
  version: '2015-03-31',
  sdk: () => load('@aws-sdk/client-lambda'),
});

export const glue = defineApi({
  name: 'glue',
  signingNames: ['glue'],
  protocol: 'json-1.1',
  targetPrefix: 'AWSGlue',
  version: '2017-03-31',
  sdk: () => load('@aws-sdk/client-glue'),
});

export const events = defineApi({
  name: 'events',
  signingNames: ['events'],
  protocol: 'json-1.1',
  targetPrefix: 'AWSEvents',
  version: '2015-10-07',
  sdk: () => load('@aws-sdk/client-eventbridge'),
});

export const scheduler = defineApi({
  name: 'scheduler',
  signingNames: ['scheduler'],
  protocol: 'rest-json',
  version: '2021-06-30',
  sdk: () => load('@aws-sdk/client-scheduler'),
});

export const sns = defineApi({
  name: 'sns',
  signingNames: ['sns'],
  protocol: 'query',
  deniedCode: 'AuthorizationError',
  unsigned: ['ConfirmSubscription', 'Unsubscribe'],
  version: '2010-03-31',
  xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sdk: () => load('@aws-sdk/client-sns'),
});

export const sqs = defineApi({
  name: 'sqs',
  signingNames: ['sqs'],
  protocol: 'json-1.0',
  targetPrefix: 'AmazonSQS',
  violated,
  queryCompatible: true,
  version: '2012-11-05',
  sdk: () => load('@aws-sdk/client-sqs'),
});
