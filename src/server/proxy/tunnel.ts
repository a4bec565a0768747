/**
 * Tunnels to hosts that are not AWS's: bytes go to and fro, unread.
 *
 * T1. No tunnel leads to this machine itself or to link-local addresses and AWS's like (a cloud's instance metadata), whatever name
 *     resolves to them: the address that is checked is the one that is connected to. Behind another proxy, that one resolves.
 * T2. Who does not answer in time, or is silent for too long, is let go.
 */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export type Target = { host: string; port: number };

const CONNECT_WITHIN = 30_000;
const SILENT_FOR = 3_600_000;

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('127.0.0.0', 8, 'ipv4');
FORBIDDEN.addSubnet('0.0.0.0', 8, 'ipv4');
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addAddress('::', 'ipv6');
FORBIDDEN.addAddress('::1', 'ipv6');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
/** Instance metadata, pod identities, Amazon's DNS and time, by IPv6. */
FORBIDDEN.addSubnet('fd00:ec2::', 32, 'ipv6');

/** Whether an error says that T1 forbids the address. */
export const isForbidden = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ERR_IP_BLOCKED' ||
  (error instanceof AggregateError && error.errors.some(isForbidden));

/**
 * Connects to a host, straight away or by another proxy.
 *
 * @throws what the system or the other proxy said
 */
export async function openTunnel(target: Target, upstream: URL | undefined): Promise<Socket> {
  return upstream === undefined ? openDirectly(target) : openThrough(upstream, target);
}

function openDirectly({ host, port }: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, blockList: FORBIDDEN, autoSelectFamily: true, allowHalfOpen: true });
    const late = setTimeout(() => socket.destroy(new Error('it does not answer')), CONNECT_WITHIN);
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(late));
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

function openThrough(upstream: URL, { host, port }: Target): Promise<Socket> {
  const { protocol, hostname, username, password } = upstream;
  const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const user = `${decoded(username)}:${decoded(password)}`;
  const authorization = { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` };
  return new Promise((resolve, reject) => {
    const asked = (protocol === 'https:' ? httpsRequest : httpRequest)({
      // Of the socket: a client may speak on when the other side has said all.
      ...{ method: 'CONNECT', path, agent: false, allowHalfOpen: true },
      host: hostname.replace(/^\[|\]$/g, ''),
      port: upstream.port || (protocol === 'https:' ? 443 : 80),
      headers: { host: path, ...(username && authorization) },
    });
    const late = setTimeout(() => asked.destroy(new Error('it does not answer')), CONNECT_WITHIN);
    for (const event of ['connect', 'close']) asked.once(event, () => clearTimeout(late));
    asked.on('error', (error) => reject(new Error(`the proxy ${upstream.host}: ${error.message}`)));
    asked.on('connect', ({ statusCode = 0, statusMessage }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        reject(new Error(`the proxy ${upstream.host} answered ${statusCode} ${statusMessage}`));
        return;
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket as Socket);
    });
    asked.end();
  });
}

/** A password may hold a percent sign that encodes nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Joins two ends until both have ended, one has failed, or nothing has been said for long. */
export function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.setTimeout(SILENT_FOR, () => from.destroy());
    from.on('error', () => to.destroy());
    // What has come already is still handed on.
    from.on('close', () => to.destroySoon());
    (from as Duplex).pipe(to);
  }
}
