/** POST Object: forms that a browser sends, signed by the policy in one of their fields. */
import { createHmac } from 'node:crypto';
import { IAM } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
});
afterAll(() => bench.close());

type Fields = Record<string, string>;
type Options = {
  fields?: Fields;
  conditions?: unknown[];
  expires?: number;
  file?: string | null;
  fileName?: string;
  version?: 2 | 4;
  /** What is changed once the policy is signed; undefined takes a field away. */
  change?: Record<string, string | undefined>;
  bucket?: string;
  /** Whose keys sign. @default the administrator's */
  keys?: { accessKeyId: string; secretAccessKey: string };
};

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** A form as a page would be given it: a policy that covers its fields, and the policy's signature. */
function formOf({ fields = {}, conditions = [], expires = 60_000, version = 4, change, keys }: Options): Fields {
  const { accessKeyId, secretAccessKey } = keys ?? bench.server.credentials;
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = date.slice(0, 8);
  const all: Fields = { key: 'posted', ...fields };
  if (version === 4) {
    all['x-amz-algorithm'] = 'AWS4-HMAC-SHA256';
    all['x-amz-credential'] = `${accessKeyId}/${day}/us-east-1/s3/aws4_request`;
    all['x-amz-date'] = date;
  }
  const covered = Object.entries(all).map(([name, value]) => ({ [name]: value }));
  const policy = {
    expiration: new Date(Date.now() + expires).toISOString(),
    conditions: [{ bucket: Bucket }, ...covered, ...conditions],
  };
  const encoded = Buffer.from(JSON.stringify(policy)).toString('base64');
  all['policy'] = encoded;
  if (version === 4) {
    const key = ['us-east-1', 's3', 'aws4_request'].reduce<Buffer>(hmac, hmac(`AWS4${secretAccessKey}`, day));
    all['x-amz-signature'] = hmac(key, encoded).toString('hex');
  } else {
    all['AWSAccessKeyId'] = accessKeyId;
    all['signature'] = createHmac('sha1', secretAccessKey).update(encoded).digest('base64');
  }
  const changed = Object.entries({ ...all, ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(changed);
}

async function post(options: Options = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(formOf(options))) form.set(name, value);
  const { file = 'content', fileName = 'data.csv' } = options;
  if (file !== null) form.set('file', new Blob([file]), fileName);
  const answer = await fetch(`${bench.server.url}/${options.bucket ?? Bucket}`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] };
}

describe('a form', () => {
  it.each([4, 2] as const)('signed by version %i becomes an object', async (version) => {
    const answer = await post({ version, fields: { 'Content-Type': 'text/csv', 'x-amz-meta-run': '7' } });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await bench.read(Bucket, 'posted')).toBe('content');
    const head = await bench.head(Bucket, 'posted');
    expect(head).toMatchObject({ ETag: answer.headers.get('etag'), ContentType: 'text/csv', Metadata: { run: '7' } });
  });
  it.each([0, 1, 70_000, 3_000_000])('of %i bytes is kept whole, whatever is in it', async (size) => {
    const file = '\r\n--'.repeat(size / 4).padEnd(size, 'x');
    expect((await post({ file })).status).toBe(204);
    expect(await bench.read(Bucket, 'posted')).toBe(file);
  });
  it('puts the file’s name into the key where that is wanted', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: S3's own placeholder
    const answer = await post({ fields: { key: 'from/${filename}' }, fileName: 'a "b" ñ.csv' });
    expect(answer.status).toBe(204);
    expect(await bench.read(Bucket, 'from/a %22b%22 ñ.csv')).toBe('content');
  });
  it.each([
    ['200', 200],
    ['201', 201],
    ['204', 204],
    ['404', 204],
  ])('asks for the status %s', async (success_action_status, status) => {
    const answer = await post({ fields: { success_action_status } });
    expect(answer.status).toBe(status);
    if (status === 201) expect(answer.text).toContain(`<Bucket>${Bucket}</Bucket><Key>posted</Key>`);
  });
  it('asks to be sent elsewhere afterwards', async () => {
    const answer = await post({ fields: { success_action_redirect: 'http://localhost:9/done?a=b' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(new RegExp(`^http://localhost:9/done\\?a=b&bucket=${Bucket}&key=posted&etag=%22`)),
    ]);
  });
  it.each<[string, unknown[], Fields, number]>([
    ['a beginning that holds', [['starts-with', '$key', 'pos']], {}, 204],
    ['a beginning that does not', [['starts-with', '$key', 'other']], {}, 403],
    ['any value', [['starts-with', '$x-amz-meta-a', '']], { 'x-amz-meta-a': '1' }, 204],
    ['an equality that holds', [['eq', '$key', 'posted']], {}, 204],
    ['an equality that does not', [['eq', '$key', 'other']], {}, 403],
    ['a length that fits', [['content-length-range', 1, 7]], {}, 204],
    ['a length that is shorter', [['content-length-range', 1, 6]], {}, 400],
    ['a length that is longer', [['content-length-range', 8, 10]], {}, 400],
    ['an operator that is none', [['like', '$key', 'p']], {}, 400],
    ['a field that is none', [['eq', 'key', 'posted']], {}, 400],
    ['two things in one', [{ a: '1', b: '2' }], {}, 400],
    ['a length that is none', [['content-length-range', 'a', 6]], {}, 400],
  ])('may demand %s', async (_what, conditions, fields, status) => {
    expect((await post({ conditions, fields })).status).toBe(status);
  });
});

describe('a form is refused', () => {
  it.each<[string, Options, string]>([
    ['once it has expired', { expires: -1000 }, 'AccessDenied'],
    ['with a field that its policy does not speak of', { change: { 'x-amz-meta-more': '1' } }, 'AccessDenied'],
    ['with another key than its policy’s', { change: { key: 'other' } }, 'AccessDenied'],
    ['with another signature', { change: { 'x-amz-signature': '0'.repeat(64) } }, 'SignatureDoesNotMatch'],
    ['with another signature of version 2', { version: 2, change: { signature: 'x' } }, 'SignatureDoesNotMatch'],
    [
      'of a key that is not known',
      { change: { 'x-amz-credential': 'AKIANOBODY/20260101/us-east-1/s3/aws4_request' } },
      'InvalidAccessKeyId',
    ],
    ['without a signature', { change: { 'x-amz-signature': undefined } }, 'AccessDenied'],
    ['without a policy', { change: { policy: undefined } }, 'AccessDenied'],
    ['without a key', { change: { key: undefined } }, 'AccessDenied'],
    ['without a file', { file: null }, 'InvalidArgument'],
    ['for another bucket than its policy’s', { bucket: 'other' }, 'AccessDenied'],
    [
      'with a field that would not be honoured',
      { fields: { 'x-amz-object-lock-mode': 'GOVERNANCE' } },
      'NotImplemented',
    ],
    ['with a public ACL', { fields: { acl: 'public-read' } }, 'AccessControlListNotSupported'],
    ['with very long fields', { fields: { 'x-amz-meta-a': 'x'.repeat(21_000) } }, 'MaxPostPreDataLengthExceededError'],
  ])('%s', async (_what, options, code) => {
    expect((await post({ ...options, fields: { key: 'refused', ...options.fields } })).code).toBe(code);
    expect(await refused(bench.read(Bucket, 'refused'))).toBe('NoSuchKey 404');
  });
  it.each([
    ['multipart/form-data', '', 'PreconditionFailed'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk',
      'MalformedPOSTRequest',
    ],
    ['multipart/form-data; boundary=b', '--b\r\n\r\n\r\nk\r\n--b--', 'MalformedPOSTRequest'],
    ['multipart/form-data; boundary=b', '--b--\r\n', 'InvalidArgument'],
    ['multipart/form-data; boundary=b', 'x'.repeat(50_000), 'MaxPostPreDataLengthExceededError'],
  ])('as %s with the body %.40s', async (type, body, code) => {
    const answer = await fetch(`${bench.server.url}/${Bucket}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  });
  it('on an object', async () => {
    const form = new FormData();
    form.set('file', 'x');
    const answer = await fetch(`${bench.server.url}/${Bucket}/k`, { method: 'POST', body: form });
    expect(answer.status).toBe(405);
  });
});

describe('who signed a form', () => {
  it('may put what their policies allow, and nothing else', async () => {
    const iam = new IAM(bench.server.client);
    const UserName = 'forms';
    await iam.createUser({ UserName });
    const allowed = { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${Bucket}/allowed/*` };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: allowed });
    await iam.putUserPolicy({ UserName, PolicyName: 'put', PolicyDocument });
    const { AccessKey } = await iam.createAccessKey({ UserName });
    const keys = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    expect((await post({ keys, fields: { key: 'allowed/k' } })).status).toBe(204);
    expect(await post({ keys, fields: { key: 'denied/k' } })).toMatchObject({ status: 403, code: 'AccessDenied' });
    await iam.updateAccessKey({ UserName, AccessKeyId: keys.accessKeyId, Status: 'Inactive' });
    expect((await post({ keys, fields: { key: 'allowed/k' } })).code).toBe('InvalidAccessKeyId');
    iam.destroy();
  });
});
