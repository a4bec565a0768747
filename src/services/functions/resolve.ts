/** Which version an invocation goes to. */
import { routed } from './aliases.ts';
import type { Parts } from './context.ts';
import { functionErrors } from './errors.ts';
import { type FunctionName, functionArn, LATEST, type Place, versionNumber } from './names.ts';
import type { FunctionRow, VersionRow } from './store.ts';

/** Undefined where there is no such version or alias any more. */
export function resolveTarget(
  { db, world }: Pick<Parts, 'db' | 'world'>,
  fn: FunctionRow,
  qualifier: string | undefined,
): VersionRow | undefined {
  const number = versionNumber(qualifier);
  if (number !== undefined) return db.version({ function: fn.id, version: number });
  const alias = db.alias({ function: fn.id, name: qualifier! });
  return alias && db.version({ function: fn.id, version: routed(alias, world) });
}

/** The same, to be invoked now. @throws ResourceNotFoundException, ResourceConflictException */
export function requireInvocable(
  parts: Pick<Parts, 'db' | 'world'>,
  place: Place,
  named: FunctionName,
): { fn: FunctionRow; row: VersionRow } {
  const invoked = functionArn(place, named.name, named.qualifier ?? LATEST);
  const fn = parts.db.function({ region: place.region, name: named.name });
  if (!fn) throw functionErrors.noFunction(invoked);
  const row = resolveTarget(parts, fn, named.qualifier);
  if (!row) throw functionErrors.noFunction(invoked);
  if (row.state === 'Pending') throw functionErrors.pending();
  if (row.state === 'Failed') throw functionErrors.failed(row.state_reason ?? 'its environment could not be made');
  return { fn, row };
}
