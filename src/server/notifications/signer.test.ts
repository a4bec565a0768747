import { createVerify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { createMessageSigner } from './signer.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'telar-test-'));
  folders.push(made);
  return join(made, 'notifications');
};
const world = { ...systemWorld, log: silentLog };

async function prepared(at: string | undefined, now = Date.now()) {
  const signer = createMessageSigner(at, { ...world, clock: { ...world.clock, now: () => now } });
  await signer.prepare();
  return signer;
}

it('signs with SHA-1 and SHA-256, as its certificate tells', async () => {
  const signer = await prepared(undefined);
  const { publicKey } = new X509Certificate(signer.certificateAt(signer.path())!);
  for (const [version, algorithm] of [
    ['1', 'RSA-SHA1'],
    ['2', 'RSA-SHA256'],
  ] as const) {
    const signature = signer.sign('text ✓', version);
    expect(createVerify(algorithm).update('text ✓').verify(publicKey, signature, 'base64')).toBe(true);
    expect(createVerify(algorithm).update('text').verify(publicKey, signature, 'base64')).toBe(false);
  }
  expect(signer.certificateAt('/SimpleNotificationService-0.pem')).toBeUndefined();
});

it('keeps its key to its owner, and to the folder', async () => {
  const at = folder();
  const first = await prepared(at);
  expect(statSync(join(at, 'signing.key')).mode & 0o777).toBe(0o600);
  expect(statSync(at).mode & 0o777).toBe(0o700);
  const second = await prepared(at);
  expect([second.path(), second.sign('text', '2')]).toEqual([first.path(), first.sign('text', '2')]);
  const certificate = new X509Certificate(second.certificateAt(second.path())!);
  expect([certificate.ca, certificate.verify(certificate.publicKey)]).toEqual([false, true]);
});

it('makes another where what is there is damaged, or near its end', async () => {
  const at = folder();
  const first = await prepared(at);
  writeFileSync(join(at, 'signing.key'), 'no key');
  const second = await prepared(at);
  expect(second.path()).not.toBe(first.path());
  const nineYears = Date.now() + 9.95 * 365 * 24 * 3_600_000;
  expect((await prepared(at, nineYears)).path()).not.toBe(second.path());
});
