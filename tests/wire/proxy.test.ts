/** The HTTPS proxy on the server's port, byte by byte: who is let through, where to, and what befalls clients of ill will. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket, connect as tcp } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { type TLSSocket, connect as tls } from 'node:tls';
import { IAM } from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { authorityCertificate } from '../../src/server/proxy/authority.ts';
import { passFor, rememberUpstream, type Way } from '../../src/server/proxy/pass.ts';
import { createProxy, type ProxyOptions } from '../../src/server/proxy/proxy.ts';
import { type ForwardProxy, forwardProxy } from '../support/forwardProxy.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { listening } from '../support/tls.ts';
import { pause } from '../support/workbench.ts';

let server: TestServer;
/** What the server logged as its own fault. */
const faults: string[] = [];
const log: Log = (level, event) => {
  if (level === 'error') faults.push(event);
};

beforeAll(async () => {
  server = await startTestServer({ world: { ...systemWorld, log } });
});
afterAll(() => server.close());
afterEach(async () => {
  await new STS(server.client).getCallerIdentity({});
  expect(faults).toEqual([]);
});

type Key = { accessKeyId: string; secretAccessKey: string };

function header(way: Way = 'direct', key: Key = server.credentials): string {
  const { username, password } = passFor(key, way);
  return `Proxy-Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}\r\n`;
}

const open = (): Promise<Socket> => {
  const { port, hostname } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = tcp({ port: Number(port), host: hostname, allowHalfOpen: true }, () => resolve(socket));
    socket.on('error', () => {});
  });
};

/** What comes until the other side ends, or until it matches. */
function said(socket: Socket, until?: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (until?.test(text)) done();
    };
    const done = () => {
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
    socket.once('end', done);
    socket.once('close', done);
  });
}

/** Asks for a tunnel. @returns the status line */
async function asked(target: string, headers = header()): Promise<{ line: string; socket: Socket }> {
  const socket = await open();
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${headers}\r\n`);
  const [line = ''] = (await said(socket, /\r\n\r\n/)).split('\r\n');
  return { line, socket };
}

async function statusOf(target: string, headers?: string): Promise<string> {
  const { line, socket } = await asked(target, headers);
  socket.destroy();
  return line.replace('HTTP/1.1 ', '');
}

const trusted = () => readFileSync(authorityCertificate(server.server.folder.proxy));

function secured(socket: Socket, servername: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = tls({ socket, servername, ca: trusted() }, () => resolve(secure));
    secure.once('error', reject);
  });
}

const request = (host: string) => `GET /_telar/health HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

describe('hosts of AWS', () => {
  it('are answered by this server, whatever name is asked for', async () => {
    for (const host of [
      'sts.us-east-1.amazonaws.com',
      'a.b.s3.eu-west-1.amazonaws.com',
      'new-service.xx-moon-9.amazonaws.com',
    ]) {
      const { line, socket } = await asked(`${host}:443`);
      expect(line).toBe('HTTP/1.1 200 Connection Established');
      const secure = await secured(socket, host);
      expect(secure.getProtocol()).toBe('TLSv1.3');
      secure.write(request(host));
      expect(await said(secure)).toContain(`"pid":${process.pid}`);
    }
  });

  it('are answered where the client speaks before it is told that it may', async () => {
    const host = 'sts.us-east-1.amazonaws.com';
    const socket = await open();
    // The hello of a client, as it would come in the same packet as the request.
    const hello = await helloFor(host);
    socket.write(Buffer.concat([Buffer.from(`CONNECT ${host}:443 HTTP/1.1\r\n${header()}\r\n`), hello]));
    const answer = await said(socket, /\r\n\r\n./s);
    expect(answer.split('\r\n\r\n')[0]).toBe('HTTP/1.1 200 Connection Established');
    expect(answer.split('\r\n\r\n')[1]?.charCodeAt(0)).toBe(HANDSHAKE);
    socket.destroy();
  });

  it('C1: are never passed on', async () => {
    for (const target of [
      'rds.us-east-1.amazonaws.com:5432',
      'amazonaws.com:443',
      's3.cn-north-1.amazonaws.com.cn:443',
      'sagemaker.us-east-1.api.aws:443',
      'x.lambda-url.us-east-1.on.aws:443',
      'sts.eusc-de-east-1.amazonaws.eu:443',
      'api.aws..:443',
    ]) {
      expect(await statusOf(target)).toMatch(
        /^403 Telar answers hosts below amazonaws\.com on port 443, and lets nothing/,
      );
    }
  });

  it('with dots at their end were tunnelled to', async () => {
    for (const dots of ['.', '..', '...']) {
      const { line, socket } = await asked(`sts.us-east-1.amazonaws.com${dots}:443`);
      expect(line).toBe('HTTP/1.1 200 Connection Established');
      const secure = await secured(socket, 'sts.us-east-1.amazonaws.com');
      expect(secure.getPeerX509Certificate()!.subjectAltName).toBe('DNS:sts.us-east-1.amazonaws.com');
      secure.destroy();
    }
  });

  it('are answered under a name of their own only: a page of another host is not', async () => {
    const host = 'sts.us-east-1.amazonaws.com';
    const { socket } = await asked(`${host}:443`);
    const secure = await secured(socket, host);
    secure.write(request('example.org'));
    expect(await said(secure)).toMatch(/^HTTP\/1.1 403/);
  });

  it('hold no second proxy', async () => {
    const host = 'sts.us-east-1.amazonaws.com';
    const { socket } = await asked(`${host}:443`);
    const secure = await secured(socket, host);
    secure.write(`CONNECT example.org:443 HTTP/1.1\r\n${header()}\r\n`);
    expect(await said(secure)).toMatch(/^HTTP\/1.1 400/);
  });
});

describe('C2: who may use it', () => {
  const target = 'sts.us-east-1.amazonaws.com:443';

  it('is who has an active key', async () => {
    const iam = new IAM(server.client);
    await iam.createUser({ UserName: 'anna' });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'anna' });
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    expect(await statusOf(target, header('direct', key))).toMatch(/^200/);
    await iam.updateAccessKey({ UserName: 'anna', AccessKeyId: key.accessKeyId, Status: 'Inactive' });
    expect(await statusOf(target, header('direct', key))).toMatch(/^407/);
  });

  it('is nobody else', async () => {
    const { accessKeyId } = server.credentials;
    for (const headers of [
      '',
      'Proxy-Authorization: Basic !\r\n',
      `Proxy-Authorization: Basic ${Buffer.from(`${accessKeyId}.direct:${'x'.repeat(43)}`).toString('base64')}\r\n`,
      header('direct', { accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey: 'x' }),
      header('direct', { accessKeyId, secretAccessKey: 'wrong' }),
    ]) {
      for (const host of [target, 'example.org:443']) {
        const { line, socket } = await asked(host, headers);
        socket.destroy();
        expect(line).toMatch(
          /^HTTP\/1.1 407 The proxy of Telar takes an active access key: evaluate 'telar env' again/,
        );
      }
    }
  });
});

describe('other hosts', () => {
  it('are refused offline, in words that clients show', async () => {
    expect(await statusOf('example.org:443', header('offline'))).toBe(
      '403 Telar is offline: example.org is not reached',
    );
    expect(await statusOf('sts.us-east-1.amazonaws.com:443', header('offline'))).toMatch(/^200/);
  });

  it('T1: are not this machine, by whatever name', async () => {
    const { port } = new URL(server.url);
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '127.9.9.9',
      '127.1',
      '2130706433',
      '0.0.0.0',
      '[::ffff:127.0.0.1]',
      '169.254.169.254',
      '[::ffff:169.254.169.254]',
      '[fd00:ec2::254]',
    ]) {
      expect(await statusOf(`${host}:${port}`)).toMatch(/^403 Telar lets no tunnel through to this machine/);
    }
  });

  it('may be named almost like those of AWS', async () => {
    expect(await statusOf('amazonaws.com.invalid:443')).toMatch(/^502/);
    expect(await statusOf('notamazonaws.com.invalid:443', header('offline'))).toMatch(/^403 Telar is offline/);
  });

  it('that do not exist are said not to', async () => {
    expect(await statusOf('nowhere.invalid:443')).toMatch(/^502 Telar does not reach nowhere\.invalid: /);
  });

  it('are reached, and each end may stop speaking before the other', async (context) => {
    const address = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
    if (address === undefined) context.skip('This machine has the loopback alone, and no tunnel leads there.');
    const far = createServer({ allowHalfOpen: true }, (socket) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('end', () => socket.end(`${text.length} bytes`));
    });
    const port = await listening(far, address);
    const { line, socket } = await asked(`${address}:${port}`);
    expect(line).toMatch(/200/);
    socket.end('x'.repeat(1_000_000));
    expect(await said(socket)).toBe('1000000 bytes');
    socket.destroy();
    far.close();
  });

  describe('behind another proxy', () => {
    let upstream: ForwardProxy;
    const far = createServer((socket) => socket.once('data', () => socket.end('the stand-in')));
    let way: Way;
    beforeAll(async () => {
      upstream = await forwardProxy(await listening(far));
      way = { upstream: rememberUpstream(server.server.folder.proxy, upstream.url) };
    });
    afterAll(async () => {
      await upstream.close();
      far.close();
    });

    it('are reached through it, with its password; those of AWS are not', async () => {
      const { line, socket } = await asked('stand-in.example:443', header(way));
      expect(line).toMatch(/200/);
      socket.write('who are you?');
      expect(await said(socket)).toBe('the stand-in');
      expect(await statusOf('sts.us-east-1.amazonaws.com:443', header(way))).toMatch(/^200/);
      expect(await statusOf('s3.api.aws:443', header(way))).toMatch(/^403/);
      expect(upstream.asked).toEqual(['stand-in.example:443 true']);
    });

    it('were cut off from a client that spoke on after they had stopped', async () => {
      let heard = '';
      const early = createServer({ allowHalfOpen: true }, (socket) => {
        socket.once('data', () => socket.end('no more from here'));
        socket.on('data', (chunk) => {
          heard += chunk.toString();
        });
      });
      const proxy = await forwardProxy(await listening(early));
      const { socket } = await asked(
        'stand-in.example:443',
        header({ upstream: rememberUpstream(server.server.folder.proxy, proxy.url) }),
      );
      socket.write('I am ');
      expect(await said(socket)).toBe('no more from here');
      for (const part of ['still ', 'speaking']) {
        socket.write(part);
        await pause(100);
      }
      socket.end();
      await expect.poll(() => heard).toBe('I am still speaking');
      await proxy.close();
      early.close();
    });

    it('are refused in its words', async () => {
      expect(await statusOf('other.example:443', header(way))).toMatch(
        /^502 Telar does not reach other\.example: the proxy 127\.0\.0\.1:\d+ answered 403 Not For You$/,
      );
    });

    it('are asked for with a password that is no good encoding, too', async () => {
      const odd = { upstream: rememberUpstream(server.server.folder.proxy, upstream.url.replace('w%3Ard', '100%')) };
      expect(await statusOf('stand-in.example:443', header(odd))).toMatch(/^502 .* answered 403 Not For You$/);
    });

    it('are not reached when it is gone, or was never named', async () => {
      const gone = { upstream: rememberUpstream(server.server.folder.proxy, 'http://127.0.0.1:1') };
      expect(await statusOf('stand-in.example:443', header(gone))).toMatch(/^502 .*ECONNREFUSED/);
      expect(await statusOf('stand-in.example:443', header({ upstream: 'f'.repeat(16) }))).toMatch(/^502 .*not known/);
    });
  });
});

describe('C3: clients of ill will', () => {
  it('get an answer, whatever they ask for', async () => {
    for (const target of [
      'example.org',
      'example.org:0',
      'example.org:99999',
      ':443',
      '/',
      'http://a/',
      'a b:443',
      '[::1',
      `${'a'.repeat(300)}:443`,
    ]) {
      expect(await statusOf(target)).toMatch(/^400/);
    }
    expect(await statusOf('example.org:443', `X: ${'y'.repeat(100_000)}\r\n`)).toMatch(/^4\d\d/);
  });

  it('cannot keep the server from closing: half-open, silent, in the midst of a handshake', async () => {
    const folder = mkdtempSync(`${tmpdir()}/telar-proxy-`);
    const own = await startTestServer({ folder });
    const { port } = new URL(own.url);
    const pass = header('direct', own.credentials);
    const sockets = [
      `CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1\r\n${pass}\r\n`,
      `CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1\r\n${pass}\r\n\x16\x03\x01`,
      'CONNECT sts.us-east-1.amazonaws.com:443 HTTP/1.1\r\n',
      'CONNECT example.org:443 HTTP/1.1\r\n\r\n',
    ].map((text) => {
      const socket = tcp({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => {});
      socket.write(text, 'latin1');
      return socket;
    });
    await pause(300);
    await own.close();
    for (const socket of sockets) socket.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  it('find no more than so many connections open', async () => {
    const proxy = await proxyAlone({ connections: 2 });
    expect([await proxy.ask(), await proxy.ask()]).toEqual(Array(2).fill('HTTP/1.1 200 Connection Established'));
    expect(await proxy.ask()).toBe('HTTP/1.1 503 Too many connections are open through the proxy of Telar');
    proxy.clients[0]!.destroy();
    await expect.poll(proxy.ask).toBe('HTTP/1.1 200 Connection Established');
    proxy.close();
  });

  it('are refused where no certificate can be made, and the server goes on', async () => {
    let now = Date.now();
    const proxy = await proxyAlone({}, () => now);
    now += 3 * 365 * 24 * 3600 * 1000;
    rmSync(proxy.folder, { recursive: true });
    expect(await proxy.ask()).toBe(
      'HTTP/1.1 500 Telar cannot make a certificate for sts.us-east-1.amazonaws.com: its log says why',
    );
    proxy.close();
  });

  it('have only so long to agree on TLS', async () => {
    const proxy = await proxyAlone({ handshake: 50 });
    await proxy.ask();
    const [client] = proxy.clients;
    client!.write(Uint8Array.of(HANDSHAKE, 3, 1));
    await new Promise((resolve) => client!.once('close', resolve));
    proxy.close();
  });
});

/** A proxy without a server, which would have other bounds. */
async function proxyAlone(limits: ProxyOptions['limits'], now: () => number = Date.now) {
  const folder = mkdtempSync(`${tmpdir()}/telar-proxy-`);
  const secret = server.credentials.secretAccessKey;
  const proxy = createProxy({
    ...{
      folder,
      limits: { ...limits },
      world: { ...systemWorld, log: silentLog, clock: { ...systemWorld.clock, now } },
    },
    credential: () => ({ secret, sessionToken: undefined, expires: undefined, principal: { kind: 'root' } as never }),
  });
  const listener = createServer((socket) => {
    const headers = { 'proxy-authorization': header().replace(/^[^:]*: |\r\n$/g, '') };
    const url = 'sts.us-east-1.amazonaws.com:443';
    proxy.connect({ headers, url } as never, socket, Buffer.alloc(0), { answer() {}, tunnels: true });
  });
  const port = await listening(listener);
  const clients: Socket[] = [];
  return {
    ...{ clients, folder },
    /** @returns the status line */
    async ask() {
      const socket = tcp(port, '127.0.0.1');
      clients.push(socket);
      return (await said(socket, /\r\n/)).split('\r\n')[0];
    },
    close() {
      proxy.close();
      for (const socket of clients) socket.destroy();
      listener.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The kind of TLS record that a server's hello is. */
const HANDSHAKE = 22;

/** What a client of TLS says first. */
async function helloFor(servername: string): Promise<Buffer> {
  const listener = createServer();
  const port = await listening(listener);
  try {
    return await new Promise<Buffer>((resolve) => {
      listener.once('connection', (socket) => socket.once('data', resolve));
      const socket = tls({ port, host: '127.0.0.1', servername });
      socket.on('error', () => {});
      setTimeout(() => socket.destroy(), 500);
    });
  } finally {
    listener.close();
  }
}
