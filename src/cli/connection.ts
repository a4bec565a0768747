/**
 * How to reach a server: its address, and keys to sign with. The data folder says both (`server.json`, `credentials.json`,
 * written by the server); --url with AWS's own environment variables reaches a server whose folder is elsewhere.
 */
import { readFileSync } from 'node:fs';
import type { DataFolder } from '../store/folder.ts';
import type { Context } from './context.ts';
import { failure, misuse } from './errors.ts';

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
export type Connection = { url: string; region: string; credentials: Credentials };
export type RunningServer = { url: string; pid: number };

const DEFAULT_REGION = 'us-east-1';

/** The server that runs on a data folder; undefined when there is none, or when what is written is of one that died. */
export function runningServer(data: DataFolder): RunningServer | undefined {
  const server = readJson<Partial<RunningServer>>(data.server);
  if (typeof server?.url !== 'string' || typeof server.pid !== 'number') return undefined;
  return isAlive(server.pid) ? { url: server.url, pid: server.pid } : undefined;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** @throws NoServer, NoCredentials */
export function connect({ data, url: given, environment }: Context): Connection {
  const url = given ?? runningServer(data)?.url;
  if (url === undefined) {
    throw failure(
      'NoServer',
      `No server runs on ${data.root}. Start one with 'telar up' ('telar up --detach' in the background), or name its data folder with --data.`,
    );
  }
  const stored = readJson<Credentials & { region?: string }>(data.credentials);
  if (stored?.accessKeyId && stored.secretAccessKey) {
    const { accessKeyId, secretAccessKey, region = DEFAULT_REGION } = stored;
    return { url: withoutSlash(url), region, credentials: { accessKeyId, secretAccessKey } };
  }
  const fromEnvironment = environmentCredentials(environment);
  if (fromEnvironment) {
    const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? DEFAULT_REGION;
    return { url: withoutSlash(url), region, credentials: fromEnvironment };
  }
  throw failure(
    'NoCredentials',
    `There are no keys for ${url}: ${data.credentials} is missing, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set. Name the server's data folder with --data, or set them.`,
  );
}

function environmentCredentials(environment: Context['environment']): Credentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = environment;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) };
}

function withoutSlash(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw misuse(`'${url}' is no address of a server: write it such as http://127.0.0.1:4566.`);
  }
  return url.replace(/\/+$/, '');
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
