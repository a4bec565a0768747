/** TLS on the loopback for tests: a server that shows a certificate, and what a client makes of it. */
import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import type { AddressInfo, createServer } from 'node:net';
import { connect, createServer as createTlsServer, type SecureContextOptions, type Server } from 'node:tls';
import { type KeyPair, makeAuthority, makeHostCertificate } from '../../src/server/proxy/certificates.ts';

export const newKeys = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

export const keyText = ({ privateKey }: KeyPair) => privateKey.export({ type: 'pkcs8', format: 'pem' });

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
