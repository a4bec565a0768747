/** A subscriber of a topic for a test: a real HTTP server, that keeps what it is sent and answers as it is told to. */
import { createVerify, X509Certificate } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Received = { method: string; headers: IncomingHttpHeaders; body: string; at: number };
type Answer = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

export type Subscriber = {
  url: string;
  received: Received[];
  /** What is done with each request from now on, once it has been read. */
  answers(answer: Answer): void;
  /** Resolves with so many requests, once they have come. */
  until(count: number): Promise<Received[]>;
  close(): Promise<void>;
};

export const ok: Answer = (_request, response) => void response.writeHead(200).end();
export const status =
  (code: number): Answer =>
  (_request, response) =>
    void response.writeHead(code).end();

export async function startSubscriber(): Promise<Subscriber> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let answer = ok;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ method: request.method ?? '', headers: request.headers, body, at: Date.now() });
      answer(request, response, received.length);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers(next) {
      answer = next;
    },
    async until(count) {
      while (received.length < count) await sleep(10);
      return received;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export type SnsMessage = Record<string, string> & { Type: string };
export const parsed = ({ body }: Received): SnsMessage => JSON.parse(body) as SnsMessage;

const SIGNED = ['Message', 'MessageId', 'SubscribeURL', 'Subject', 'Timestamp', 'Token', 'TopicArn', 'Type'];
const ALGORITHMS: Readonly<Record<string, string>> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' };

/**
 * Whether a message is SNS's, as AWS documents how to tell ("Verifying the signatures of Amazon SNS messages"): the certificate is
 * fetched from where the message says, and the signature is that of its members in alphabetical order.
 */
export async function isGenuine(message: SnsMessage): Promise<boolean> {
  const response = await fetch(message['SigningCertURL']!);
  if (response.status !== 200 || !new URL(message['SigningCertURL']!).pathname.endsWith('.pem')) return false;
  const certificate = new X509Certificate(await response.text());
  // A notification has neither of the two even where its sender adds them.
  const names = SIGNED.filter((name) => message.Type !== 'Notification' || !['SubscribeURL', 'Token'].includes(name));
  const text = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  const verify = createVerify(ALGORITHMS[message['SignatureVersion']!]!);
  return verify.update(text, 'utf8').verify(certificate.publicKey, message['Signature']!, 'base64');
}
