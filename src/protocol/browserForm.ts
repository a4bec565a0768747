/**
 * S3's POST Object: a form that a browser sends, signed by the policy in one of its fields. It becomes a PutObject of whoever
 * signed, through the same dispatch as every other.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
import { createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { authErrors } from './authErrors.ts';
import { awsError, commonErrors } from './errors.ts';
import { type Form, readForm } from './formData.ts';
import { deriveSigningKey, hmacHex } from './hmac.ts';
import { checkPostPolicy, type LengthRange } from './postPolicy.ts';
import { s3Address } from './routes.ts';
import { sameText } from './sigv4.ts';
import { epochOf, type Signed } from './sigv4Parse.ts';
import { uriDecode } from './uri.ts';
import type { WireRequest, WireResponse } from './wire.ts';
import { escapeXml } from './xml.ts';

/** Whose key signed a form, and by which version when: at the beginning of the signing key's day where the form does not say. */
export type FormSigner = {
  accessKeyId: string;
  sessionToken: string | undefined;
  region: string;
  signature: Pick<Signed, 'version' | 'date'>;
};

export type PutForm = {
  /** The secret of a key; throws what refuses it. Undefined where authentication is off. */
  secretOf(signer: FormSigner): string | undefined;
  /** Runs the PutObject. */
  put(input: Record<string, unknown>, signer: FormSigner): Promise<{ ETag?: string; VersionId?: string }>;
  /** Milliseconds since the epoch. */
  now: number;
  requestId: string;
};

export function isBrowserForm({ method, headers }: Pick<WireRequest, 'method' | 'headers'>): boolean {
  return (
    method === 'POST' &&
    headers['x-amz-target'] === undefined &&
    (headers['content-type'] ?? '').toLowerCase().startsWith('multipart/form-data')
  );
}

/** Stands in a key for the name of the file that the browser sends. */
const FILENAME = /\$\{filename\}/g;

export async function answerForm(
  request: WireRequest,
  { secretOf, put, now, requestId }: PutForm,
): Promise<WireResponse> {
  const segments = s3Address(request.headers['host'] ?? '', request.path).split('/');
  const bucket = uriDecode(segments[1] ?? '') ?? '';
  if (bucket === '' || (segments[2] ?? '') !== '') {
    throw awsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
  }
  const { fields, file } = await readForm(request.headers['content-type'] ?? '', request.body as AsyncIterable<Buffer>);
  const signer = verified(fields, secretOf);
  const range = checkPostPolicy(fields.get('policy')!, new Map([...fields, ['bucket', bucket]]), now);
  const key = fields.get('key')?.replace(FILENAME, () => file.name.split(/[/\\]/).at(-1) ?? '');
  if (!key) {
    throw awsError(
      'InvalidArgument',
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
      400,
      { ArgumentName: 'key', ArgumentValue: '' },
    );
  }
  const Body = Readable.from(within(file.content, range));
  const made = await put({ Bucket: bucket, Key: key, Body, ...attributesOf(fields) }, signer);
  return answerOf(request, fields, { bucket, key, etag: made.ETag ?? '', version: made.VersionId }, requestId);
}

/** Who signed the policy, by version 4 or, as boto3 does by itself, version 2. @throws AccessDenied, SignatureDoesNotMatch */
function verified(fields: Form['fields'], secretOf: PutForm['secretOf']): FormSigner {
  const errors = authErrors('rest-xml');
  const policy = fields.get('policy');
  const given = fields.get('x-amz-signature') ?? fields.get('signature');
  if (policy === undefined || given === undefined) throw errors.missing();
  const sessionToken = fields.get('x-amz-security-token');
  const second = fields.get('awsaccesskeyid');
  if (second !== undefined) {
    const signature = { version: 2, date: '' } as const;
    const signer = { accessKeyId: second, sessionToken, region: 'us-east-1', signature };
    const secret = secretOf(signer);
    const expected = secret && createHmac('sha1', secret).update(policy).digest('base64');
    if (expected !== undefined && !sameText(expected, given)) throw errors.mismatch();
    return signer;
  }
  const credential = fields.get('x-amz-credential') ?? '';
  const [accessKeyId, day, region, service, end] = credential.split('/');
  if (!accessKeyId || !day || !region || service !== 's3' || end !== 'aws4_request') {
    throw errors.malformed('query', `The form field x-amz-credential is no credential scope: '${credential}'`);
  }
  const told = fields.get('x-amz-date') ?? '';
  const date = Number.isNaN(epochOf(told)) ? `${day}T000000Z` : told;
  const signer: FormSigner = { accessKeyId, sessionToken, region, signature: { version: 4, date } };
  const secret = secretOf(signer);
  const expected = secret && hmacHex(deriveSigningKey(secret, day, region, service), policy);
  if (expected !== undefined && !sameText(expected, given)) throw errors.mismatch();
  return signer;
}

/** Fields that are members of PutObject. */
const MEMBERS: Readonly<Record<string, string>> = {
  'cache-control': 'CacheControl',
  'content-type': 'ContentType',
  'content-disposition': 'ContentDisposition',
  'content-encoding': 'ContentEncoding',
  'content-language': 'ContentLanguage',
  acl: 'ACL',
  'x-amz-acl': 'ACL',
  'x-amz-storage-class': 'StorageClass',
  'x-amz-website-redirect-location': 'WebsiteRedirectLocation',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
};
const ABOUT_THE_FORM =
  /^(key|policy|bucket|submit|signature|awsaccesskeyid|redirect|success_action_(redirect|status)|x-ignore-.*|x-amz-(signature|credential|algorithm|date|security-token))$/;

/** @throws NotImplemented for a field that says what would not be done */
function attributesOf(fields: Form['fields']): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  const metadata: [string, string][] = [];
  for (const [name, value] of fields) {
    const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name] : undefined;
    if (member) members[member] = value;
    else if (name.startsWith('x-amz-meta-')) metadata.push([name.slice('x-amz-meta-'.length), value]);
    else if (!ABOUT_THE_FORM.test(name))
      throw commonErrors.refusedOperation('s3', 'PostObject', `the field '${name}' is not taken.`);
  }
  if (metadata.length > 0) members['Metadata'] = Object.fromEntries(metadata);
  return members;
}

async function* within(content: AsyncGenerator<Buffer>, range: LengthRange | undefined): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (range && size > range.most) {
      throw awsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
        MaxSizeAllowed: range.most,
      });
    }
    yield chunk;
  }
  if (range && size < range.least) {
    throw awsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
      ...{ ProposedSize: size, MinSizeAllowed: range.least },
    });
  }
}

type Made = { bucket: string; key: string; etag: string; version: string | undefined };

function answerOf(request: WireRequest, fields: Form['fields'], made: Made, requestId: string): WireResponse {
  const { bucket, key, etag, version } = made;
  const location = `http://${request.headers['host'] ?? ''}/${[bucket, ...key.split('/')].map(encodeURIComponent).join('/')}`;
  const headers = {
    ...{ etag, location, 'x-amz-request-id': requestId },
    ...(version === undefined ? {} : { 'x-amz-version-id': version }),
  };
  const redirect = fields.get('success_action_redirect') ?? fields.get('redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const to = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) to.searchParams.set(name, value);
    return { status: 303, headers: { ...headers, location: to.href }, body: undefined };
  }
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers, body: undefined };
  if (status !== '201') return { status: 204, headers, body: undefined };
  const members = { Location: location, Bucket: bucket, Key: key, ETag: etag };
  const inner = Object.entries(members).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${inner.join('')}</PostResponse>`;
  return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body };
}
