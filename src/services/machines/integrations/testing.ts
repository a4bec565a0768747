/** Integrations over the APIs as the server has them, for this folder's tests. */
import { assert } from '../../../base/assert.ts';
import type { TaskPattern } from '../../../definition/asl/types.ts';
import type { Api } from '../../../protocol/api.ts';
import { createIntegrations } from './index.ts';
import type { Attempt, IntegrationResource, Integrations } from './types.ts';

export const ATTEMPT: Attempt = {
  execution: 'arn:aws:states:us-east-1:111111111111:execution:m:e',
  entered: 2,
  retry: 0,
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
