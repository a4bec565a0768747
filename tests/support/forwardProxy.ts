/** A proxy of the kind that companies have, for tests: it takes CONNECT with a password, and knows a name that nobody else knows. */
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listening } from './tls.ts';

export type ForwardProxy = {
  /** With its user and password. */
  url: string;
  /** What was asked for, and whether it was granted. */
  asked: string[];
  close(): Promise<void>;
};

/** @param leadsTo the port of this machine that `stand-in.example:443` leads to; all else is forbidden */
export async function forwardProxy(leadsTo: number): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  const authorization = `Basic ${Buffer.from('me:w:rd').toString('base64')}`;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
  });
  server.on('connect', (request, socket, head) => {
    const granted = request.headers['proxy-authorization'] === authorization && request.url === 'stand-in.example:443';
    asked.push(`${request.url} ${granted}`);
    if (!granted) return void socket.end('HTTP/1.1 403 Not For You\r\n\r\n');
    const far = connect({ port: leadsTo, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    sockets.add(far);
    far.on('error', () => socket.destroy());
  });
  const port = await listening(server);
  return {
    url: `http://me:w%3Ard@127.0.0.1:${port}`,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
