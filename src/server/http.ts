/**
 * The socket: node:http in front of the chain. It knows headers and streams, no service.
 *
 * W1. Only requests that name this machine (or AWS's own hosts, through the proxy) are answered, and only pages that this
 *     machine served may call it from a browser, or those that a bucket's CORS rules name: a rebound DNS name gets nowhere.
 * W2. A client that is slow, silent or gone costs a connection for a bounded time and never a hang.
 */
import { chmodSync, closeSync, mkdirSync, openSync, ReadStream, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { letGo } from '../base/letGo.ts';
import type { Log } from '../base/log.ts';
import { memo } from '../base/memo.ts';
import type { WireRequest, WireResponse } from '../protocol/wire.ts';
import { GATEWAY_SOCKET } from '../runner/network.ts';
import { isConsolePath } from './console/index.ts';
import type { HttpsProxy } from './proxy/proxy.ts';

export type HttpOptions = {
  handle(request: WireRequest): Promise<WireResponse>;
  /** Whether a page of a foreign origin may send the request. */
  admits(request: WireRequest): boolean;
  /** The certificate that lies at a path, by which messages of topics are signed. */
  certificateAt(path: string): string | undefined;
  host: string;
  port: number;
  /** Answers what is asked of the console by a browser. */
  console(request: WireRequest): Promise<WireResponse>;
  /** Takes CONNECT requests; none are taken without. */
  proxy?: HttpsProxy;
  log: Log;
  version: string;
};

/** What does not depend on where it listens. */
type ServeOptions = Omit<HttpOptions, 'host' | 'port'>;

export type HttpServer = { port: number; close(): Promise<void> };

const LOCAL_HOST = /^(?:(?:[a-z0-9.-]+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i;
const OWN = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
const SANDBOX = 'sandbox allow-scripts allow-forms allow-popups allow-downloads';
const OWN_OR_SNS = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|sns\.[a-z0-9-]+\.amazonaws\.com)$/i;
const AWS_HOST = /^[a-z0-9.-]+\.amazonaws\.com$/i;
/** How long a client may take over its headers, and over a whole request with its body. */
const HEADERS_WITHIN = 20_000;
const REQUEST_WITHIN = 3_600_000;
/** How much of an unwanted body is read, so that its sender gets to see the answer. */
const LINGER = { bytes: 4 * 1024 * 1024, milliseconds: 2000 };

/** Starts listening. @throws a sentence when the port is taken. */
export async function listen(options: HttpOptions): Promise<HttpServer> {
  const { proxy } = options;
  const server = makeServer(options);
  if (proxy) takeConnects(server, proxy, true);
  await bind(server, options.host, options.port);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async close() {
      const closed = closeServer(server);
      proxy?.close();
      await closed;
    },
  };
}

/** Answers the same on a Unix socket: for jobs that reach this server alone. @returns what closes it */
export async function listenOnSocket(options: ServeOptions, folder: string): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const path = join(folder, GATEWAY_SOCKET);
  rmSync(path, { force: true });
  const server = makeServer(options);
  if (options.proxy) takeConnects(server, options.proxy, false);
  // A socket's path may be about a hundred bytes long, and the data folder may lie deeper: its own descriptor is a short way there.
  const descriptor = openSync(folder, 'r');
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(`/proc/self/fd/${descriptor}/${GATEWAY_SOCKET}`, () => resolve());
    });
  } finally {
    closeSync(descriptor);
  }
  // Jobs have another user; everyone else is kept out by the data folder.
  chmodSync(path, 0o666);
  return () => closeServer(server);
}

function makeServer(options: ServeOptions): Server {
  const server = createServer({
    maxHeaderSize: 64 * 1024,
    requestTimeout: REQUEST_WITHIN,
    headersTimeout: HEADERS_WITHIN,
  });
  server.keepAliveTimeout = 65_000;
  server.on('request', (request, response) => void serve(options, request, response));
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

/** @param tunnels whether other hosts than AWS's may be reached from there */
function takeConnects(server: Server, proxy: HttpsProxy, tunnels: boolean): void {
  const answer = (socket: Socket) => void server.emit('connection', socket);
  server.on('connect', (request, socket, head) => proxy.connect(request, socket as Socket, head, { answer, tunnels }));
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    // What is under way gets a moment to be answered; then the sockets go.
    setTimeout(() => server.closeAllConnections(), 1000).unref();
  });
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        Object.assign(
          new Error(
            `Port ${port} on ${host} is taken by another program. Stop it, or choose another port with --port (0 takes any free one).`,
          ),
          { code: 'PortTaken' },
        ),
      );
    });
    server.listen(port, host, () => resolve());
  });
}

async function serve(options: ServeOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = request.url ?? '/';
    const wire = wireRequest(request, url);
    const refused = refusal(request, () => options.admits(wire));
    if (refused) return plain(response, 403, refused);
    if (url.startsWith('/_telar/')) return reserved(options, url, response);
    const certificate = certificateFor(options, request, url);
    if (certificate !== undefined) return pem(response, certificate);
    if (isForConsole(wire)) return await write(response, await options.console(wire));
    await write(response, sandboxed(wire, await options.handle(wire)));
  } catch (error) {
    options.log('debug', 'http.broken', { message: error instanceof Error ? error.message : String(error) });
    response.destroy();
  } finally {
    if (!request.complete) linger(request);
  }
}

function refusal(request: IncomingMessage, admits: () => boolean): string | undefined {
  const host = request.headers.host ?? '';
  if (!isOwnName(host)) return `This server answers to this machine's own names only, not to '${hostname(host)}'.`;
  const { origin } = request.headers;
  if (origin === undefined || origin === 'null') return undefined;
  const local = URL.canParse(origin) && LOCAL_HOST.test(new URL(origin).hostname);
  return local || admits() ? undefined : `Pages from ${origin} may not call this server.`;
}

/** Clients use few names. */
const isOwnName = memo(1000, (host) => LOCAL_HOST.test(hostname(host)) || AWS_HOST.test(hostname(host)));

function hostname(host: string): string {
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d*$/, '');
}

/** No bucket has a capital letter in its name; in a bucket that the host names, the path is a key. */
function certificateFor({ certificateAt }: ServeOptions, { method, headers }: IncomingMessage, url: string) {
  if (!url.startsWith('/SimpleNotificationService-') || method !== 'GET') return undefined;
  return OWN_OR_SNS.test(hostname(headers.host ?? '')) ? certificateAt(url) : undefined;
}

/** Clients of AWS sign what they send: S3 tells them that no bucket may be named so. In a bucket that the host names, the path is a key. */
const isForConsole = ({ path, headers }: WireRequest): boolean =>
  isConsolePath(path) && headers['authorization'] === undefined && OWN.test(hostname(headers['host'] ?? ''));

/** An object that is shown as a page has the console's origin by its address; so that it is not that in truth, it gets none at all. */
function sandboxed({ headers }: WireRequest, response: WireResponse): WireResponse {
  if (headers['sec-fetch-mode'] !== 'navigate') return response;
  return { ...response, headers: { ...response.headers, 'content-security-policy': SANDBOX } };
}

function pem(response: ServerResponse, certificate: string): void {
  response.writeHead(200, { 'content-type': 'application/x-pem-file' }).end(certificate);
}

function reserved(options: ServeOptions, url: string, response: ServerResponse): void {
  if (url !== '/_telar/health') return plain(response, 404, 'Nothing is served here.');
  const body = JSON.stringify({ status: 'ok', version: options.version, pid: process.pid });
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`);
}

function wireRequest(request: IncomingMessage, url: string): WireRequest {
  const mark = url.indexOf('?');
  // Of all headers a request may have, Node.js gives this one alone as a list.
  const { 'set-cookie': cookies } = request.headers;
  const headers = cookies ? { ...request.headers, 'set-cookie': cookies.join(',') } : request.headers;
  return {
    method: request.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? '' : url.slice(mark + 1),
    headers: headers as Record<string, string>,
    body: request,
    remoteAddress: request.socket.remoteAddress ?? '',
    isGone: () => request.socket.destroyed,
    whenGone(run) {
      request.socket.once('close', run);
      return () => void request.socket.off('close', run);
    },
  };
}

async function write(response: ServerResponse, { status, headers, body }: WireResponse): Promise<void> {
  if (response.destroyed) {
    if (body && typeof body === 'object' && 'destroy' in body) body.destroy();
    return;
  }
  if (!response.req.complete) response.shouldKeepAlive = false;
  if (body && typeof body === 'object' && 'pipe' in body) {
    response.writeHead(status, headers);
    await pipeline(body, body instanceof ReadStream ? freeing(response) : response);
  } else {
    // Node would find the length out itself, and take longer over it.
    if (body !== undefined) headers['content-length'] ??= String(Buffer.byteLength(body));
    response.writeHead(status, headers).end(body);
  }
}

/** Sends what a file's stream reads, which nobody else has: each piece's memory is free for the next as soon as it is sent. */
function freeing(response: ServerResponse): Writable {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      response.write(chunk, (error) => {
        letGo(chunk);
        done(error);
      });
    },
    final(done) {
      response.end(done);
    },
    destroy(error, done) {
      if (error) response.destroy(error);
      done(error);
    },
  });
  response.once('close', () => {
    if (!response.writableFinished)
      sink.destroy(new Error('The connection was lost before the whole answer was sent.'));
  });
  return sink;
}

/** Reads on for a moment where the body was not wanted: a socket closed in its face would lose the answer. */
function linger(request: IncomingMessage): void {
  let read = 0;
  const give = () => request.destroy();
  const timer = setTimeout(give, LINGER.milliseconds);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > LINGER.bytes) give();
  });
  request.on('close', () => clearTimeout(timer));
  request.on('error', () => {});
}
