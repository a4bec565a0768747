/** `stateConfiguration`: what has happened before, and within, the state that is tested. Each member says something of some states only. */
import type { Branch, State } from '../../../definition/asl/types.ts';
import type { InputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { testErrors } from './errors.ts';

export type Configuration = NonNullable<InputOf<Sdk, 'TestState'>['stateConfiguration']>;

/** As AWS writes the members in its sentences, and the states of which each says something. */
const MEMBERS = {
  retrierRetryCount: { called: 'RetrierRetryCount', of: ['Task', 'Map', 'Parallel'] },
  errorCausedByState: { called: 'ErrorCausedByState', of: ['Map', 'Parallel'] },
  mapIterationFailureCount: { called: 'MapIterationFailureCount', of: ['Map'] },
  mapItemReaderData: { called: 'MapItemReaderData', of: ['Map'] },
} as const satisfies Record<keyof Configuration, { called: string; of: readonly State['type'][] }>;

const UNREADABLE: Readonly<Record<string, string>> = { PARQUET: 'Parquet files', MANIFEST: 'manifests' };

/** @throws ValidationException */
export function requireConfiguration(state: State, configuration: Configuration, mocked: boolean): void {
  for (const [member, { called, of }] of Object.entries(MEMBERS)) {
    if (configuration[member as keyof Configuration] === undefined) continue;
    if (!mocked) throw testErrors.withoutMock(called);
    if (!(of as readonly string[]).includes(state.type)) throw testErrors.notOf(called, state.type);
  }
  const { errorCausedByState, mapItemReaderData } = configuration;
  if (errorCausedByState !== undefined && !graphsOf(state).some((graph) => holds(graph, errorCausedByState))) {
    throw testErrors.noInnerState(errorCausedByState);
  }
  if (mapItemReaderData === undefined || state.type !== 'Map') return;
  const reader = state.distributed?.itemReader;
  if (!reader) throw testErrors.needsReader();
  const unreadable = UNREADABLE[reader.manifestType ? 'MANIFEST' : (reader.inputType ?? '')];
  if (unreadable !== undefined) throw testErrors.unreadable(unreadable);
}

function graphsOf(state: State): readonly Branch[] {
  if (state.type === 'Parallel') return state.branches;
  return state.type === 'Map' ? [state.processor] : [];
}

function holds({ states }: Branch, name: string): boolean {
  if (states.get(name)) return true;
  for (const state of states.values()) if (graphsOf(state).some((graph) => holds(graph, name))) return true;
  return false;
}
