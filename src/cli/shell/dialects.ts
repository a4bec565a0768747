/** Changes of the environment as shells, and programs that read .env files, are told them: pure. */
import type { Changes } from './before.ts';

export const DIALECTS = ['posix', 'fish', 'dotenv'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** @returns lines that the shell evaluates */
export function written(changes: Changes, dialect: Dialect): string[] {
  const all = Object.entries(changes);
  const unset = all.filter(([, value]) => value === undefined).map(([name]) => name);
  const set = all.filter((entry): entry is [string, string] => entry[1] !== undefined);
  switch (dialect) {
    case 'posix':
      return [
        ...(unset.length > 0 ? [`unset ${unset.join(' ')}`] : []),
        ...set.map(([name, value]) => `export ${name}=${quoted(value)}`),
      ];
    case 'fish':
      // fish takes one name after the other, and ends with an error at one that is not set.
      return [
        ...unset.map((name) => `set -e ${name}; or true;`),
        ...set.map(([name, value]) => `set -gx ${name} ${fishQuoted(value)};`),
      ];
    case 'dotenv':
      // Such files cannot take a variable out, and an empty AWS_PROFILE is a profile that does not exist.
      return [
        ...(unset.length > 0 ? [`# Must not be set beside these: ${unset.join(' ')}`] : []),
        ...set.map(([name, value]) => `${name}=${dotenvQuoted(value)}`),
      ];
  }
}

/** Readers of such files agree on no escape, but on quotes: those are taken that the text does not hold. */
function dotenvQuoted(text: string): string {
  const quote = ["'", '"', '`'].find((one) => !text.includes(one)) ?? "'";
  return quote + text + quote;
}

/** As every POSIX shell reads it. @example quoted("it's") === `'it'\\''s'` */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const fishQuoted = (text: string) => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
