/** TLS on the loopback for tests: a server that shows a certificate, and what a client makes of it. */
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { AddressInfo, createServer } from 'node:net';
import { connect, createServer as createTlsServer, type SecureContextOptions, type Server } from 'node:tls';
import { type KeyPair, makeAuthority, makeHostCertificate } from '../../src/server/proxy/certificates.ts';
import { bits, der, integer, octets, oid, sequence, set, text, time } from '../../src/server/proxy/der.ts';

const newKeys = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

const keyText = ({ privateKey }: KeyPair) => privateKey.export({ type: 'pkcs8', format: 'pem' });

/** An authority of the proxy's kind, and certificates of it. */
export function testAuthority(now = Date.now()) {
  const keys = newKeys();
  const pem = makeAuthority(keys, randomBytes(16), now);
  const certificate = new X509Certificate(pem);
  return {
    pem,
    certificate,
    /** What a TLS server shows for a host. */
    host(host: string, at = now): { cert: string; key: string | Buffer } {
      const own = newKeys();
      const authority = { certificate, privateKey: keys.privateKey };
      const cert = makeHostCertificate({
        ...{ host, publicKey: own.publicKey, authority },
        ...{ serial: randomBytes(16), now: at },
      });
      return { cert, key: keyText(own) };
    },
  };
}

/** A certificate that nobody signed but itself, for any host: what a company's own server may show. */
export function selfSigned(host: string): { cert: string; key: string | Buffer } {
  const keys = newKeys();
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const name = sequence(set(sequence(oid('2.5.4.3'), text(host))));
  const names = sequence(oid('2.5.29.17'), octets(sequence(der(0x82, Buffer.from(host)))));
  const content = sequence(
    ...[der(0xa0, integer(Uint8Array.of(2))), integer(randomBytes(8)), algorithm, name],
    ...[sequence(time(Date.now() - 60_000), time(Date.now() + 3_600_000)), name],
    ...[keys.publicKey.export({ type: 'spki', format: 'der' }), der(0xa3, sequence(names))],
  );
  const signed = sequence(content, algorithm, bits(sign('sha256', content, keys.privateKey)));
  return { cert: new X509Certificate(signed).toString(), key: keyText(keys) };
}

export async function listening(server: ReturnType<typeof createServer> | Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, () => resolve()));
  return (server.address() as AddressInfo).port;
}

/** What a client that trusts `ca` says of a server that shows `shown`; undefined when it is content. */
export async function verdict(
  shown: SecureContextOptions,
  servername: string,
  ca: string,
): Promise<string | undefined> {
  const server = createTlsServer(shown, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  const port = await listening(server);
  try {
    return await new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, servername, ca }, () => {
        resolve(undefined);
        socket.destroy();
      });
      socket.on('error', ({ message }) => resolve(message));
    });
  } finally {
    server.close();
  }
}
