/**
 * Aliases: names that lead to one version, or by chance to a second.
 *
 * A1. An alias leads to versions that exist and are numbered, each once; $LATEST alone, and without a second.
 */
import { uuid } from '../../base/random.ts';
import type { World } from '../../base/world.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { functionErrors } from './errors.ts';
import { invalidMarker, requireFunction } from './functions.ts';
import { functionArn, type Place, unqualifiedName, versionNumber, versionText } from './names.ts';
import type { AliasRow, FunctionRow } from './store.ts';

type Routing = InputOf<Sdk, 'CreateAlias'>['RoutingConfig'];

/** @throws ResourceNotFoundException, InvalidParameterValueException (A1) */
function checked({ db }: Parts, place: Place, fn: FunctionRow, version: number | undefined, routing: Routing): string {
  const given = Object.entries(routing?.AdditionalVersionWeights ?? {});
  for (const [text, weight] of given) {
    if (!/^\d+$/.test(text) || version === 0)
      throw functionErrors.invalid('$LATEST is not supported for an alias pointing to more than 1 version');
    if (Number(text) === version) throw functionErrors.sameVersionTwice(text);
    if (weight < 0 || weight > 1) throw functionErrors.invalid(`The weight ${weight} is not between 0.0 and 1.0.`);
  }
  if (given.length > 1)
    throw functionErrors.invalid('Number of items in AdditionalVersionWeights cannot be greater than 1');
  for (const number of [version, ...given.map(([text]) => Number(text))]) {
    if (number === undefined || !db.version({ function: fn.id, version: number }))
      throw functionErrors.noFunction(functionArn(place, fn.name, number === undefined ? undefined : String(number)));
  }
  return JSON.stringify(Object.fromEntries(given));
}

const described = (place: Place, fn: FunctionRow, row: AliasRow): OutputOf<Sdk, 'GetAlias'> => {
  const routing = JSON.parse(row.routing) as Record<string, number>;
  return {
    AliasArn: functionArn(place, fn.name, row.name),
    Name: row.name,
    FunctionVersion: versionText(row.version),
    Description: row.description,
    ...(Object.keys(routing).length > 0 && { RoutingConfig: { AdditionalVersionWeights: routing } }),
    RevisionId: row.revision_id,
  };
};

function requireAlias(parts: Parts, call: Call, given: string, name: string): { fn: FunctionRow; row: AliasRow } {
  const fn = requireFunction(parts, call, unqualifiedName(call, given));
  const row = parts.db.alias({ function: fn.id, name });
  if (!row) throw functionErrors.noAlias(functionArn(call, fn.name, name));
  return { fn, row };
}

export function createAlias(
  parts: Parts,
  input: InputOf<Sdk, 'CreateAlias'>,
  call: Call,
): OutputOf<Sdk, 'CreateAlias'> {
  const { db, world } = parts;
  const fn = requireFunction(parts, call, unqualifiedName(call, input.FunctionName!));
  const name = input.Name!;
  if (versionNumber(name) !== undefined) throw functionErrors.invalid(`'${name}' is the name of a version.`);
  if (db.alias({ function: fn.id, name })) throw functionErrors.aliasExists(functionArn(call, fn.name, name));
  const version = versionNumber(input.FunctionVersion);
  const routing = checked(parts, call, fn, version, input.RoutingConfig);
  const row = {
    ...{ function: fn.id, name, version: version!, routing },
    ...{ description: input.Description ?? '', revision_id: uuid(world.random) },
  };
  db.insertAlias(row);
  return described(call, fn, row);
}

export function updateAlias(
  parts: Parts,
  input: InputOf<Sdk, 'UpdateAlias'>,
  call: Call,
): OutputOf<Sdk, 'UpdateAlias'> {
  const { fn, row } = requireAlias(parts, call, input.FunctionName!, input.Name!);
  if (input.RevisionId !== undefined && input.RevisionId !== row.revision_id) throw functionErrors.staleRevision();
  const version = input.FunctionVersion === undefined ? row.version : versionNumber(input.FunctionVersion);
  const kept = { AdditionalVersionWeights: JSON.parse(row.routing) as Record<string, number> };
  const routing = checked(parts, call, fn, version, input.RoutingConfig ?? kept);
  const description = input.Description ?? row.description;
  const next = { ...row, version: version!, routing, description, revision_id: uuid(parts.world.random) };
  parts.db.saveAlias(next);
  return described(call, fn, next);
}

export function getAlias(parts: Parts, input: InputOf<Sdk, 'GetAlias'>, call: Call): OutputOf<Sdk, 'GetAlias'> {
  const { fn, row } = requireAlias(parts, call, input.FunctionName!, input.Name!);
  return described(call, fn, row);
}

/** To delete what does not exist is no mistake. */
export function deleteAlias(parts: Parts, input: InputOf<Sdk, 'DeleteAlias'>, call: Call): void {
  const fn = requireFunction(parts, call, unqualifiedName(call, input.FunctionName!));
  parts.db.removeAlias({ function: fn.id, name: input.Name! });
}

const PAGE = 50;

export function listAliases(
  parts: Parts,
  input: InputOf<Sdk, 'ListAliases'>,
  call: Call,
): OutputOf<Sdk, 'ListAliases'> {
  const fn = requireFunction(parts, call, unqualifiedName(call, input.FunctionName!));
  const version = input.FunctionVersion === undefined ? undefined : versionNumber(input.FunctionVersion);
  const all = parts.db.aliases({ function: fn.id, after: '', limit: 10_000 });
  const wanted = all.filter((row) => version === undefined || row.version === version);
  const { items, next } = pageOf<AliasRow>(
    {
      query: { operation: 'ListAliases', function: fn.id, version },
      ...{ token: input.Marker || undefined, limit: input.MaxItems ?? PAGE },
    },
    (after, limit) => wanted.filter(({ name }) => !after || name > String(after[0])).slice(0, limit),
    ({ name }) => [name],
    invalidMarker,
  );
  return { Aliases: items.map((row) => described(call, fn, row)), ...(next !== undefined && { NextMarker: next }) };
}

/** The version that an invocation of an alias goes to: by chance, where it leads to two. */
export function routed({ version, routing }: AliasRow, { random }: Pick<World, 'random'>): number {
  const bytes = new Uint8Array(4);
  random.fill(bytes);
  const drawn = Buffer.from(bytes).readUInt32BE(0) / 2 ** 32;
  const [second] = Object.entries(JSON.parse(routing) as Record<string, number>);
  return second && drawn < second[1] ? Number(second[0]) : version;
}
