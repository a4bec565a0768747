/**
 * Asks a model's container: /ping, /execution-parameters and /invocations, over the Unix socket of its job's folder; where it has
 * made none, at the port that it was told; and where nobody listens there, at 8080, if it is this job's container that does.
 *
 * C1. What lies in the job's folder was made by the job: only a socket itself is connected to, never through a link.
 * C2. An answer is bounded in length and in time, whatever the container does.
 */
import { closeSync, lstatSync, openSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { basename, dirname } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import { jobListensAt } from '../../../runner/listeners.ts';

export type Address = {
  socket: string;
  port: number;
  /** The job's folder. */
  root: string;
};

type Target = { socketPath: string } | { host: string; port: number };

export type Answer = { status: number; body: Buffer };

/** What a container prefers, where the request is silent. */
export type ExecutionParameters = {
  MaxConcurrentTransforms?: number;
  BatchStrategy?: 'SingleRecord' | 'MultiRecord';
  MaxPayloadInMB?: number;
};

export type ModelClient = {
  /** Whether the container answers that it is there. */
  ping(): Promise<boolean>;
  executionParameters(): Promise<ExecutionParameters>;
  /** Rejects with a sentence when there is no answer in time. */
  invoke(body: Buffer, headers: Readonly<Record<string, string>>, seconds: number): Promise<Answer>;
  close(): void;
};

/** Where a container listens that reads no variable. */
const FIXED_PORT = 8080;
const MEGABYTE = 1024 * 1024;
/** The longest answer to one request. */
const LONGEST_ANSWER = 100 * MEGABYTE;
const PING_SECONDS = 2;
/** A path in a socket's address has 108 bytes on Linux, its end included. */
const LONGEST_PATH = 100;

export function modelClient({ socket, port, root }: Address, clock: Clock, fixed = FIXED_PORT): ModelClient {
  const agent = new Agent({ keepAlive: true });
  let folder: number | undefined;
  /** Where the container was found. */
  let found: Target | undefined;

  /** Where a path is too long for an address, through the folder's descriptor. */
  function reachable(path: string): string {
    if (Buffer.byteLength(path) <= LONGEST_PATH || process.platform !== 'linux') return path;
    folder ??= openSync(dirname(path), 'r');
    return `/proc/self/fd/${folder}/${basename(path)}`;
  }

  /** A port that was found is the container's until the job ends. A socket is looked at each time (C1). */
  function target(): Target {
    if (found && 'port' in found) return found;
    const made = lstatSync(socket, { throwIfNoEntry: false });
    if (made?.isSocket()) return { socketPath: reachable(socket) };
    if (made) throw new Error(`${basename(socket)} in its folder is no socket`);
    return { host: '127.0.0.1', port: jobListensAt({ root }, fixed) ? fixed : port };
  }

  function ask(
    method: 'GET' | 'POST',
    path: string,
    { body, headers = {}, seconds }: { body?: Buffer; headers?: Readonly<Record<string, string>>; seconds: number },
    at = target(),
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body ? { 'Content-Length': String(body.length) } : {};
      const outgoing = request({ ...at, agent, method, path, headers: { ...headers, ...length } });
      const cancel = clock.at(clock.now() + seconds * 1000, () =>
        outgoing.destroy(new Error(`Model server did not respond to ${path} request within ${seconds} seconds`)),
      );
      outgoing.once('response', (incoming) => {
        collect(incoming).then(
          (answer) => {
            cancel();
            resolve(answer);
          },
          (error: Error) => {
            cancel();
            outgoing.destroy();
            reject(error);
          },
        );
      });
      outgoing.once('error', (error) => {
        cancel();
        reject(error);
      });
      outgoing.end(body);
    });
  }

  return {
    async ping() {
      try {
        const at = target();
        const { status } = await ask('GET', '/ping', { seconds: PING_SECONDS }, at);
        if (status === 200) found = at;
        return status === 200;
      } catch {
        return false;
      }
    },
    async executionParameters() {
      try {
        const { status, body } = await ask('GET', '/execution-parameters', { seconds: PING_SECONDS });
        return status === 200 ? readParameters(JSON.parse(body.toString())) : {};
      } catch {
        return {};
      }
    },
    invoke: async (body, headers, seconds) => ask('POST', '/invocations', { body, headers, seconds }),
    close() {
      agent.destroy();
      if (folder !== undefined) closeSync(folder);
    },
  };
}

async function collect(incoming: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    size += (part as Buffer).length;
    if (size > LONGEST_ANSWER) {
      throw new Error(`The model's answer to one request is longer than ${LONGEST_ANSWER / MEGABYTE} MB`);
    }
    parts.push(part as Buffer);
  }
  return { status: incoming.statusCode ?? 0, body: Buffer.concat(parts) };
}

/** Of a document that any container may have written: what is sensible in it. */
function readParameters(document: unknown): ExecutionParameters {
  if (typeof document !== 'object' || document === null) return {};
  const {
    MaxConcurrentTransforms: concurrent,
    BatchStrategy: named,
    MaxPayloadInMB: payload,
  } = document as Record<string, unknown>;
  const strategy = String(named).replace('_', '').toLowerCase();
  return {
    ...(whole(concurrent) && { MaxConcurrentTransforms: concurrent }),
    ...(whole(payload) && { MaxPayloadInMB: payload }),
    ...(strategy === 'singlerecord' && { BatchStrategy: 'SingleRecord' }),
    ...(strategy === 'multirecord' && { BatchStrategy: 'MultiRecord' }),
  };
}

const whole = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 100;
