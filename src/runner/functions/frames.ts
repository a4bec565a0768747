/**
 * What a function's process and the server say to each other, over a Unix socket in the process's own folder.
 *
 * M1. A frame is the lengths of its head and its body (four bytes each, big endian), the head as JSON, the body as it is.
 * M2. What comes from a function's process is hostile: lengths are bounded before anything is kept, and what is no frame ends
 *     the worker.
 */
import type { Socket } from 'node:net';

/** To the process. */
export type Invocation = {
  requestId: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  /** As it was invoked: with the version or alias. */
  functionArn: string;
  clientContext?: object;
};

/** From the process: that the handler is there, that it could not be loaded, or what it answered. */
export type Told = {
  type: 'ready' | 'failed' | 'result' | 'error';
  requestId?: string;
  initMilliseconds?: number;
  /** The most that the process has held, in bytes. */
  memory?: number;
  /** It is about to end. */
  ends?: boolean;
};

/** Of an answer, in bytes: Lambda's 6 MB, and what it adds. */
const LONGEST_BODY = 6 * 1024 * 1024 + 100;
const LONGEST_HEAD = 4096;
const LENGTHS = 8;

export function sendFrame(socket: Socket, head: Invocation, body: Uint8Array): void {
  const text = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  socket.write(Buffer.concat([lengths, text, body]));
}

/** @param broken told once of what is no frame; nothing is taken afterwards */
export function receiveFrames(
  socket: Socket,
  take: (told: Told, body: Buffer) => void,
  broken: (why: string) => void,
): void {
  let pieces: Buffer[] = [];
  let have = 0;
  let need = LENGTHS;
  const listen = (piece: Buffer) => {
    pieces.push(piece);
    have += piece.length;
    while (have >= need) {
      const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      pieces = [whole];
      const [head, body] = [whole.readUInt32BE(0), whole.readUInt32BE(4)];
      if (head > LONGEST_HEAD || body > LONGEST_BODY) return stop(`a frame of ${head} and ${body} bytes`);
      need = LENGTHS + head + body;
      if (have < need) return;
      pieces = [whole.subarray(need)];
      have -= need;
      need = LENGTHS;
      const told = toldIn(whole.subarray(LENGTHS, LENGTHS + head));
      if (!told) return stop('a head that is none');
      take(told, whole.subarray(LENGTHS + head, LENGTHS + head + body));
    }
  };
  const stop = (why: string) => {
    socket.off('data', listen);
    pieces = [];
    broken(why);
  };
  socket.on('data', listen);
}

const TYPES = new Set(['ready', 'failed', 'result', 'error']);

function toldIn(bytes: Buffer): Told | undefined {
  try {
    const told = JSON.parse(bytes.toString()) as Told;
    return TYPES.has(told?.type) ? told : undefined;
  } catch {
    return undefined;
  }
}
