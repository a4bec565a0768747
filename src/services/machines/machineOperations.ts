/** The operations on state machines and their definitions. */
import { passRole } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import type { CreateMachineInput, Parts, Sdk, UpdateMachineInput } from './context.ts';
import { validateDefinition } from './definitions.ts';
import { createMachine, deleteMachine, describeMachine, listMachines, updateMachine } from './machines.ts';
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
    CreateStateMachine: writes(creating, (input, call) => createMachine(parts, input, call)),
    UpdateStateMachine: writes(
      (input) => [
        onMachine('UpdateStateMachine', input.stateMachineArn),
        ...publishing(input, input.stateMachineArn!),
        ...passing(input),
      ],
      (input, call) => updateMachine(parts, input, call),
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
    ValidateStateMachineDefinition: reads(
      () => [{ action: 'states:ValidateStateMachineDefinition', resource: '*' }],
      validateDefinition,
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
