/** The operations on versions and aliases. */
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import { createAlias, describeAlias, listAliases, readRouting, requireAlias, updateAlias } from './aliases.ts';
import type { Parts, Sdk } from './context.ts';
import { machineErrors } from './errors.ts';
import { findMachine, requireActive } from './machines.ts';
import { machineArn, onMachine, qualifiedArn, requireNamed, statesName } from './names.ts';
import type { MachineRow } from './store.ts';
import { deleteVersion, listVersions, publishVersion } from './versions.ts';

type VersionNames = 'PublishStateMachineVersion' | 'ListStateMachineVersions' | 'DeleteStateMachineVersion';
type AliasNames =
  | 'CreateStateMachineAlias'
  | 'UpdateStateMachineAlias'
  | 'DescribeStateMachineAlias'
  | 'ListStateMachineAliases'
  | 'DeleteStateMachineAlias';

export function versionOperations(parts: Parts): Operations<Sdk, VersionNames> {
  return {
    PublishStateMachineVersion: writes(
      ({ stateMachineArn }) => [onMachine('PublishStateMachineVersion', stateMachineArn)],
      (input, call) => publishVersion(parts, requireActive(parts, call, input.stateMachineArn!), input, call),
    ),
    ListStateMachineVersions: reads(
      ({ stateMachineArn }) => [onMachine('ListStateMachineVersions', stateMachineArn)],
      (input, call) => {
        const machine = findMachine(parts, call, requireNamed(input.stateMachineArn!, 'machine'));
        return listVersions(parts, machine, input, call);
      },
    ),
    DeleteStateMachineVersion: writes(
      ({ stateMachineVersionArn }) => [onMachine('DeleteStateMachineVersion', stateMachineVersionArn)],
      ({ stateMachineVersionArn }, call) => {
        const named = requireNamed(stateMachineVersionArn!, 'version');
        const machine = findMachine(parts, call, named);
        if (machine) deleteVersion(parts, machine, named.version);
        return {};
      },
    ),
  };
}

type Routed = {
  name?: string | undefined;
  routingConfiguration?: readonly { stateMachineVersionArn?: string | undefined }[] | undefined;
};

/** The machine that an alias is to be made of is told by its routes alone. */
function creating({ name, routingConfiguration }: Routed): Access[] {
  const first = routingConfiguration?.[0]?.stateMachineVersionArn;
  const named = statesName(first ?? '');
  if (!named) return [onMachine('CreateStateMachineAlias', first)];
  return [onMachine('CreateStateMachineAlias', qualifiedArn(named, named.name, name ?? ''))];
}

export function aliasOperations(parts: Parts): Operations<Sdk, AliasNames> {
  const onAlias =
    (action: string) =>
    ({ stateMachineAliasArn }: { stateMachineAliasArn?: string | undefined }): Access[] => [
      onMachine(action, stateMachineAliasArn),
    ];
  return {
    CreateStateMachineAlias: writes(creating, (input, call) => {
      const { name, routes } = readRouting(input.routingConfiguration, call);
      const machine = active(parts, name, input.routingConfiguration![0]!.stateMachineVersionArn!, call);
      const alias = createAlias(parts, machine, routes, input, call);
      return {
        stateMachineAliasArn: qualifiedArn(call, name, alias.name),
        creationDate: new Date(alias.created_at),
      };
    }),
    UpdateStateMachineAlias: writes(onAlias('UpdateStateMachineAlias'), (input, call) => {
      const qualified = requireAlias(parts, input.stateMachineAliasArn!, call);
      if (qualified.machine.status === 'DELETING')
        throw machineErrors.deleting(machineArn(call, qualified.machine.name));
      return updateAlias(parts, qualified, input, call);
    }),
    DescribeStateMachineAlias: reads(onAlias('DescribeStateMachineAlias'), ({ stateMachineAliasArn }, call) =>
      describeAlias(requireAlias(parts, stateMachineAliasArn!, call), call),
    ),
    ListStateMachineAliases: reads(
      ({ stateMachineArn }) => [onMachine('ListStateMachineAliases', stateMachineArn)],
      (input, call) => {
        const named = requireNamed(input.stateMachineArn!, 'machine', 'version');
        const machine = findMachine(parts, call, named);
        if (!machine) throw machineErrors.noMachine(input.stateMachineArn!);
        return listAliases(parts, machine, named.kind === 'version' ? named.version : undefined, input, call);
      },
    ),
    DeleteStateMachineAlias: writes(onAlias('DeleteStateMachineAlias'), ({ stateMachineAliasArn }, call) => {
      const { machine, alias } = requireAlias(parts, stateMachineAliasArn!, call);
      parts.db.removeAlias({ machine: machine.id, name: alias.name });
      return {};
    }),
  };
}

/** @throws ResourceNotFound, StateMachineDeleting */
function active({ db }: Parts, name: string, arn: string, call: Call): MachineRow {
  const machine = db.machine({ region: call.region, name });
  if (!machine) throw machineErrors.noResource(arn);
  if (machine.status === 'DELETING') throw machineErrors.deleting(machineArn(call, name));
  return machine;
}
