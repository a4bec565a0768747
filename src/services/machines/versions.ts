/**
 * Versions: numbered snapshots of a machine that never change.
 *
 * V1. Of a revision there is one version at most: to publish it again answers the same one, description and all.
 * V2. Numbers grow by one and are never given again.
 * V3. A version that an alias leads to stays.
 */
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { routesOf } from './aliases.ts';
import type { Parts, Sdk } from './context.ts';
import { machineErrors } from './errors.ts';
import { DEFAULT_PAGE, INITIAL_REVISION, MOST_VERSIONS } from './legal.ts';
import { machineArn, qualifiedArn } from './names.ts';
import type { MachineRow, VersionRow } from './store.ts';

/** The version of a machine's newest revision (V1). */
export function publish({ db }: Parts, machine: MachineRow, description: string | undefined, call: Call): VersionRow {
  const there = db.versionOfRevision({ machine: machine.id, revision: machine.revision });
  if (there) return there;
  if (db.versionCount({ machine: machine.id })!.count >= MOST_VERSIONS)
    throw machineErrors.tooManyVersions(machineArn(call, machine.name), MOST_VERSIONS);
  const made = {
    machine: machine.id,
    version: machine.next_version,
    revision: machine.revision,
    description: description ?? null,
    created_at: call.now,
  };
  db.insertVersion(made);
  db.setNextVersion({ id: machine.id, next_version: machine.next_version + 1 });
  return made;
}

/** @throws ConflictException when the machine has another revision than the one that is meant */
export function publishVersion(
  parts: Parts,
  machine: MachineRow,
  { revisionId, description }: InputOf<Sdk, 'PublishStateMachineVersion'>,
  call: Call,
): OutputOf<Sdk, 'PublishStateMachineVersion'> {
  const current = parts.db.revision({ id: machine.revision })!.revision_id ?? INITIAL_REVISION;
  if (revisionId !== undefined && revisionId !== current) throw machineErrors.staleRevision(revisionId, current);
  const { version, created_at } = publish(parts, machine, description, call);
  return {
    creationDate: new Date(created_at),
    stateMachineVersionArn: qualifiedArn(call, machine.name, version),
  };
}

export function listVersions(
  { db }: Parts,
  machine: MachineRow | undefined,
  { maxResults, nextToken, stateMachineArn }: InputOf<Sdk, 'ListStateMachineVersions'>,
  call: Call,
): OutputOf<Sdk, 'ListStateMachineVersions'> {
  const { items, next } = pageOf<VersionRow>(
    {
      query: { operation: 'ListStateMachineVersions', stateMachineArn, machine: machine?.id ?? 0 },
      ...{ token: nextToken, limit: maxResults || DEFAULT_PAGE },
    },
    (after, limit) =>
      machine ? db.versions({ machine: machine.id, before: Number(after?.[0] ?? Number.MAX_SAFE_INTEGER), limit }) : [],
    ({ version }) => [version],
    machineErrors.token,
  );
  return {
    stateMachineVersions: items.map(({ version, created_at }) => ({
      stateMachineVersionArn: qualifiedArn(call, machine!.name, version),
      creationDate: new Date(created_at),
    })),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}

/** To delete what does not exist is no mistake. @throws ConflictException while an alias leads to it (V3) */
export function deleteVersion({ db }: Parts, machine: MachineRow, version: number): void {
  const leading = db
    .aliases({ machine: machine.id })
    .filter((alias) => routesOf(alias).some((route) => route.version === version));
  if (leading.length > 0) throw machineErrors.versionInUse(leading.map(({ name }) => name));
  db.removeVersion({ machine: machine.id, version });
}
