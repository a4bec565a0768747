/**
 * Aliases: names that lead to one or two versions of a machine, by weight.
 *
 * A1. Routes lead to versions that exist, of the alias's own machine; their weights sum up to 100.
 */
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { machineErrors } from './errors.ts';
import { DEFAULT_PAGE, MOST_ALIASES, WHOLE_WEIGHT } from './legal.ts';
import { isHere, qualifiedArn, requireNamed, statesName } from './names.ts';
import type { AliasRow, MachineRow } from './store.ts';

/** A share of an alias's executions, in hundredths. */
export type Route = { version: number; weight: number };

type Routing = InputOf<Sdk, 'CreateStateMachineAlias'>['routingConfiguration'];

export const routesOf = ({ routing }: Pick<AliasRow, 'routing'>): Route[] => JSON.parse(routing) as Route[];

/** The name of the machine that a routing configuration leads to, and the routes (A1). @throws ValidationException */
export function readRouting(routing: Routing, call: Call): { name: string; routes: Route[] } {
  const given = routing ?? [];
  const arns = given.map(({ stateMachineVersionArn: arn }) => arn ?? '');
  const versions = arns.map(statesName).filter((named) => named?.kind === 'version');
  if (versions.length !== given.length || !versions.every((named) => isHere(call, named)))
    throw machineErrors.notVersions(arns);
  const [first, second] = versions;
  if (second && first?.name !== second.name) throw machineErrors.twoMachines(arns);
  if (second && first?.version === second.version) throw machineErrors.sameVersionTwice(arns[0]!);
  const weights = given.map(({ weight }) => weight ?? 0);
  if (weights.reduce((sum, weight) => sum + weight, 0) !== WHOLE_WEIGHT) throw machineErrors.weights(weights);
  return { name: first!.name, routes: versions.map(({ version }, at) => ({ version, weight: weights[at]! })) };
}

/** @throws ResourceNotFound */
function requireVersions({ db }: Parts, machine: MachineRow, routes: readonly Route[], call: Call): void {
  for (const { version } of routes) {
    if (!db.version({ machine: machine.id, version }))
      throw machineErrors.noResource(qualifiedArn(call, machine.name, version));
  }
}

/** The same request again gives the same alias. @throws ConflictException when another has its name */
export function createAlias(
  parts: Parts,
  machine: MachineRow,
  routes: readonly Route[],
  { name = '', description }: { name?: string | undefined; description?: string | undefined },
  call: Call,
): AliasRow {
  requireVersions(parts, machine, routes, call);
  const routing = JSON.stringify(routes);
  const before = parts.db.alias({ machine: machine.id, name });
  if (before) {
    if (before.routing !== routing || before.description !== (description ?? null)) throw machineErrors.aliasExists();
    return before;
  }
  if (parts.db.aliases({ machine: machine.id }).length >= MOST_ALIASES)
    throw machineErrors.tooManyAliases(qualifiedArn(call, machine.name, '*'), MOST_ALIASES);
  const made = {
    ...{ machine: machine.id, name, description: description ?? null, routing },
    ...{ created_at: call.now, updated_at: call.now },
  };
  parts.db.insertAlias(made);
  return made;
}

/** What was not given stays. */
export function updateAlias(
  parts: Parts,
  { machine, alias }: Qualified,
  input: InputOf<Sdk, 'UpdateStateMachineAlias'>,
  call: Call,
): OutputOf<Sdk, 'UpdateStateMachineAlias'> {
  if (input.description === undefined && input.routingConfiguration === undefined)
    throw machineErrors.nothingToUpdateOfAlias();
  const routing = input.routingConfiguration && readRouting(input.routingConfiguration, call);
  if (routing && routing.name !== machine.name)
    throw machineErrors.twoMachines([
      input.stateMachineAliasArn!,
      ...input.routingConfiguration!.map(({ stateMachineVersionArn }) => stateMachineVersionArn!),
    ]);
  if (routing) requireVersions(parts, machine, routing.routes, call);
  parts.db.updateAlias({
    ...alias,
    description: input.description ?? alias.description,
    routing: routing ? JSON.stringify(routing.routes) : alias.routing,
    updated_at: call.now,
  });
  return { updateDate: new Date(call.now) };
}

export type Qualified = { machine: MachineRow; alias: AliasRow };

/** An alias and its machine. @throws ResourceNotFound */
export function requireAlias({ db }: Pick<Parts, 'db'>, arn: string, call: Call): Qualified {
  const named = requireNamed(arn, 'alias');
  const machine = isHere(call, named) ? db.machine({ region: call.region, name: named.name }) : undefined;
  const alias = machine && db.alias({ machine: machine.id, name: named.alias });
  if (!alias) throw machineErrors.noResource(arn);
  return { machine, alias };
}

export function describeAlias({ machine, alias }: Qualified, call: Call): OutputOf<Sdk, 'DescribeStateMachineAlias'> {
  return {
    stateMachineAliasArn: qualifiedArn(call, machine.name, alias.name),
    name: alias.name,
    ...(alias.description === null ? {} : { description: alias.description }),
    routingConfiguration: routesOf(alias).map(({ version, weight }) => ({
      stateMachineVersionArn: qualifiedArn(call, machine.name, version),
      weight,
    })),
    creationDate: new Date(alias.created_at),
    updateDate: new Date(alias.updated_at),
  };
}

/** @param version those that lead to it alone */
export function listAliases(
  { db }: Parts,
  machine: MachineRow,
  version: number | undefined,
  { maxResults, nextToken, stateMachineArn }: InputOf<Sdk, 'ListStateMachineAliases'>,
  call: Call,
): OutputOf<Sdk, 'ListStateMachineAliases'> {
  const all = db
    .aliases({ machine: machine.id })
    .filter((alias) => version === undefined || routesOf(alias).some((route) => route.version === version));
  const { items, next } = pageOf<AliasRow>(
    {
      query: { operation: 'ListStateMachineAliases', stateMachineArn, machine: machine.id },
      ...{ token: nextToken, limit: maxResults || DEFAULT_PAGE },
    },
    (after, limit) => all.filter(({ name }) => after === undefined || name > String(after[0])).slice(0, limit),
    ({ name }) => [name],
    machineErrors.token,
  );
  return {
    stateMachineAliases: items.map(({ name, created_at }) => ({
      stateMachineAliasArn: qualifiedArn(call, machine.name, name),
      creationDate: new Date(created_at),
    })),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}
