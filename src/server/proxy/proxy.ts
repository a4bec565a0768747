/**
 * The HTTPS proxy: what CONNECT asks for on the server's own port. A host of AWS is answered by this server, under a certificate
 * that its own authority signs; any other is tunnelled to, or refused.
 *
 * C1. Nothing reaches AWS: of its hosts, those below amazonaws.com are answered here on port 443, all others are refused.
 * C2. Only who has an active access key of this server uses it (pass.ts): the port is open to all users of this machine.
 * C3. A connection that is slow, broken or refused ends; only so many are open at a time; closing the server ends all.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { World } from '../../base/world.ts';
import type { Credential } from '../../protocol/chain.ts';
import { openAuthority } from './authority.ts';
import { INTERCEPTED_DOMAIN } from './certificates.ts';
import { isPassOf, readPass, upstreamOf, type Way } from './pass.ts';
import { isForbidden, join, openTunnel, type Target } from './tunnel.ts';

export type ProxyOptions = {
  /** Of the data folder. */
  folder: string;
  credential(accessKeyId: string): Credential | undefined;
  world: Pick<World, 'clock' | 'random' | 'log'>;
  /** Called when the authority has become another while the proxy was open. */
  renewed?: () => void;
  /** Connections open at a time, and milliseconds that a client may take to agree on TLS. @default 1000, 20 s */
  limits?: { connections?: number; handshake?: number };
};

export type HttpsProxy = {
  /** Takes a CONNECT request. */
  connect(request: IncomingMessage, socket: Socket, head: Buffer, from: Entrance): void;
  /** Ends all connections. */
  close(): void;
};

export type Entrance = {
  /** Serves HTTP on a connection to an AWS host. */
  answer(socket: Socket): void;
  /** Whether other hosts may be reached from there, whatever the pass says. */
  tunnels: boolean;
};

type Refusal = { status: number; says: string };

const CONNECTIONS = 1000;
const HANDSHAKE_WITHIN = 20_000;
const LINGER = 2000;

export function createProxy({ folder, credential, world, renewed, limits = {} }: ProxyOptions): HttpsProxy {
  const { clock, log } = world;
  const { connections = CONNECTIONS, handshake = HANDSHAKE_WITHIN } = limits;
  const authority = openAuthority(folder, world, { renewed });
  const open = new Set<Socket>();

  /** Which way a client's pass lets it go. */
  function admitted(request: IncomingMessage): Way | undefined {
    const pass = readPass(request.headers['proxy-authorization']);
    const found = pass && credential(pass.accessKeyId);
    if (!found || (found.expires !== undefined && found.expires <= clock.now())) return undefined;
    return isPassOf(pass, found.secret) ? pass.way : undefined;
  }

  async function tunnel(target: Target, way: Way, socket: Socket, head: Buffer): Promise<void> {
    const upstream = typeof way === 'object' ? await upstreamOf(folder, way.upstream) : undefined;
    if (typeof way === 'object' && !upstream) return refuse(socket, refusals.noUpstream());
    const far = await openTunnel(target, upstream).catch((error: Error) => error);
    if (far instanceof Error) {
      log('debug', 'proxy.unreachable', { host: target.host, message: far.message });
      return refuse(socket, isForbidden(far) ? refusals.thisMachine(target) : refusals.unreachable(target, far));
    }
    if (socket.destroyed) return void far.destroy();
    keep(far);
    if (head.length > 0) socket.unshift(head);
    socket.write(ESTABLISHED);
    join(socket, far);
  }

  function intercept(target: Target, socket: Socket, head: Buffer, answer: (socket: Socket) => void): void {
    let context: SecureContext;
    try {
      context = authority.contextFor(target.host);
    } catch (error) {
      // An authority that is to be renewed is written to the disk first.
      log('error', 'proxy.no-certificate', { host: target.host, message: (error as Error).message });
      return refuse(socket, refusals.noCertificate(target));
    }
    if (head.length > 0) socket.unshift(head);
    socket.write(ESTABLISHED);
    answer(secured(socket, context, handshake, failed(target)));
  }

  /** Most often a client that does not trust the authority: its variables are not set, or those of another data folder. */
  const failed =
    ({ host }: Target) =>
    ({ message }: Error) =>
      log('debug', 'proxy.handshake-failed', { host, message });

  function keep(socket: Socket): void {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  }

  return {
    connect(request, socket, head, { answer, tunnels }) {
      socket.on('error', () => socket.destroy());
      if (open.size >= connections) return refuse(socket, refusals.tooMany());
      keep(socket);
      const target = socket instanceof TLSSocket ? undefined : targetOf(request.url ?? '');
      if (!target) return refuse(socket, refusals.noTarget());
      const way = admitted(request);
      if (way === undefined) return refuse(socket, refusals.noPass(), 'Proxy-Authenticate: Basic realm="Telar"\r\n');
      if (isIntercepted(target)) return intercept(target, socket, head, answer);
      if (isOfAws(target.host)) return refuse(socket, refusals.notServed(target));
      if (way === 'offline' || !tunnels) return refuse(socket, refusals.offline(target));
      void tunnel(target, way, socket, head);
    },
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/** The connection as it is inside of TLS. */
function secured(
  socket: Socket,
  secureContext: SecureContext,
  within: number,
  failed: (error: Error) => void,
): TLSSocket {
  const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
  const late = setTimeout(() => secure.destroy(), within);
  for (const event of ['secure', 'close']) secure.once(event, () => clearTimeout(late));
  secure.once('error', failed);
  return secure;
}

/** @example targetOf('sts.us-east-1.amazonaws.com:443') // { host: 'sts.us-east-1.amazonaws.com', port: 443 } */
function targetOf(authority: string): Target | undefined {
  const [, name, address, digits] =
    /^(?:([a-z0-9_.-]{1,253})|\[([0-9a-f:.]{2,45})\]):(\d{1,5})$/i.exec(authority) ?? [];
  const host = (name ?? address)?.toLowerCase().replace(/\.+$/, '');
  const port = Number(digits);
  return host && port > 0 && port < 65_536 ? { host, port } : undefined;
}

const isIntercepted = ({ host, port }: Target) => port === 443 && host.endsWith(`.${INTERCEPTED_DOMAIN}`);

/** Where AWS's services answer, in all its partitions (botocore's partitions.json), and its functions' own addresses. */
const AWS_DOMAINS = [
  ...['amazonaws.com', 'amazonaws.com.cn', 'amazonaws.eu', 'api.aws', 'on.aws'],
  ...['api.amazonwebservices.com.cn', 'api.amazonwebservices.eu', 'c2s.ic.gov', 'sc2s.sgov.gov', 'csp.hci.ic.gov'],
  ...['cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk', 'api.aws.ic.gov', 'api.aws.scloud', 'api.aws.hci.ic.gov'],
];

const isOfAws = (host: string) => AWS_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));

const refusals = {
  tooMany: (): Refusal => ({ status: 503, says: 'Too many connections are open through the proxy of Telar' }),
  noTarget: (): Refusal => ({ status: 400, says: 'Telar takes CONNECT with a host and a port' }),
  noPass: (): Refusal => ({
    status: 407,
    says: "The proxy of Telar takes an active access key: evaluate 'telar env' again, or open a new 'telar shell'",
  }),
  notServed: ({ host, port }: Target): Refusal => ({
    status: 403,
    says: `Telar answers hosts below ${INTERCEPTED_DOMAIN} on port 443, and lets nothing through to ${host}:${port}, which is of AWS`,
  }),
  noCertificate: ({ host }: Target): Refusal => ({
    status: 500,
    says: `Telar cannot make a certificate for ${host}: its log says why`,
  }),
  offline: ({ host }: Target): Refusal => ({ status: 403, says: `Telar is offline: ${host} is not reached` }),
  thisMachine: ({ host }: Target): Refusal => ({
    status: 403,
    says: `Telar lets no tunnel through to this machine: name ${host} in NO_PROXY`,
  }),
  noUpstream: (): Refusal => ({
    status: 502,
    says: "The proxy behind Telar is not known any more: evaluate 'telar env' again",
  }),
  unreachable: ({ host }: Target, { message }: Error): Refusal => ({
    status: 502,
    says: `Telar does not reach ${host}: ${message}`,
  }),
};

/** In the status line, too: it is all that many clients show. */
function refuse(socket: Socket, { status, says }: Refusal, header = ''): void {
  const line = says.replaceAll(/[^\x20-\x7e]/g, ' ');
  const body = `${line}.\n`;
  const head = `HTTP/1.1 ${status} ${line}\r\n${header}Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body);
  // It may go on sending, or never end its half.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER).unref();
}
