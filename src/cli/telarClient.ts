/**
 * A client of the `telar` service: signed JSON, the way AWS's JSON 1.1 services are called, without loading an SDK. Types are
 * the service's own (src/services/telar/api.ts).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import { deriveSigningKey, hmacHex } from '../protocol/hmac.ts';
import type { TelarOutputs, TelarSchemas } from '../services/telar/api.ts';
import type { Connection } from './connection.ts';

type Operation = keyof TelarSchemas;
export type TelarClient = <Name extends Operation>(
  operation: Name,
  input: z.input<TelarSchemas[Name]>,
) => Promise<TelarOutputs[Name]>;

const SERVICE = 'telar';
const PATIENCE_MS = 30_000;

/**
 * @example const { Cache } = await telarClient(connection)('ExplainStep', { PipelineExecutionArn, StepName })
 * @throws errors named by their code, with the server's message
 */
export function telarClient(connection: Connection): TelarClient {
  return async <Name extends Operation>(operation: Name, input: object) => {
    const body = JSON.stringify(input);
    const headers = signed(connection, `Telar.${operation}`, body, new Date());
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${connection.url}/`, { method: 'POST', headers, body, signal });
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as TelarOutputs[Name];
    throw refusal(operation, response.status, text);
  };
}

function refusal(operation: string, status: number, text: string): Error {
  try {
    const { __type: name, message } = JSON.parse(text) as { __type?: string; message?: string };
    return Object.assign(new Error(message ?? text), { name: name ?? 'Unknown' });
  } catch {
    const first = text.trim().split('\n')[0] ?? '';
    return new Error(
      `telar:${operation} was answered with status ${status}: ${first.slice(0, 300)}. Is this a Telar server?`,
    );
  }
}

function signed(
  { url, region, credentials }: Connection,
  target: string,
  body: string,
  now: Date,
): Record<string, string> {
  const date = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  const token = credentials.sessionToken;
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host: new URL(url).host,
    'x-amz-date': date,
    ...(token && { 'x-amz-security-token': token }),
    'x-amz-target': target,
  };
  const names = Object.keys(headers).sort();
  const canonical = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const request = `POST\n/\n\n${canonical}\n${names.join(';')}\n${hash('sha256', body, 'hex')}`;
  const scope = `${day}/${region}/${SERVICE}/aws4_request`;
  const key = deriveSigningKey(credentials.secretAccessKey, day, region, SERVICE);
  const signature = hmacHex(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash('sha256', request, 'hex')}`);
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const { host: _host, ...sent } = headers;
  return { ...sent, authorization };
}
