/**
 * A function's ARN as a task's resource: the function is invoked with the task's input, and its answer is the task's output, without
 * what `lambda:invoke` tells beside it.
 */
import { statesError } from '../../../definition/asl/failure.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import type { Api, OperationModel } from '../../../protocol/api.ts';
import { isObject } from './arguments.ts';
import { OPTIMIZED_SERVICES } from './awsServices.ts';
import { optimizedFailure } from './failures.ts';
import type { Integration, LambdaResource, TaskFailure } from './types.ts';

/** @param api Lambda's */
export function functionIntegration(resource: LambdaResource, api: Api): Integration {
  const operation = api.operations.get('Invoke') as OperationModel;
  return {
    resource,
    prepare: (args) => ({
      ...{ api, operation },
      input: { FunctionName: resource.arn, Payload: Buffer.from(JSON.stringify(args)) },
    }),
    collect: async (answer) => answer,
    answered(_, answer) {
      const { FunctionError: thrown, Payload: payload } = answer as { FunctionError?: string; Payload?: Uint8Array };
      const text = payload === undefined ? 'null' : Buffer.from(payload).toString();
      if (thrown !== undefined) return { kind: 'over', outcome: { ok: false, failure: thrownIn(text) } };
      return { kind: 'over', outcome: { ok: true, output: parsed(text) } };
    },
    failed: (error, requestId) => optimizedFailure(OPTIMIZED_SERVICES.lambda, api, error, requestId),
    ended() {
      throw new Error(`Broken invariant (a bug in Telar): a task of ${resource.arn} waits for nothing`);
    },
    stop: () => undefined,
  };
}

/** What a function threw: its type is the error, all of it, as it was written, the cause. */
function thrownIn(text: string): TaskFailure {
  const payload = parsed(text);
  const type = isObject(payload) ? payload['errorType'] : undefined;
  return { error: typeof type === 'string' ? type : 'Lambda.Unknown', cause: text };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw statesError('States.Runtime', 'The function returned a result that is no JSON.');
  }
}
