/**
 * A load of HTTP requests over plain sockets, made so that the client costs little beside the server: requests are bytes
 * prepared before the clock starts, and of an answer only what tells its end is read.
 *
 * L1. Each connection has one request under way; the next is sent when the answer is whole.
 * L2. An answer whose status is not the expected one ends the load with that answer's text.
 */
import { connect, type Socket } from 'node:net';

export type Load = {
  port: number;
  connections: number;
  /** How many requests in all. */
  count: number;
  /** The n-th request, as it goes over the wire. */
  request(index: number): Buffer | readonly Buffer[];
  /** @default 200 */
  status?: number;
};

/** How long it all took, and each request in the order of their ends. */
export type Loaded = { seconds: number; milliseconds: number[]; bytes: number };

export async function load({ port, connections, count, request, status = 200 }: Load): Promise<Loaded> {
  const milliseconds: number[] = [];
  let bytes = 0;
  let next = 0;
  const sockets = await Promise.all(Array.from({ length: Math.min(connections, count) }, () => opened(port)));
  const started = performance.now();
  try {
    await Promise.all(
      sockets.map((socket) => {
        const parts = () => {
          const index = next++;
          return index < count ? request(index) : undefined;
        };
        return converse(socket, parts, status, (took, size) => {
          milliseconds.push(took);
          bytes += size;
        });
      }),
    );
    return { seconds: (performance.now() - started) / 1000, milliseconds, bytes };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends and reads on one connection until there is no further request. */
function converse(
  socket: Socket,
  next: () => Buffer | readonly Buffer[] | undefined,
  status: number,
  done: (milliseconds: number, bytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    const answer = answerReader();
    const send = () => {
      const parts = next();
      if (parts === undefined) return resolve();
      sent = performance.now();
      if (Buffer.isBuffer(parts)) return void socket.write(parts);
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    };
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The server closed a connection while a request was under way.')));
    socket.on('data', (chunk: Buffer) => {
      const ended = answer.push(chunk);
      if (ended === undefined) return;
      if (ended.status !== status) return reject(new Error(`The server answered ${ended.status}: ${ended.text}`));
      done(performance.now() - sent, ended.bytes);
      send();
    });
    send();
  });
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n');

type Ended = { status: number; bytes: number; text: string };

/** Reads one answer after the other: by Content-Length, or in chunks. */
function answerReader(): { push(chunk: Buffer): Ended | undefined } {
  let head: Buffer = Buffer.alloc(0);
  let left = -1;
  let status = 0;
  let bytes = 0;
  let text = '';
  let chunked = false;
  return {
    push(chunk) {
      let body = chunk;
      if (left < 0 && !chunked) {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return undefined;
        const lines = head.toString('latin1', 0, end);
        status = Number(lines.slice(9, 12));
        const length = /\r\ncontent-length: *(\d+)/i.exec(lines)?.[1];
        chunked = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(lines);
        left = Number(length ?? 0);
        body = head.subarray(end + 4);
        head = Buffer.alloc(0);
        bytes = 0;
        text = '';
      }
      bytes += body.length;
      if (text.length < 600) text += body.toString('latin1', 0, 600);
      if (chunked ? !body.subarray(-5).equals(LAST_CHUNK) : bytes < left) return undefined;
      left = -1;
      chunked = false;
      return { status, bytes, text };
    },
  };
}

/** The value below which the given part of the samples lies. @example quantile(times, 0.99) */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
