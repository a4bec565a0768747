/**
 * Profiles of AWS's clients in files of the data folder, for notebooks that name one: `Session(profile_name="…")`.
 *
 * F1. The user's own ~/.aws is neither read nor written.
 * F2. Keys that the profile has got already are kept while the server takes them: `telar keys rotate USER --profile NAME`, run
 *     with these files, gives a profile a user's own keys.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeOwnFile } from '../../store/ownFile.ts';
import { withProfile, withSection } from '../access/profile.ts';
import type { Credentials } from '../connection.ts';
import { misuse } from '../errors.ts';

export type ProfileFiles = { name: string; config: string; credentials: string };

/** @throws Misuse when no file could hold the name */
export function profileFiles(folder: string, name: string): ProfileFiles {
  if (!/^[^\s[\]#;'"]{1,128}$/.test(name)) throw misuse(`'${name}' is no name for a profile.`);
  return { name, config: join(folder, 'config'), credentials: join(folder, 'credentials') };
}

/** The keys that the profile has. */
export function keysOf({ name, credentials }: ProfileFiles): Credentials | undefined {
  const lines = textOf(credentials).split('\n');
  const header = lines.indexOf(`[${name}]`);
  const rest = header < 0 ? [] : lines.slice(header + 1);
  const end = rest.findIndex((line) => line.startsWith('['));
  const values = new Map(rest.slice(0, end < 0 ? undefined : end).map((line) => pair(line)));
  const [accessKeyId, secretAccessKey] = ['aws_access_key_id', 'aws_secret_access_key'].map((key) => values.get(key));
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

const pair = (line: string): [string, string] => {
  const equals = line.indexOf('=');
  return equals < 0 ? ['', ''] : [line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim()];
};

/** Writes the profile; what else the files hold stays. */
export function writeProfileFiles(
  files: ProfileFiles,
  { url, region, keys }: { url: string; region: string; keys: Credentials },
): void {
  mkdirSync(join(files.config, '..'), { recursive: true, mode: 0o700 });
  const section = files.name === 'default' ? 'default' : `profile ${files.name}`;
  const settings = [`region = ${region}`, `endpoint_url = ${url}`];
  writeOwnFile(files.config, withSection(textOf(files.config), section, settings));
  const held = withProfile(textOf(files.credentials), files.name, keys);
  const token = keys.sessionToken;
  const whole = token === undefined ? held : withSection(held, files.name, [`aws_session_token = ${token}`]);
  writeOwnFile(files.credentials, whole);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
