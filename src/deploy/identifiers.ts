/**
 * Terraform's names for resources, from AWS's.
 *
 * I1. The same name gives the same identifier whatever else there is in whatever order, unless another reads alike: then both
 *     carry a hash. (An identifier that changes would make Terraform delete the resource and make it again.)
 */
import { createHash } from 'node:crypto';

/** @example identifiers(['a-b', 'a.b', 'c']) // a-b → a_b_…, a.b → a_b_…, c → c */
export function identifiers(names: readonly string[]): (name: string) => string {
  const alike = Map.groupBy(new Set(names), plain);
  return (name) => {
    const identifier = plain(name);
    return (alike.get(identifier)?.length ?? 0) > 1 ? `${identifier}_${hash(name)}` : identifier;
  };
}

function plain(name: string): string {
  const replaced = name.replace(/[^A-Za-z0-9_]/g, '_');
  return /^[A-Za-z_]/.test(replaced) ? replaced : `_${replaced}`;
}

function hash(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 6);
}
