import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createPost } from './post.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const never = new AbortController().signal;

function poster(within?: number) {
  const made = createPost(within);
  closing.push(made.close);
  return (url: string, stopped = never) => made.post({ url, headers: { 'x-one': '1' }, body: 'Hello' }, stopped);
}

/** @param answer what is done with a connection, below HTTP */
async function raw(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function web(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('an endpoint', () => {
  it('is sent the body with its length, and answers with a status', async () => {
    let seen: unknown;
    const url = await web((request, response) => {
      seen = [request.method, request.headers['content-length'], request.headers['x-one']];
      response.writeHead(204).end();
    });
    expect(await poster()(url)).toBe(204);
    expect(seen).toEqual(['POST', '5', '1']);
  });

  it.each([
    ['says nothing', () => {}],
    ['says half a line', (socket: Socket) => void socket.write('HTTP/1.1 2')],
    [
      'trickles headers',
      (socket: Socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('x: y\r\n'), 20);
        socket.on('close', () => clearInterval(timer));
      },
    ],
  ])('that %s is given up in time', async (_, answer) => {
    await expect(poster(150)(await raw(answer))).rejects.toMatchObject({
      ...{ code: 'Timeout', message: 'The endpoint did not answer within 0.15 seconds.' },
    });
  });

  it.each([
    ['hangs up', (socket: Socket) => socket.destroy()],
    ['speaks another protocol', (socket: Socket) => void socket.end('220 mail.example.com ESMTP\r\n')],
    [
      'asks for another protocol',
      (socket: Socket) => void socket.end('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
    [
      'sends headers without end',
      (socket: Socket) => void socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`),
    ],
  ])('that %s has not taken the message', async (_, answer) => {
    const post = poster(2000);
    await expect(post(await raw(answer))).rejects.toThrow(/./);
  });

  it('that answers without end has taken it, and costs its connection', async () => {
    let closed = false;
    const url = await web((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(20_000)), 1);
      response.on('close', () => {
        closed = true;
        clearInterval(timer);
      });
    });
    expect(await poster()(url)).toBe(200);
    while (!closed) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('is not followed elsewhere', async () => {
    let elsewhere = 0;
    const other = await web((_, response) => {
      elsewhere += 1;
      response.end();
    });
    const url = await web((_, response) => void response.writeHead(302, { location: other }).end());
    expect(await poster()(url)).toBe(302);
    expect(elsewhere).toBe(0);
  });

  it('that is not there is said to be so', () =>
    expect(poster()('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'ECONNREFUSED' }));
});

it.each(['http://169.254.169.254/latest/meta-data', 'http://[fe80::1]/', 'http://[::ffff:169.254.169.254]/'])(
  'nothing is sent to the link-local address of %s',
  (url) => expect(poster()(url)).rejects.toMatchObject({ code: 'LinkLocal' }),
);

it('a server that closes takes back what is on its way', async () => {
  const stopping = new AbortController();
  const posted = poster()(await raw(() => stopping.abort()), stopping.signal);
  await expect(posted).rejects.toThrow('It was given up.');
});
