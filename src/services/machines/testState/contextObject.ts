/**
 * A context object that is given: only what a context object has, of the right types.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { State } from '../../../definition/asl/types.ts';
import { testErrors } from './errors.ts';

type Kind = 'string' | 'number' | 'any';

const MEMBERS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  Execution: {
    ...{ Id: 'string', Input: 'any', Name: 'string', RoleArn: 'string', StartTime: 'string' },
    ...{ RedriveCount: 'number', RedriveTime: 'string' },
  },
  State: { EnteredTime: 'string', Name: 'string', RetryCount: 'number' },
  StateMachine: { Id: 'string', Name: 'string' },
  Task: { Token: 'string' },
};

/** @throws ValidationException */
export function requireContext(context: JsonObject, state: State): void {
  for (const [name, value] of Object.entries(context)) {
    if (name === 'Map') throw testErrors.context("'Map' field is not supported when mocking a Context object");
    const members = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    if (!members) throw notAllowed(name);
    if (name === 'Task' && !waits(state)) throw testErrors.context(TASK_OF_NONE);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw testErrors.context(`${name} must be an object`);
    }
    requireMembers(name, members, value);
  }
}

function requireMembers(of: string, members: Readonly<Record<string, Kind>>, value: JsonObject): void {
  for (const [name, member] of Object.entries(value)) {
    const kind = Object.hasOwn(members, name) ? members[name] : undefined;
    if (!kind) throw notAllowed(name);
    if (!isOf(kind, member)) throw testErrors.context(`${of}.${name} must be a ${kind}`);
  }
}

const isOf = (kind: Kind, value: Json): boolean => kind === 'any' || typeof value === kind;
const notAllowed = (name: string) => testErrors.context(`Field '${name}' is not allowed`);

const TASK_OF_NONE =
  "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern";

function waits(state: State): boolean {
  if (state.type !== 'Task') return false;
  const { resource } = state;
  return resource.kind === 'integration' && resource.pattern !== 'request-response';
}
