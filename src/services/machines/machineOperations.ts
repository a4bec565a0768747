/** The operations on state machines and their definitions. */
import { passRole } from '../../protocol/conditionKeys.ts';
import {
  type Access,
  type Call,
  type Operations,
  reads,
  readsAtLength,
  streams,
  writes,
} from '../../protocol/service.ts';
import type { CreateMachineInput, Parts, Sdk, UpdateMachineInput } from './context.ts';
import { diagnose } from './definitions.ts';
import { DEFAULT_TYPE } from './legal.ts';
import {
  createMachine,
  deleteMachine,
  describeMachine,
  listMachines,
  requireMachine,
  updateMachine,
} from './machines.ts';
import { machineArn, onMachine } from './names.ts';
import { tagging, tagKeys } from './tags.ts';

type Names =
  | 'CreateStateMachine'
  | 'UpdateStateMachine'
  | 'DescribeStateMachine'
  | 'DeleteStateMachine'
  | 'ListStateMachines'
  | 'ValidateStateMachineDefinition';

export function machineOperations(parts: Parts): Operations<Sdk, Names> {
  return {
    CreateStateMachine: streams(
      creating,
      async (input, call) => {
        const checked = await parts.check(input.definition!, input.type ?? DEFAULT_TYPE);
        return call.commit(() => createMachine(parts, input, checked, call));
      },
      { audit: 'management', readOnly: false },
    ),
    UpdateStateMachine: streams(
      (input) => [
        onMachine('UpdateStateMachine', input.stateMachineArn),
        ...publishing(input, input.stateMachineArn!),
        ...passing(input),
      ],
      async (input, call) => {
        const { id, type } = await call.read(() => requireMachine(parts, call, input.stateMachineArn!));
        const checked = input.definition === undefined ? undefined : await parts.check(input.definition, type);
        return call.commit(() => updateMachine(parts, id, input, checked, call));
      },
      { audit: 'management', readOnly: false },
    ),
    DescribeStateMachine: reads(
      ({ stateMachineArn }) => [onMachine('DescribeStateMachine', stateMachineArn)],
      (input, call) => describeMachine(parts, input, call),
    ),
    DeleteStateMachine: writes(
      ({ stateMachineArn }) => [onMachine('DeleteStateMachine', stateMachineArn)],
      ({ stateMachineArn }, call) => {
        deleteMachine(parts, stateMachineArn!, call);
        return {};
      },
    ),
    ListStateMachines: reads(
      () => [{ action: 'states:ListStateMachines', resource: '*' }],
      (input, call) => listMachines(parts, input, call),
    ),
    ValidateStateMachineDefinition: readsAtLength(
      () => [{ action: 'states:ValidateStateMachineDefinition', resource: '*' }],
      async (input) => diagnose(await parts.check(input.definition!, input.type ?? DEFAULT_TYPE), input),
    ),
  };
}

function creating(input: CreateMachineInput, call: Call): Access[] {
  const arn = machineArn(call, input.name!);
  return [
    onMachine('CreateStateMachine', arn, tagKeys(input.tags)),
    ...tagging(arn, input.tags),
    ...publishing(input, arn),
    ...passing(input),
  ];
}

/** To publish in passing takes the right to publish, too. */
const publishing = ({ publish }: Pick<UpdateMachineInput, 'publish'>, arn: string): Access[] =>
  publish ? [onMachine('PublishStateMachineVersion', arn)] : [];

const passing = ({ roleArn }: Pick<UpdateMachineInput, 'roleArn'>): Access[] =>
  roleArn === undefined ? [] : [passRole(roleArn, 'states.amazonaws.com')];
