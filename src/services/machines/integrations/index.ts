/**
 * Makes the integrations: what each Task resource means in terms of the operations that Telar serves.
 *
 * N1. There is no operation of a task's own: every call goes through the dispatch, as the task's role.
 * N2. The same attempt of the same task makes the same request, also after a crash: tokens and names that AWS's SDKs draw are derived.
 */
import { statesError } from '../../../definition/asl/failure.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { OperationModel } from '../../../protocol/api.ts';
import { isObject, readArguments } from './arguments.ts';
import { OPTIMIZED_SERVICES } from './awsServices.ts';
import { optimizedFailure, sdkFailure } from './failures.ts';
import { functionIntegration } from './functions.ts';
import { httpMetadata } from './httpMetadata.ts';
import { validateMock } from './mocks.ts';
import { PARSED_BY_SYNC_2 } from './optimized.ts';
import { type Found, lambdaApi, lookUp, refusalOf } from './resources.ts';
import { collected, resultOf } from './results.ts';
import { unsupportedFields } from './templates.ts';
import { attemptUuid } from './tokens.ts';
import type {
  Answered,
  AnswerFacts,
  Attempt,
  Awaited,
  Integration,
  IntegrationPorts,
  IntegrationResource,
  Integrations,
  Outcome,
  PlannedCall,
} from './types.ts';

export function createIntegrations(ports: IntegrationPorts): Integrations {
  return {
    supports: (resource) => refusalOf(ports, resource),
    unsupportedFields(resource, template, language) {
      const looked = lookUp(ports, resource);
      return looked.ok ? unsupportedFields(looked.found, template, language) : [];
    },
    resolve(resource) {
      if (resource.kind === 'lambda') {
        const api = lambdaApi(ports);
        if (api) return functionIntegration(resource, api);
        throw statesError('States.Runtime', refusalOf(ports, resource)!);
      }
      const looked = lookUp(ports, resource);
      if (!looked.ok) throw statesError('States.Runtime', looked.reason);
      return integration(resource, looked.found);
    },
    validateMock,
  };
}

function integration(resource: IntegrationResource, found: Found): Integration {
  const { api, operation } = found;
  return {
    resource,
    prepare: (args, attempt, field) => prepare(found, args, attempt, field),
    collect: (answer) => collected(operation.output(), answer, resource.arn),
    answered: (call, answer, facts) => answered(resource, found, call, answer, facts),
    failed: (error, requestId) =>
      found.naming === 'sdk'
        ? sdkFailure(found.service, api, error, requestId)
        : optimizedFailure(OPTIMIZED_SERVICES[found.row.service], api, error, requestId),
    ended: (describe) => ended(resource, found, describe),
    stop: (awaited) => stop(found, awaited),
  };
}

function prepare(found: Found, args: Json, attempt: Attempt, field: 'Parameters' | 'Arguments'): PlannedCall {
  const { api, operation, naming } = found;
  const row = naming === 'optimized' ? found.row : undefined;
  const { input, problems } = isObject(args)
    ? shallow(field, () => readArguments(operation.input(), args, { naming, json: row?.json, takes: row?.takes }))
    : { input: {}, problems: ['The value must be an object'] };
  if (problems.length > 0) {
    const shown = shallow(field, () => JSON.stringify(args));
    const cause = `The ${field} '${shown}' could not be used to start the Task: [${problems.join(', ')}]`;
    throw statesError('States.Runtime', cause);
  }
  for (const name of drawn(operation, row?.name)) input[name] ??= attemptUuid(attempt);
  row?.adds?.(input, attempt.execution);
  if (naming === 'sdk') addChecksum(operation, input);
  if (naming === 'sdk') addContentType(operation, input);
  return { api, operation, input };
}

/** The SDK vouches for a body by a checksum, which the answer then tells, unless the request has one of its own. */
function addChecksum({ streamingInput, input: shape }: OperationModel, input: Record<string, unknown>): void {
  if (streamingInput === undefined || Object.keys(input).some((name) => name.startsWith('Checksum'))) return;
  if (
    shape()
      .members()
      .some(({ name }) => name === 'ChecksumAlgorithm')
  )
    input['ChecksumAlgorithm'] = 'CRC32';
}

/** The SDK sends a body that was text as text, unless the request says what it is. */
function addContentType({ streamingInput, input: shape }: OperationModel, input: Record<string, unknown>): void {
  if (streamingInput === undefined || input[streamingInput] === undefined) return;
  const names = shape().members();
  if (names.some(({ name }) => name === 'ContentType')) input['ContentType'] ??= 'text/plain; charset=UTF-8';
}

/** Some shapes hold themselves, so that arguments may be deeper than the stack. */
function shallow<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw statesError('States.Runtime', `The ${field} are nested too deeply to start the Task.`);
  }
}

/** The members for which AWS's SDKs, or Step Functions itself, draw a UUID where none is given. */
function drawn(operation: OperationModel, name: string | undefined): string[] {
  const tokens = operation
    .input()
    .members()
    .filter(({ traits }) => traits.idempotencyToken !== undefined);
  return [...tokens.map((member) => member.name), ...(name === undefined ? [] : [name])];
}

function answered(
  { pattern }: IntegrationResource,
  found: Found,
  call: PlannedCall,
  answer: object,
  facts: AnswerFacts,
): Answered {
  const { operation, naming } = found;
  const row = naming === 'optimized' ? found.row : undefined;
  const result = resultOf(operation.output(), answer, { naming, parsed: row?.parsed });
  const failure = row?.failure?.(result);
  if (failure) return { kind: 'over', outcome: { ok: false, failure } };
  const output: JsonObject = row?.metadata ? { ...result, ...httpMetadata(call, answer, facts) } : result;
  if (pattern === 'request-response') return { kind: 'over', outcome: { ok: true, output } };
  if (pattern === 'waitForTaskToken' || !row?.sync) return { kind: 'submitted', output };
  const awaits = row.sync.awaits(call.input as Record<string, unknown>, answer as Record<string, unknown>);
  return { kind: 'submitted', output, awaits };
}

/** A success gives the description; a failure has it as its cause, as JSON. */
function ended({ arn, pattern }: IntegrationResource, found: Found, describe: object): Outcome {
  if (found.naming !== 'optimized' || !found.row.sync || !found.describe)
    throw new Error(`Broken invariant (a bug in Telar): a task of ${arn} waits for nothing`);
  const { part, status, success } = found.row.sync;
  const shape = found.describe.output();
  const parsed = pattern === 'sync:2' ? PARSED_BY_SYNC_2 : undefined;
  const whole = resultOf(shape, describe, { naming: 'optimized', parsed });
  const output = part === undefined ? whole : (whole[part] as JsonObject);
  const subject = (part === undefined ? describe : (describe as Record<string, unknown>)[part]) as Record<
    string,
    unknown
  >;
  if (subject[status] === success) return { ok: true, output };
  return { ok: false, failure: { error: 'States.TaskFailed', cause: JSON.stringify(output) } };
}

function stop(found: Found, awaited: Awaited): PlannedCall | undefined {
  if (found.naming !== 'optimized' || !found.row.sync) return undefined;
  const { operation, input } = found.row.sync.stop(awaited);
  const model = found.api.operations.get(operation);
  return model && { api: found.api, operation: model, input };
}
