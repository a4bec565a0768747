/**
 * One POST to a subscriber, whoever that is.
 *
 * P1. An endpoint costs fifteen seconds at most, whatever it does: connects, and says nothing; begins an answer, and does not end it.
 * P2. Of an answer only the status counts: no redirect is followed, and no more than a little of it is read.
 * P3. Link-local addresses are not reached: a cloud's instance metadata is there.
 */

import { lookup } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { NotificationPorts, Post } from '../../services/notifications/index.ts';

const ANSWERS_WITHIN = 15_000;
/** Of an answer's body: so many bytes are read, that the connection may serve again. */
const READ_OF_ANSWER = 64 * 1024;
const KEPT_ALIVE_FOR = 4000;

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

function isLinkLocal(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && linkLocal.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

const refusal = (address: string) =>
  Object.assign(new Error(`Messages are not sent to the link-local address ${address}.`), { code: 'LinkLocal' });

/** Resolves names as usual, but not to link-local addresses (P3). */
const lookUp: LookupFunction = (hostname, options, done) => {
  lookup(hostname, options, (error, address, family) => {
    const all = Array.isArray(address) ? address.map((one) => one.address) : [address];
    const found = error ? undefined : all.find(isLinkLocal);
    if (found === undefined) done(error, address, family);
    else done(refusal(found), '', 0);
  });
};

/** @param within milliseconds for all of it */
export function createPost(within = ANSWERS_WITHIN): { post: NotificationPorts['post']; close(): void } {
  const options = { keepAlive: true, timeout: KEPT_ALIVE_FOR, maxFreeSockets: 64, lookup: lookUp };
  const http = new HttpAgent(options);
  const https = new HttpsAgent(options);

  const begin = (url: URL, headers: Record<string, string>): ClientRequest =>
    url.protocol === 'https:'
      ? httpsRequest(url, { method: 'POST', headers, agent: https })
      : httpRequest(url, { method: 'POST', headers, agent: http });

  return {
    post: (given, stopped) => post(begin, given, within, stopped),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

type Begin = (url: URL, headers: Record<string, string>) => ClientRequest;

async function post(begin: Begin, given: Post, within: number, stopped: AbortSignal): Promise<number> {
  const url = new URL(given.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isLinkLocal(host)) throw refusal(host);
  const timeout = AbortSignal.timeout(within);
  const over = AbortSignal.any([timeout, stopped]);
  const headers = { ...given.headers, 'content-length': String(Buffer.byteLength(given.body)) };
  try {
    return await attempt(() => begin(url, headers), given.body, over);
  } catch (error) {
    if (!timeout.aborted) throw error;
    throw Object.assign(new Error(`The endpoint did not answer within ${within / 1000} seconds.`), { code: 'Timeout' });
  }
}

/** Resolves with the status once the answer begins; what is left of it is read in the background, until `over`. */
function attempt(begin: () => ClientRequest, body: string, over: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = begin();
    const abort = () => void request.destroy(new Error('It was given up.'));
    if (over.aborted) abort();
    over.addEventListener('abort', abort, { once: true });
    request.on('error', (error) => {
      // The endpoint closed a connection that had served before, as this request was on its way: it was never read.
      const stale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET' && !over.aborted;
      if (stale) attempt(begin, body, over).then(resolve, reject);
      else reject(error);
    });
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      readOut(response);
    });
    request.on('close', () => {
      over.removeEventListener('abort', abort);
      // Of no effect once it is settled: an endpoint that asks for another protocol, say, gives neither answer nor error.
      if (!request.reusedSocket) reject(new Error('The endpoint closed the connection without an answer.'));
    });
    request.end(body);
  });
}

/** A little of an answer is read, that its connection may serve again (P2). */
function readOut(response: IncomingMessage): void {
  let read = 0;
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > READ_OF_ANSWER) response.destroy();
  });
}
