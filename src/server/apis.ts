/** The AWS APIs whose operations several services share, or whose services take them from outside. */
import * as logsSdk from '@aws-sdk/client-cloudwatch-logs';
import * as iamSdk from '@aws-sdk/client-iam';
import * as sagemakerSdk from '@aws-sdk/client-sagemaker';
import * as statesSdk from '@aws-sdk/client-sfn';
import * as stsSdk from '@aws-sdk/client-sts';
import { defineApi } from '../protocol/models.ts';

export const sagemaker = defineApi({
  name: 'sagemaker',
  signingNames: ['sagemaker'],
  protocol: 'json-1.1',
  targetPrefix: 'SageMaker',
  version: '2017-07-24',
  sdk: sagemakerSdk,
});

export const iam = defineApi({
  name: 'iam',
  signingNames: ['iam'],
  protocol: 'query',
  version: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sdk: iamSdk,
});

export const sts = defineApi({
  name: 'sts',
  signingNames: ['sts'],
  protocol: 'query',
  version: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  sdk: stsSdk,
});

export const logs = defineApi({
  name: 'logs',
  signingNames: ['logs'],
  protocol: 'json-1.1',
  targetPrefix: 'Logs_20140328',
  validationCode: 'InvalidParameterException',
  version: '2014-03-28',
  sdk: logsSdk,
});

export const states = defineApi({
  name: 'states',
  signingNames: ['states'],
  protocol: 'json-1.0',
  targetPrefix: 'AWSStepFunctions',
  version: '2016-11-23',
  sdk: statesSdk,
});
