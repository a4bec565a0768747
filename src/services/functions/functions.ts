/**
 * Functions and their versions: made, changed, told, deleted.
 *
 * F1. $LATEST is the version that changes; a published one never does, save that its environment gets ready.
 * F2. A version is invoked only once it is Active: its code is here, and the environment of its runtime is built.
 * F3. What changes $LATEST while it is being changed is refused.
 */
import { uuid } from '../../base/random.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { configurationOf, configured, describeVersion } from './configuration.ts';
import type { CreateInput, Description, Parts, Sdk, UpdateInput } from './context.ts';
import { functionErrors } from './errors.ts';
import { IMAGES, LIMITS, languageOf, mayBecome, mayEnd } from './legal.ts';
import { type FunctionName, functionArn, functionName, type Place, unqualifiedName, versionNumber } from './names.ts';
import { requireDeadLetterSender } from './senders.ts';
import type { FunctionRow, VersionRow } from './store.ts';

export type Found = { fn: FunctionRow; row: VersionRow };
type CodeFacts = { sha256: string; size: number };

/** @throws ResourceNotFoundException */
export function requireFunction(
  { db }: Pick<Parts, 'db'>,
  place: Place,
  { name, qualifier }: FunctionName,
): FunctionRow {
  const fn = db.function({ region: place.region, name });
  if (!fn) throw functionErrors.noFunction(functionArn(place, name, qualifier));
  return fn;
}

/** The version that a qualifier names; of an alias its first. @throws ResourceNotFoundException */
export function requireVersion(parts: Pick<Parts, 'db'>, place: Place, named: FunctionName): Found {
  const fn = requireFunction(parts, place, named);
  const number = versionNumber(named.qualifier) ?? parts.db.alias({ function: fn.id, name: named.qualifier! })?.version;
  const row = number === undefined ? undefined : parts.db.version({ function: fn.id, version: number });
  if (!row) throw functionErrors.noFunction(functionArn(place, named.name, named.qualifier));
  return { fn, row };
}

/** That a role may be used for a function. @throws InvalidParameterValueException */
function requireRole({ ports }: Parts, role: string, arn: string): void {
  if (!ports.roleTrusts(role, arn)) throw functionErrors.roleNotAssumable();
}

const ready = ({ ports }: Parts, runtime: string): boolean =>
  ports.workers?.prepared(IMAGES[languageOf(runtime)!]) === true;

/** Inside a transaction. @throws ResourceConflictException, InvalidParameterValueException, ValidationException */
export function createFunction(parts: Parts, input: CreateInput, code: CodeFacts, call: Call): Description {
  const { db, ports, world } = parts;
  const { name } = unqualifiedName(call, input.FunctionName!);
  if (name.length > LIMITS.name) throw functionErrors.nameTooLong(name, LIMITS.name);
  if (db.function({ region: call.region, name })) throw functionErrors.functionExists(name);
  const configuration = configured(input);
  const arn = functionArn(call, name);
  requireRole(parts, configuration.role, arn);
  requireDeadLetterSender(parts, configuration.role, configuration.deadLetter, call);
  const id = db.insertFunction({
    ...{ region: call.region, name, next_version: 1, reserved: null, created_at: call.now },
  });
  const active = ready(parts, configuration.runtime);
  const row = insertVersion(parts, {
    function: id,
    version: 0,
    configuration: JSON.stringify(configuration),
    ...{ code: code.sha256, code_size: code.size, revision_id: uuid(world.random), modified_at: call.now },
    state: active ? 'Active' : 'Pending',
    state_reason: active ? null : 'The function is being created.',
    ...{ update_status: 'Successful', update_reason: null },
  });
  ports.setTags(
    arn,
    Object.entries(input.Tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
  );
  return describeVersion(call, name, input.Publish ? publish(parts, id, row, undefined) : row);
}

function insertVersion({ db, prepare }: Parts, made: Omit<VersionRow, 'id'>): VersionRow {
  const id = db.insertVersion(made);
  if (made.state === 'Pending') prepare(id);
  return { id, ...made };
}

/** Publishes $LATEST, unless nothing has changed since the newest version. */
function publish(parts: Parts, id: number, latest: VersionRow, description: string | undefined): VersionRow {
  const { db, world } = parts;
  const newest = db.newestVersion({ function: id });
  const same = newest && newest.code === latest.code && sameBut(newest, latest);
  if (newest && same) return newest;
  const next = db.functionOfId({ id })!.next_version;
  db.setNextVersion({ id, next_version: next + 1 });
  const configuration = { ...configurationOf(latest), ...(description !== undefined && { description }) };
  const { id: _, ...rest } = latest;
  return insertVersion(parts, {
    ...rest,
    version: next,
    configuration: JSON.stringify(configuration),
    revision_id: uuid(world.random),
  });
}

/** But for the description, which a publication may change. */
function sameBut(one: VersionRow, other: VersionRow): boolean {
  const [a, b] = [configurationOf(one), configurationOf(other)];
  return JSON.stringify({ ...a, description: '' }) === JSON.stringify({ ...b, description: '' });
}

/** @throws PreconditionFailedException, ResourceConflictException */
export function publishVersion(parts: Parts, input: InputOf<Sdk, 'PublishVersion'>, call: Call): Description {
  const named = unqualifiedName(call, input.FunctionName!);
  const { fn, row } = requireVersion(parts, call, { name: named.name, qualifier: undefined });
  requireRevision(row, input.RevisionId);
  if (input.CodeSha256 && Buffer.from(input.CodeSha256, 'base64').toString('hex') !== row.code)
    throw functionErrors.invalid(
      'CodeSHA256 is different from current CodeSHA256 in $LATEST. Please try again with the CodeSHA256 in $LATEST.',
    );
  requireSettled(row, functionArn(call, named.name));
  return describeVersion(call, fn.name, publish(parts, fn.id, row, input.Description));
}

function requireRevision({ revision_id }: VersionRow, given: string | undefined): void {
  if (given !== undefined && given !== revision_id) throw functionErrors.staleRevision();
}

/** F3. */
function requireSettled(row: VersionRow, arn: string): void {
  if (row.state === 'Pending') throw functionErrors.pending();
  if (row.update_status === 'InProgress') throw functionErrors.updating(arn);
}

/** Inside a transaction. */
export function updateConfiguration(parts: Parts, input: UpdateInput, call: Call): Description {
  const named = unqualifiedName(call, input.FunctionName!);
  const { row } = requireVersion(parts, call, { name: named.name, qualifier: undefined });
  const arn = functionArn(call, named.name);
  requireRevision(row, input.RevisionId);
  requireSettled(row, arn);
  const configuration = configured(input, configurationOf(row));
  if (input.Role !== undefined) requireRole(parts, configuration.role, arn);
  if (input.DeadLetterConfig) requireDeadLetterSender(parts, configuration.role, configuration.deadLetter, call);
  return describeVersion(call, named.name, change(parts, row, { configuration: JSON.stringify(configuration) }, call));
}

/** What updates $LATEST's code is checked before its zip is read. */
export function checkUpdate(parts: Parts, input: InputOf<Sdk, 'UpdateFunctionCode'>, call: Call): VersionRow {
  const named = unqualifiedName(call, input.FunctionName!);
  const { row } = requireVersion(parts, call, { name: named.name, qualifier: undefined });
  requireRevision(row, input.RevisionId);
  requireSettled(row, functionArn(call, named.name));
  if (input.ImageUri) throw functionErrors.unsupported('container images of functions', 'Give the code as a zip.');
  return row;
}

/** Inside a transaction. */
export function updateCode(
  parts: Parts,
  input: InputOf<Sdk, 'UpdateFunctionCode'>,
  code: CodeFacts,
  call: Call,
): Description {
  const row = checkUpdate(parts, input, call);
  const { name } = unqualifiedName(call, input.FunctionName!);
  const configuration = {
    ...configurationOf(row),
    ...(input.Architectures?.[0] && { architecture: input.Architectures[0] }),
  };
  const changed = { code: code.sha256, code_size: code.size, configuration: JSON.stringify(configuration) };
  if (input.DryRun) return describeVersion(call, name, { ...row, ...changed });
  const updated = change(parts, row, changed, call);
  const fn = requireFunction(parts, call, { name, qualifier: undefined });
  return describeVersion(call, name, input.Publish ? publish(parts, fn.id, updated, undefined) : updated);
}

function change(
  parts: Parts,
  row: VersionRow,
  changed: Partial<Pick<VersionRow, 'configuration' | 'code' | 'code_size'>>,
  call: Call,
): VersionRow {
  const { db, world } = parts;
  const next = { ...row, ...changed };
  const active = ready(parts, configurationOf(next).runtime);
  const saved: VersionRow = {
    ...next,
    ...{ revision_id: uuid(world.random), modified_at: call.now },
    state: active ? 'Active' : row.state,
    state_reason: active ? null : row.state_reason,
    update_status: active ? 'Successful' : 'InProgress',
    update_reason: active ? null : 'The function is being created.',
  };
  db.saveVersion(saved);
  if (!active) parts.prepare(row.id);
  parts.changed(row.function);
  return saved;
}

/** Inside a transaction: its environment is there, or cannot be. */
export function prepared(parts: Parts, versionId: number, refusal: string | undefined): void {
  const row = parts.db.versionOfId({ id: versionId });
  if (!row) return;
  const pending = row.state === 'Pending';
  const state = refusal === undefined ? 'Active' : pending ? 'Failed' : row.state;
  const update = refusal === undefined ? 'Successful' : pending ? row.update_status : 'Failed';
  const next = {
    ...row,
    ...(mayBecome(row.state, state) && { state, state_reason: refusal ?? null }),
    ...(mayEnd(row.update_status, update) && {
      update_status: update,
      update_reason: pending ? null : (refusal ?? null),
    }),
  };
  parts.db.saveVersion(next);
  parts.changed(row.function);
}

/** Inside a transaction: a version, or a function with all that is its. */
export function deleteFunction(parts: Parts, input: InputOf<Sdk, 'DeleteFunction'>, call: Call): void {
  const { db, ports } = parts;
  const named = functionName(call, input.FunctionName!, input.Qualifier);
  const fn = requireFunction(parts, call, named);
  if (named.qualifier !== undefined) return deleteVersion(parts, fn, named.qualifier, call);
  const which = { function: fn.id };
  db.removeSources(which);
  db.removeEventConfigs(which);
  db.removePolicies(which);
  db.removeAliases(which);
  db.removeVersions(which);
  db.removeFunction({ id: fn.id });
  ports.removeTags(functionArn(call, fn.name));
  parts.changed(fn.id);
}

function deleteVersion(parts: Parts, fn: FunctionRow, qualifier: string, call: Call): void {
  const { db } = parts;
  const number = versionNumber(qualifier);
  const arn = functionArn(call, fn.name, qualifier);
  if (number === 0) throw functionErrors.invalid('$LATEST version cannot be deleted without deleting the function.');
  if (number === undefined)
    throw functionErrors.invalid('Deletion of aliases is not currently supported by this operation: use DeleteAlias.');
  const row = db.version({ function: fn.id, version: number });
  if (!row) return;
  const aliases = db
    .aliases({ function: fn.id, after: '', limit: 10_000 })
    .filter((each) => each.version === number || Object.hasOwn(JSON.parse(each.routing) as object, String(number)));
  if (aliases.length > 0) throw functionErrors.versionInUse(arn, `[${aliases.map(({ name }) => name).join(', ')}]`);
  db.removeVersion({ id: row.id });
  parts.changed(fn.id);
}

/** How many functions a page of ListFunctions has, as AWS. */
const PAGE = 50;
type Listed = { fn: FunctionRow; row: VersionRow };

export function listFunctions(
  { db }: Parts,
  input: InputOf<Sdk, 'ListFunctions'>,
  call: Call,
): OutputOf<Sdk, 'ListFunctions'> {
  const all = input.FunctionVersion === 'ALL';
  const { items, next } = pageOf<Listed>(
    {
      query: { operation: 'ListFunctions', region: call.region, all },
      ...{ token: input.Marker || undefined, limit: Math.min(input.MaxItems ?? PAGE, PAGE) },
    },
    (after, limit) => {
      const [name = '', version = -1] = after ?? [];
      const found: Listed[] = [];
      const rest = after && all ? db.function({ region: call.region, name: String(name) }) : undefined;
      const more = db.functions({ region: call.region, after: String(name), limit });
      for (const fn of rest ? [rest, ...more] : more) {
        const from = fn === rest ? Number(version) : -1;
        const rows = db.versions({ function: fn.id, after: from, limit: all ? limit - found.length : 1 });
        found.push(...rows.map((row) => ({ fn, row })));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },
    ({ fn, row }) => [fn.name, row.version],
    invalidMarker,
  );
  return {
    Functions: items.map(({ fn, row }) => describeVersion(call, fn.name, row, all)),
    ...(next !== undefined && { NextMarker: next }),
  };
}

export const invalidMarker = () => functionErrors.invalid('The Marker is not valid for this request.');

export function listVersions(
  parts: Parts,
  input: InputOf<Sdk, 'ListVersionsByFunction'>,
  call: Call,
): OutputOf<Sdk, 'ListVersionsByFunction'> {
  const named = functionName(call, input.FunctionName!);
  const fn = requireFunction(parts, call, named);
  const { items, next } = pageOf<VersionRow>(
    {
      query: { operation: 'ListVersionsByFunction', function: fn.id },
      ...{ token: input.Marker || undefined, limit: Math.min(input.MaxItems ?? PAGE, PAGE) },
    },
    (after, limit) => parts.db.versions({ function: fn.id, after: Number(after?.[0] ?? -1), limit }),
    ({ version }) => [version],
    invalidMarker,
  );
  return {
    Versions: items.map((row) => describeVersion(call, fn.name, row, true)),
    ...(next !== undefined && { NextMarker: next }),
  };
}
