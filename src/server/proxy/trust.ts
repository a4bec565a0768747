/**
 * The certificates that clients are to trust: those that they would trust anyway, and the authority of the proxy.
 *
 * Each variable that names such a file is answered by a file of Telar's own, made from what the variable named before, or from
 * the system's. Nothing of the user's or the system's is changed. There is nothing secret in them.
 */
import { hash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { authorityCertificate } from './authority.ts';
import type { Environment } from './variables.ts';

/** Each replaces what its client would trust, and after it the client looks at: botocore; requests, pip; curl; OpenSSL, Go, httpx. */
const REPLACING = {
  AWS_CA_BUNDLE: ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'],
  REQUESTS_CA_BUNDLE: ['CURL_CA_BUNDLE', 'SSL_CERT_FILE'],
  CURL_CA_BUNDLE: ['SSL_CERT_FILE'],
  SSL_CERT_FILE: [],
} as const;
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
 * Writes the files.
 *
 * @param proxy the proxy's folder, in the data folder
 * @param before the environment as it would be without Telar
 * @param into where the files lie @default the proxy's folder
 * @returns the variables, and the files that they name
 * @throws a sentence when the environment names what cannot be read
 */
export function trustVariables(proxy: string, before: Environment, into = proxy): Record<string, string> {
  const own = readFileSync(authorityCertificate(proxy), 'utf8');
  const write = (name: string, trusted: string) => {
    const path = join(into, `${name}.pem`);
    writeShared(path, `${trusted.trimEnd()}\n${own}`.trimStart());
    return path;
  };
  const short = (text: string) => hash('sha256', text, 'hex').slice(0, 8);
  const bundles = new Map<string, string>();
  const bundle = (base: string | undefined) => {
    const key = base ?? 'system';
    const made =
      bundles.get(key) ?? write(`bundle-${short(key)}`, base === undefined ? systemCertificates() : read(base));
    bundles.set(key, made);
    return made;
  };
  const extra = before[ADDING];
  return {
    ...Object.fromEntries(
      Object.entries(REPLACING).map(([name, others]) => {
        const base = [name, ...others].find((one) => before[one]);
        return [name, bundle(base && before[base])];
      }),
    ),
    [ADDING]: extra ? write(`extra-${short(extra)}`, read(extra)) : write('authority', ''),
  };
}

/** Replaced whole, and only when it has changed; readable by whoever is let into the folder, whatever the server's umask. */
function writeShared(path: string, content: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path, 'utf8') === content) return;
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  chmodSync(temporary, 0o644);
  renameSync(temporary, path);
}

/** Also of a folder, as requests takes one. */
function read(path: string): string {
  try {
    if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
    const texts = readdirSync(path).map((name) => {
      const inside = join(path, name);
      return statSync(inside, { throwIfNoEntry: false })?.isFile() ? readFileSync(inside, 'utf8') : '';
    });
    return [...new Set(texts.filter((text) => text.includes('-----BEGIN CERTIFICATE-----')))].join('\n');
  } catch (error) {
    throw new Error(
      `The environment names certificates in ${path}, which cannot be read (${(error as Error).message}). Correct the variable that names it (${[...Object.keys(REPLACING), ADDING].join(', ')}), or unset it.`,
    );
  }
}

function systemCertificates(): string {
  const file = SYSTEM_FILES.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (file) return readFileSync(file, 'utf8');
  const found = getCACertificates('system');
  return (found.length > 0 ? found : getCACertificates('bundled')).join('\n');
}
