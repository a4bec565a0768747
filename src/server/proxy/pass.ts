/**
 * What a client shows to the proxy, as the user and the password of the proxy's address: an access key, and which way other
 * hosts than AWS's are to be reached. Written by `telar env`, read by the proxy.
 *
 * P1. The password is made of the secret key and is not it: whoever listens in the server's place may use the proxy with it
 *     later, and cannot sign.
 * P2. A pass is worth as much as its key: it ends when the key is switched off, deleted or expires.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOwnFile } from '../../store/ownFile.ts';

/** Straight away, not at all, or by the proxy of this id (`rememberUpstream`). */
export type Way = 'direct' | 'offline' | { upstream: string };

export type Pass = { accessKeyId: string; way: Way; password: string };

export type Key = { accessKeyId: string; secretAccessKey: string };

/** @example passFor({ accessKeyId: 'AKIA…', secretAccessKey: '…' }, 'direct') // { username: 'AKIA….direct', password: '…' } */
export function passFor(key: Key, way: Way): { username: string; password: string } {
  const word = typeof way === 'string' ? way : way.upstream;
  return { username: `${key.accessKeyId}.${word}`, password: passwordOf(key.secretAccessKey) };
}

/** Reads a Proxy-Authorization header; undefined when it holds no pass. */
export function readPass(header: string | undefined): Pass | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]{1,1024})$/i.exec(header ?? '') ?? [];
  const [, accessKeyId, word, password] =
    /^([A-Z0-9]{16,128})\.(direct|offline|[0-9a-f]{16}):([\w-]{43})$/.exec(
      Buffer.from(encoded ?? '', 'base64').toString('latin1'),
    ) ?? [];
  if (!accessKeyId || !word || !password) return undefined;
  return { accessKeyId, way: word === 'direct' || word === 'offline' ? word : { upstream: word }, password };
}

export function isPassOf(pass: Pass, secretAccessKey: string): boolean {
  return timingSafeEqual(Buffer.from(pass.password, 'latin1'), Buffer.from(passwordOf(secretAccessKey)));
}

const passwordOf = (secretAccessKey: string) =>
  createHmac('sha256', secretAccessKey).update('telar proxy').digest('base64url');

/** Keeps the address of a proxy, which may hold a password, where the server finds it. @returns its id */
export function rememberUpstream(folder: string, url: string): string {
  const id = hash('sha256', url, 'hex').slice(0, 16);
  writeOwnFile(upstreamFile(folder, id), url);
  return id;
}

/** Undefined when nobody has named it. */
export async function upstreamOf(folder: string, id: string): Promise<URL | undefined> {
  const text = await readFile(upstreamFile(folder, id), 'utf8').catch(() => '');
  return URL.canParse(text) ? new URL(text) : undefined;
}

const upstreamFile = (folder: string, id: string) => join(folder, `upstream-${id}`);
