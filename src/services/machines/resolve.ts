/**
 * Which revision of a machine an execution is begun with.
 *
 * R1. An execution keeps what it was begun with: what is answered here is written down with it, and never asked for again.
 */

import { type Route, routesOf } from './aliases.ts';
import type { Parts } from './context.ts';
import { machineErrors } from './errors.ts';
import { isHere, machineArn, type Place, qualifiedArn, requireNamed } from './names.ts';
import type { MachineRow, RevisionRow } from './store.ts';

export type Resolved = {
  machine: MachineRow;
  revision: RevisionRow;
  /** Without qualifier. */
  machineArn: string;
  /** Of a version that the request names, or that its alias leads to. */
  versionArn?: string;
  /** Of the alias that the request names. */
  aliasArn?: string;
};

/**
 * What the ARN of a machine, a version or an alias leads to.
 *
 * @param chance from 0 to 1, 1 excluded: which of an alias's two versions it is
 * @throws StateMachineDoesNotExist, StateMachineDeleting, InvalidArn
 */
export function resolveMachine({ db }: Pick<Parts, 'db'>, place: Place, arn: string, chance: number): Resolved {
  const named = requireNamed(arn, 'machine', 'version', 'alias');
  const machine = isHere(place, named) ? db.machine({ region: place.region, name: named.name }) : undefined;
  if (!machine) throw machineErrors.noMachine(arn);
  if (machine.status === 'DELETING') throw machineErrors.deleting(arn);
  const found = { machine, machineArn: machineArn(place, machine.name) };
  if (named.kind === 'machine') return { ...found, revision: db.revision({ id: machine.revision })! };
  const alias = named.kind === 'alias' ? db.alias({ machine: machine.id, name: named.alias }) : undefined;
  if (named.kind === 'alias' && !alias) throw machineErrors.noMachine(arn);
  const number = named.kind === 'version' ? named.version : pickRoute(routesOf(alias!), chance).version;
  const version = db.version({ machine: machine.id, version: number });
  if (!version) throw machineErrors.noMachine(arn);
  return {
    ...found,
    revision: db.revision({ id: version.revision })!,
    versionArn: qualifiedArn(place, machine.name, number),
    ...(alias ? { aliasArn: arn } : {}),
  };
}

/** @example pickRoute([{ version: 1, weight: 90 }, { version: 2, weight: 10 }], 0.95) // { version: 2, weight: 10 } */
export function pickRoute(routes: readonly Route[], chance: number): Route {
  let left = chance * routes.reduce((sum, { weight }) => sum + weight, 0);
  for (const route of routes) {
    if (left < route.weight) return route;
    left -= route.weight;
  }
  return routes.at(-1)!;
}
