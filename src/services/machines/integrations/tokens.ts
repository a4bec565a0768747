/** What AWS's SDKs draw for a request that names none: a token, a name. Here derived, so that a repeated request is the same one. */
import { createHash } from 'node:crypto';
import type { Attempt } from './types.ts';

/** A UUID that belongs to one attempt of one task. */
export function attemptUuid({ execution, entered, start }: Attempt): string {
  const digest = createHash('sha256').update(`${execution}\n${entered}\n${start}`).digest();
  // Version 8 (RFC 9562): made by the application's own rule.
  digest[6] = (digest[6]! & 0x0f) | 0x80;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
