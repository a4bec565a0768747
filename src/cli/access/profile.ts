/**
 * Where a new key is written: a profile of AWS's shared credentials file, or the data folder's own credentials.
 *
 * W1. A file is replaced whole, by rename, readable by its owner only; a link is written through, not over.
 * W2. Of a credentials file, only the two lines of the key change: what else is there stays as it was.
 */
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';

export type SecretKey = { accessKeyId: string; secretAccessKey: string };

/** @returns the file's path */
export function writeProfile(environment: Context['environment'], profile: string, key: SecretKey): string {
  const path = environment['AWS_SHARED_CREDENTIALS_FILE'] ?? join(homedir(), '.aws', 'credentials');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  replace(path, withProfile(textOf(path) ?? '', profile, key));
  return path;
}

/** The data folder's keys, when they are the ones that are replaced: `telar` itself signs with them. */
export function replaceFolderKeys(path: string, oldKeyId: string, key: SecretKey): boolean {
  const text = textOf(path);
  const stored = text === undefined ? undefined : (JSON.parse(text) as { accessKeyId?: string });
  if (stored?.accessKeyId !== oldKeyId) return false;
  replace(path, JSON.stringify({ ...stored, ...key }));
  return true;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function replace(path: string, content: string): void {
  const target = textOf(path) === undefined ? path : realpathSync(path);
  const temporary = `${target}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, target);
}

/** @example withProfile('', 'telar', key) // '[telar]\naws_access_key_id = …\naws_secret_access_key = …\n' */
export function withProfile(text: string, profile: string, { accessKeyId, secretAccessKey }: SecretKey): string {
  const own = [`aws_access_key_id = ${accessKeyId}`, `aws_secret_access_key = ${secretAccessKey}`];
  return withSection(text, profile, own, ['aws_session_token']);
}

/**
 * A section with these settings, in place of those of the same names.
 *
 * @param dropped names of settings that go, too
 */
export function withSection(
  text: string,
  name: string,
  own: readonly string[],
  dropped: readonly string[] = [],
): string {
  const gone = new Set([...own.map(settingName), ...dropped]);
  const lines = text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const header = lines.findIndex((line) => line.trim() === `[${name}]`);
  if (header < 0) return `${[...lines, ...(lines.length > 0 ? [''] : []), `[${name}]`, ...own].join('\n')}\n`;
  const next = lines.findIndex((line, index) => index > header && line.trim().startsWith('['));
  const end = next < 0 ? lines.length : next;
  const kept = lines.slice(header + 1, end).filter((line) => !gone.has(settingName(line)));
  return `${[...lines.slice(0, header + 1), ...own, ...kept, ...lines.slice(end)].join('\n')}\n`;
}

const settingName = (line: string) => (line.split('=')[0] ?? '').trim().toLowerCase();
