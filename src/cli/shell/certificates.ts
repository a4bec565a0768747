/**
 * The certificates that clients are to trust: those that they would trust anyway, and the authority of the proxy.
 *
 * Each variable that names such a file is answered by a file of its own in the data folder, made from what the variable named
 * before, or from the system's. Nothing of the user's or the system's is changed.
 */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { authorityCertificate } from '../../server/proxy/authority.ts';
import { writeOwnFile } from '../../store/ownFile.ts';
import { failure } from '../errors.ts';
import type { Environment } from './before.ts';

/** Each replaces what its client would trust: botocore; requests; curl, and requests in its absence; OpenSSL, Go, httpx. */
const REPLACING = ['AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'];
/** Adds to what Node.js trusts. */
const ADDING = 'NODE_EXTRA_CA_CERTS';

/** Where distributions keep what the system trusts. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch, Alpine
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, RHEL
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // macOS, BSD
];

/**
 * The variables, and the files that they name.
 *
 * @param folder the proxy's, in the data folder
 * @param before the environment as it would be without Telar
 */
export function trustVariables(folder: string, before: Environment): Record<string, string> {
  const own = readFileSync(authorityCertificate(folder), 'utf8');
  const write = (kind: string, base: string, trusted: string) => {
    const path = join(folder, `${kind}-${hash('sha256', base, 'hex').slice(0, 8)}.pem`);
    writeOwnFile(path, `${trusted.trimEnd()}\n${own}`);
    return path;
  };
  const bundles = new Map<string, string>();
  const bundle = (base: string | undefined) => {
    const key = base ?? 'system';
    const made = bundles.get(key) ?? write('bundle', key, base === undefined ? systemCertificates() : read(base));
    bundles.set(key, made);
    return made;
  };
  const extra = before[ADDING];
  return {
    ...Object.fromEntries(
      REPLACING.map((name) => [name, bundle(before[name] || before['SSL_CERT_FILE'] || undefined)]),
    ),
    [ADDING]: extra ? write('extra', extra, read(extra)) : authorityCertificate(folder),
  };
}

/** Also of a folder, as requests takes one. @throws NoCertificates */
function read(path: string): string {
  try {
    if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
    const texts = readdirSync(path).map((name) => {
      const inside = join(path, name);
      return statSync(inside, { throwIfNoEntry: false })?.isFile() ? readFileSync(inside, 'utf8') : '';
    });
    return [...new Set(texts.filter((text) => text.includes('-----BEGIN CERTIFICATE-----')))].join('\n');
  } catch (error) {
    throw failure(
      'NoCertificates',
      `The environment names certificates in ${path}, which cannot be read (${(error as Error).message}). Correct the variable that names it (${[...REPLACING, ADDING].join(', ')}), or unset it.`,
    );
  }
}

function systemCertificates(): string {
  const file = SYSTEM_FILES.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (file) return readFileSync(file, 'utf8');
  const found = getCACertificates('system');
  return (found.length > 0 ? found : getCACertificates('bundled')).join('\n');
}
