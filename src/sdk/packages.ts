/** Names of packages of npm. Mirrors https://docs.npmjs.com/cli/configuring-npm/package-json#name */
import { must } from './mistake.ts';

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/** @throws */
export function mustBePackages(subject: string, names: readonly string[]): void {
  for (const name of names)
    must(NAME.test(name), subject, `'${name}' is no package's name: give one such as @duckdb/node-api`);
}
