/** A server as the recordings' tests saw AWS: operations by name, answers as they came over the wire. */
import type { Call, JsonObject, Resource } from './cases.ts';
import { isFunction, makeFunction } from './functions.ts';
import { isObject } from './json.ts';
import type { Place } from './normalise.ts';

/** The APIs that cases call by JSON, as they name them. */
const APIS: Readonly<Record<string, { signingName: string; target: string; version: '1.0' | '1.1' }>> = {
  stepfunctions: { signingName: 'states', target: 'AWSStepFunctions', version: '1.0' },
  sqs: { signingName: 'sqs', target: 'AmazonSQS', version: '1.0' },
  events: { signingName: 'events', target: 'AWSEvents', version: '1.1' },
  logs: { signingName: 'logs', target: 'Logs_20140328', version: '1.1' },
};

/** What makes the resources that cases need, by their type. */
const MAKERS: Readonly<Record<string, (url: string, place: Place, resource: Resource) => Promise<void>>> = {
  lambda: (url, place, resource) => makeFunction(url, signed(place, 'lambda'), place, resource),
  async 'events-rule'(url, place, { name, args: { EventPattern = {}, ...args } = {} }) {
    const params = { ...args, EventPattern: JSON.stringify(EventPattern) };
    const answer = await sent(url, place, { service: 'events', op: 'PutRule', params });
    if (!answer.ok) throw new Error(`The rule ${name} could not be made: ${await answer.text()}`);
  },
  async sqs(url, place, { name }) {
    const answer = await sent(url, place, { service: 'sqs', op: 'CreateQueue', params: { QueueName: name } });
    if (!answer.ok) throw new Error(`The queue ${name} could not be made: ${await answer.text()}`);
  },
  async s3(url, place, { name }) {
    const answer = await fetch(new URL(name, url), { method: 'PUT', headers: signedForS3(place) });
    if (!answer.ok) throw new Error(`The bucket ${name} could not be made: ${await answer.text()}`);
  },
  async sns(url, place, { name, attributes = {} }) {
    const made = await sendForm(url, place, 'CreateTopic', { Name: name, ...entries('Attributes', attributes) });
    if (made.error) throw new Error(`The topic ${name} could not be made: ${made.error.message}`);
  },
};

/** No operation, but what the recordings' tool did between two: it waited. */
export const isOfTool = ({ op }: Call): boolean => op.startsWith('_');
export const isCallable = ({ service, op }: Call): boolean =>
  service in APIS || service === 'sns' || (service === 's3' && op in OBJECTS);
export const isMakeable = (resource: Resource): boolean =>
  resource.type === 'lambda' ? isFunction(resource) : resource.type in MAKERS;

/** An answer, or a refusal, in boto3's shape. */
export type Answer = { status: number; body: JsonObject; error?: { code: string; message: string } };

export type Endpoint = {
  place: Place;
  send(call: Call): Promise<Answer>;
  make(resource: Resource): Promise<void>;
};

/** @param url a server with authentication off, which takes the region from a signature that it does not check */
export function endpointAt(url: string, place: Place): Endpoint {
  return {
    place,
    async send(call) {
      const { service, op, params } = call;
      if (service === 's3') {
        const object = new URL(`${String(params['Bucket'])}/${String(params['Key'])}`, url);
        return OBJECTS[op]!(object, place, params);
      }
      if (service === 'sns') return sendForm(url, place, op, params as Record<string, string>);
      const answer = await sent(url, place, call);
      const text = await answer.text();
      const body: unknown = JSON.parse(text || '{}');
      return answerOf(answer.status, isObject(body as JsonObject) ? (body as JsonObject) : {});
    },
    make: async (resource) => MAKERS[resource.type]!(url, place, resource),
  };
}

function sent(url: string, place: Place, { service, op, params }: Call): Promise<Response> {
  const { signingName, target, version } = APIS[service]!;
  return fetch(url, {
    method: 'POST',
    headers: {
      ...signed(place, signingName),
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': `${target}.${op}`,
    },
    body: JSON.stringify(params),
  });
}

/** SNS takes forms and gives XML, of which no case needs more than whether it was refused. */
async function sendForm(url: string, place: Place, op: string, params: Record<string, string>): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...signed(place, 'sns'), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action: op, Version: '2010-03-31', ...params }),
  });
  const text = await answer.text();
  const member = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  return answerOf(answer.status, answer.ok ? {} : { __type: member('Code'), message: member('Message') });
}

/** A map as a form has it. */
const entries = (name: string, map: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(map).flatMap(([key, value], nth) => [
      [`${name}.entry.${nth + 1}.key`, key],
      [`${name}.entry.${nth + 1}.value`, value],
    ]),
  );

/** S3 speaks no JSON: the operations on objects that cases have. */
const OBJECTS: Readonly<Record<string, (object: URL, place: Place, params: JsonObject) => Promise<Answer>>> = {
  async PutObject(object, place, { Body }) {
    // As boto3 says it of bytes.
    const headers = { ...signedForS3(place), 'content-type': 'binary/octet-stream' };
    const answer = await fetch(object, { method: 'PUT', headers, body: String(Body) });
    if (!answer.ok) throw new Error(`${object.pathname} could not be put: ${await answer.text()}`);
    return { status: answer.status, body: {} };
  },
  async GetObject(object, place) {
    const answer = await fetch(object, { headers: { ...signedForS3(place), 'x-amz-checksum-mode': 'ENABLED' } });
    const Body = await answer.text();
    const { headers } = answer;
    const told = Object.fromEntries(
      Object.entries(OBJECT_HEADERS).flatMap(([name, header]) => {
        const value = headers.get(header);
        return value === null ? [] : [[name, value]];
      }),
    );
    const LastModified = headers.has('last-modified') ? 'datetime' : 'none';
    const made = { Body, ...told, ContentLength: Number(headers.get('content-length')), LastModified, Metadata: {} };
    return answerOf(answer.status, made);
  },
};

/** As boto3 names them. */
const OBJECT_HEADERS = {
  AcceptRanges: 'accept-ranges',
  ChecksumCRC32: 'x-amz-checksum-crc32',
  ChecksumType: 'x-amz-checksum-type',
  ContentType: 'content-type',
  ETag: 'etag',
  ServerSideEncryption: 'x-amz-server-side-encryption',
};

/** Buckets lie in regions that there are. */
const signedForS3 = ({ account }: Place) => signed({ account, region: 'us-east-1' }, 's3');

const signed = ({ region }: Place, service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/${region}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
  'x-amz-date': '20260101T000000Z',
});

/** boto3 hands on a refusal as `Error`, with its message once more beside it. */
function answerOf(status: number, body: JsonObject): Answer {
  const metadata = { ResponseMetadata: { HTTPHeaders: {}, HTTPStatusCode: status } };
  if (status < 400) return { status, body: { ...body, ...metadata } };
  const code = String(body.__type ?? status)
    .split('#')
    .at(-1)!;
  const message = String(body.message ?? body.Message ?? '');
  const { __type, ...more } = body;
  return { status, error: { code, message }, body: { Error: { Code: code, Message: message }, ...more, ...metadata } };
}
