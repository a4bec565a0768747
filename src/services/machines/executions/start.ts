/**
 * StartExecution and StartSyncExecution.
 *
 * B1. The row of an execution, its run and its first turn are one transaction: who is answered has an execution that goes on.
 * B2. The same name and input while it runs is the same execution. A name is used once in the life of an account, as AWS keeps it for
 *     90 days: a machine that is made anew under a former one's name finds the names of that one's executions taken.
 */
import { uuid } from '../../../base/random.ts';
import type { World } from '../../../base/world.ts';
import { parseJson } from '../../../definition/asl/parse/index.ts';
import type { MachineEvent } from '../../../engine/machines/events.ts';
import { LARGEST_PAYLOAD } from '../../../engine/machines/flow.ts';
import { MACHINE } from '../../../engine/machines/language.ts';
import type { MachineInput } from '../../../engine/machines/state.ts';
import type { Call, InputOf, OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import { requireExecutionName } from '../names.ts';
import { type Resolved, resolveMachine } from '../resolve.ts';
import type { ExecutionParts } from './context.ts';
import { definitionName } from './definitions.ts';
import { logOf } from './log.ts';
import { executionArn, expressArn } from './names.ts';
import type { ExecutionRow } from './store.ts';
import { tellOfExecution } from './telling.ts';

export type StartInput = InputOf<Sdk, 'StartExecution'>;
export type StartOutput = OutputOf<Sdk, 'StartExecution'>;

/** Inside a transaction. @throws ExecutionAlreadyExists, InvalidExecutionInput, InvalidName, StateMachineDoesNotExist */
export function startExecution(parts: ExecutionParts, asked: StartInput, call: Call): StartOutput {
  const { resolved, name, input } = begin(parts, asked, call);
  if (resolved.machine.type === 'EXPRESS') {
    const begun = expressInput(parts, resolved, name, input, call);
    parts.store.whenDurable(() => void parts.express.run(begun, newSeed(parts)));
    return { executionArn: begun.executionArn, startDate: new Date(call.now) };
  }
  const arn = executionArn(call, resolved.machine.name, name);
  const known = parts.executions.execution({ arn });
  if (known) {
    if (known.status !== 'RUNNING' || known.input !== input) throw machineErrors.executionExists(arn);
    return { executionArn: arn, startDate: new Date(known.started_at) };
  }
  const begun = machineInput(resolved, { arn, name, input }, call);
  const row: Omit<ExecutionRow, 'id'> = {
    arn,
    name,
    machine: resolved.machine.id,
    revision: resolved.revision.id,
    machine_arn: resolved.machineArn,
    version_arn: resolved.versionArn ?? null,
    alias_arn: resolved.aliasArn ?? null,
    status: 'RUNNING',
    started_at: call.now,
    ended_at: null,
    input,
    output: null,
    error: null,
    cause: null,
    trace_header: asked.traceHeader ?? null,
    redrive_count: 0,
    redriven_at: null,
    redrive_token: null,
    map_run: null,
    item: null,
    items: null,
  };
  parts.executions.insertExecution(row);
  tellOfExecution(parts.ports, row, call.now);
  parts.engine.start<MachineEvent>(MACHINE, arn, begun, { kind: 'started', seed: newSeed(parts) });
  return { executionArn: arn, startDate: new Date(call.now) };
}

/** What an execution that waits for its end is begun with. @throws StateMachineTypeNotSupported for a Standard machine */
export function beginSync(
  parts: ExecutionParts,
  asked: InputOf<Sdk, 'StartSyncExecution'>,
  call: Call,
): { begun: MachineInput; seed: string } {
  const { resolved, name, input } = begin(parts, asked, call);
  if (resolved.machine.type !== 'EXPRESS') throw machineErrors.typeNotSupported();
  return { begun: { ...expressInput(parts, resolved, name, input, call), sync: true }, seed: newSeed(parts) };
}

function begin(parts: ExecutionParts, asked: StartInput, call: Call) {
  const name = asked.name ?? uuid(parts.world.random);
  requireExecutionName(name);
  const input = asked.input ?? '{}';
  const resolved = resolveMachine(parts, call, asked.stateMachineArn!, chance(parts));
  requireInput(input);
  return { resolved, name, input };
}

/** @throws InvalidExecutionInput when it is no JSON, or too large */
export function requireInput(text: string): void {
  if (text.trim() === '') throw machineErrors.executionInput('Invalid execution input.');
  const parsed = parseJson(text);
  // Without where it stands: AWS tells it of definitions alone.
  if (!parsed.ok) throw machineErrors.executionInput(parsed.message.split('\n')[0]!);
  if (Buffer.byteLength(text) > LARGEST_PAYLOAD) {
    throw machineErrors.executionInput(`The input is larger than ${LARGEST_PAYLOAD} bytes of UTF-8.`);
  }
}

function expressInput(
  parts: ExecutionParts,
  resolved: Resolved,
  name: string,
  input: string,
  call: Call,
): MachineInput {
  const arn = expressArn(call, resolved.machine.name, name, uuid(parts.world.random));
  return machineInput(resolved, { arn, name, input }, call);
}

function machineInput(
  { machine, revision, machineArn }: Resolved,
  { arn, name, input }: { arn: string; name: string; input: string },
  { region, account }: Call,
): MachineInput {
  const log = logOf(revision);
  return {
    executionArn: arn,
    executionName: name,
    stateMachineArn: machineArn,
    stateMachineName: machine.name,
    roleArn: revision.role_arn,
    region,
    account,
    type: machine.type,
    definition: definitionName(revision.id),
    input,
    ...(log ? { log } : undefined),
  };
}

/** 32 hexadecimal digits. */
export function newSeed({ world }: { world: Pick<World, 'random'> }): string {
  const bytes = new Uint8Array(16);
  world.random.fill(bytes);
  return Buffer.from(bytes).toString('hex');
}

function chance({ world }: ExecutionParts): number {
  const bytes = new Uint8Array(4);
  world.random.fill(bytes);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}
