/**
 * What TestState is asked: a state that is compiled, and what stands for the world around it.
 *
 * R1. Whatever is asked for and would say nothing is refused: a mock of a state that asks no one, a Map's count of failures for a Task.
 * R2. A definition is right before its state is tested, the whole machine when there is one. Whether what its tasks ask for can be
 *     run here is looked at for the tested state alone, and only if it is not mocked.
 */
import { compileState, createMessage, parseJson } from '../../../definition/asl/parse/index.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { QueryLanguage, State } from '../../../definition/asl/types.ts';
import { LARGEST_PAYLOAD } from '../../../engine/machines/flow.ts';
import type { Failure } from '../../../engine/machines/state.ts';
import type { InputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import { requireInput } from '../executions/start.ts';
import type { Integrations } from '../integrations/types.ts';
import { type Configuration, requireConfiguration } from './configuration.ts';
import { requireContext } from './contextObject.ts';
import { testErrors } from './errors.ts';

export type TestInput = InputOf<Sdk, 'TestState'>;

export type Mock =
  | { readonly kind: 'result'; readonly value: Json; readonly text: string }
  | { readonly kind: 'error'; readonly failure: Failure };

/** A text of JSON and what it says. */
export type Given = { readonly text: string; readonly value: JsonObject };

export type Asked = {
  readonly name: string;
  readonly state: State;
  readonly queryLanguage: QueryLanguage;
  readonly roleArn: string | undefined;
  /** JSON, as it was given. */
  readonly input: string;
  readonly variables: JsonObject | undefined;
  readonly context: Given | undefined;
  readonly mock: Mock | undefined;
  readonly configuration: Configuration;
};

type Checks = Pick<Integrations, 'supports' | 'validateMock'>;

/** @throws InvalidDefinition, InvalidExecutionInput, ValidationException */
export function requireTest(integrations: Checks, request: TestInput): Asked {
  checkFields(request);
  const compiled = compileState(request.definition!, request.stateName);
  if (!compiled.ok && compiled.missing) throw testErrors.noState();
  if (!compiled.ok) throw machineErrors.definition(createMessage(compiled.diagnostics));
  const { name, state, queryLanguage } = compiled;
  const { mock, stateConfiguration: configuration = {}, roleArn } = request;
  requireConfiguration(state, configuration, mock !== undefined);
  if (!mock) requireRunnable(integrations, state, roleArn);
  const input = request.input ?? '{}';
  requireInput(input);
  return {
    ...{ name, state, queryLanguage, roleArn, input, configuration },
    variables: request.variables === undefined ? undefined : requireObject('Variables', request.variables).value,
    context: request.context === undefined ? undefined : givenContext(request.context, state),
    mock: mock && requireMock(integrations, state, mock),
  };
}

function checkFields({ mock, revealSecrets, context }: TestInput): void {
  if (!mock) {
    if (context !== undefined) throw testErrors.withoutMock('Context');
    return;
  }
  if (revealSecrets) throw testErrors.mockedSecrets();
  if ((mock.result === undefined) === (mock.errorOutput === undefined)) throw testErrors.oneMock();
}

/** Of a state without a mock: that it can be carried out here, at once. */
function requireRunnable({ supports }: Checks, state: State, roleArn: string | undefined): void {
  if (state.type === 'Map' || state.type === 'Parallel') throw testErrors.untestable();
  if (state.type !== 'Task') return;
  const { resource } = state;
  if (resource.kind === 'activity') throw testErrors.waits();
  if (resource.kind === 'integration' && resource.pattern !== 'request-response') throw testErrors.waits();
  if (roleArn === undefined) throw testErrors.roleNeeded();
  const refusal = supports(resource);
  if (refusal !== undefined) throw testErrors.refused(refusal, state.name);
}

function requireMock({ validateMock }: Checks, state: State, mock: NonNullable<TestInput['mock']>): Mock {
  if (state.type !== 'Task' && state.type !== 'Map' && state.type !== 'Parallel') {
    throw testErrors.unmockable(state.type);
  }
  const { result: text, errorOutput, fieldValidationMode = 'STRICT' } = mock;
  if (text === undefined) {
    const { error, cause } = errorOutput ?? {};
    if (!error) throw testErrors.mockedError();
    return { kind: 'error', failure: { error, ...(cause === undefined ? undefined : { cause }) } };
  }
  const parsed = parseJson(text);
  if (!parsed.ok) throw testErrors.mockedJson();
  const { value } = parsed;
  if (state.type === 'Task') {
    const wrong = validateMock(state.resource, value, fieldValidationMode);
    if (wrong !== undefined) throw testErrors.mockedResult(wrong);
  } else if (!Array.isArray(value)) {
    // What a ResultWriter leaves is where it has written.
    if (state.type === 'Parallel' || state.distributed?.resultWriter === undefined) throw testErrors.mockedList();
  } else if (state.type === 'Parallel' && value.length !== state.branches.length) throw testErrors.mockedBranches();
  return { kind: 'result', value, text };
}

function givenContext(text: string, state: State): Given {
  const given = requireObject('Context', text);
  requireContext(given.value, state);
  return given;
}

function requireObject(field: string, text: string): Given {
  if (Buffer.byteLength(text) > LARGEST_PAYLOAD) throw testErrors.tooLarge(field, LARGEST_PAYLOAD);
  const parsed = parseJson(text);
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) {
    throw testErrors.object(field);
  }
  return { text, value: parsed.value };
}
