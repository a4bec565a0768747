/** Integrations over the official SDKs' models, for this folder's tests. */
import * as logsSdk from '@aws-sdk/client-cloudwatch-logs';
import * as iamSdk from '@aws-sdk/client-iam';
import * as s3Sdk from '@aws-sdk/client-s3';
import * as sagemakerSdk from '@aws-sdk/client-sagemaker';
import * as statesSdk from '@aws-sdk/client-sfn';
import * as stsSdk from '@aws-sdk/client-sts';
import { assert } from '../../../base/assert.ts';
import type { TaskPattern } from '../../../definition/asl/types.ts';
import type { Api } from '../../../protocol/api.ts';
import { defineApi } from '../../../protocol/models.ts';
import { createIntegrations } from './index.ts';
import type { Attempt, IntegrationResource, Integrations } from './types.ts';

const jsonApi = (name: string, sdk: Readonly<Record<string, unknown>>, protocol: 'json-1.0' | 'json-1.1') =>
  defineApi({ name, signingNames: [name], protocol, targetPrefix: name, version: '1', sdk: () => sdk });
const xmlApi = (name: string, sdk: Readonly<Record<string, unknown>>, protocol: 'query' | 'rest-xml') =>
  defineApi({
    name,
    signingNames: [name],
    protocol,
    xmlNamespace: `http://${name}.amazonaws.com/`,
    version: '1',
    sdk: () => sdk,
  });

export const sagemaker = jsonApi('sagemaker', sagemakerSdk, 'json-1.1');
export const logs = jsonApi('logs', logsSdk, 'json-1.1');
export const states = jsonApi('states', statesSdk, 'json-1.0');
export const s3 = xmlApi('s3', s3Sdk, 'rest-xml');
export const iam = xmlApi('iam', iamSdk, 'query');
export const sts = xmlApi('sts', stsSdk, 'query');

export const ATTEMPT: Attempt = {
  execution: 'arn:aws:states:us-east-1:111111111111:execution:m:e',
  entered: 2,
  start: 0,
};
export const FACTS = { requestId: 'request-1', at: Date.UTC(2026, 10, 27, 8) };

/** @example resource('states:startExecution.sync:2') */
export function resource(text: string): IntegrationResource {
  const match = /^(aws-sdk:)?([^:]+):([^.]+)(?:\.(.+))?$/.exec(text);
  assert(match, `${text} is no resource`);
  const [, sdk, service = '', action = '', pattern = 'request-response'] = match;
  const arn = `arn:aws:states:::${text}`;
  return { kind: 'integration', arn, sdk: sdk !== undefined, service, action, pattern: pattern as TaskPattern };
}

/** @param missing operations that the server does not implement */
export function integrationsOf(apis: readonly Api[], missing: readonly string[] = []): Integrations {
  return createIntegrations({ apis: () => apis, serves: (_, operation) => !missing.includes(operation) });
}
