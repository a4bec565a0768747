/** What CreateStateMachine would refuse, said where the machine is written. */
import type { JsonObject } from '../../definition/asl/scope.ts';
import type { MachineType } from '../../definition/asl/types.ts';
import { must } from '../mistake.ts';

const MAX_BYTES = 1_048_576;

export function checkDefinition(
  { name }: { readonly name: string; readonly type: MachineType },
  document: JsonObject,
): void {
  const text = JSON.stringify(document);
  must(
    Buffer.byteLength(text) <= MAX_BYTES,
    `machine '${name}'`,
    `the definition is of ${Buffer.byteLength(text)} bytes, and AWS takes ${MAX_BYTES}: move parts into machines of their own`,
  );
}
