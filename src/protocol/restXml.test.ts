import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as s3 from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from './checksums.ts';
import { codecOf } from './codecs.ts';
import { awsError, isAwsError } from './errors.ts';
import { defineApi } from './models.ts';
import { openPayload, type Payload } from './payload.ts';
import { findRoute, s3Address } from './routes.ts';
import { answerOf, operationOf, requestOf } from './testing.ts';
import { parseXml } from './xml.ts';

const api = defineApi({
  name: 's3',
  signingNames: ['s3'],
  protocol: 'rest-xml',
  version: '2006-03-01',
  xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  sdk: () => s3,
});
const codec = codecOf(api);
const of = { client: s3.S3Client, options: { forcePathStyle: true } };

/** What the chain does: finds the operation, opens the stream, decodes. */
async function received(command: unknown, options = of): Promise<{ name: string; input: Record<string, unknown> }> {
  const request = await requestOf(options, command);
  const path = s3Address(request.headers['host'] ?? '', request.path);
  const route = findRoute(api, request.method, path, request.query, request.headers);
  if (!route) throw new Error(`${request.method} ${request.path}?${request.query} names nothing`);
  const { operation, params } = route;
  const streams = operation.streamingInput !== undefined;
  const body = streams
    ? openPayload({ headers: request.headers, body: Readable.from([request.body]) }, undefined, undefined)
    : request.body;
  const input = codec.decode(operation, { ...request, params, body }) as Record<string, unknown>;
  if (streams) input['Body'] = (await buffer((input['Body'] as Payload).content as Readable)).toString();
  return { name: operation.name, input };
}

const bucketAndKey = { Bucket: 'bucket', Key: "a key/ñ+(x)'//y/" };

describe('requests of the official client', () => {
  const until = new Date(1_795_248_000_000);
  const cases: [string, object, object][] = [
    ['ListBuckets', new s3.ListBucketsCommand({}), {}],
    ['CreateBucket', new s3.CreateBucketCommand({ Bucket: 'bucket' }), { Bucket: 'bucket' }],
    [
      'CreateBucket',
      new s3.CreateBucketCommand({ Bucket: 'bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
      { Bucket: 'bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } },
    ],
    ['HeadBucket', new s3.HeadBucketCommand({ Bucket: 'bucket' }), { Bucket: 'bucket' }],
    [
      'ListObjectsV2',
      new s3.ListObjectsV2Command({ Bucket: 'bucket', Prefix: 'a b/', Delimiter: '/', MaxKeys: 7, FetchOwner: true }),
      { Bucket: 'bucket', Prefix: 'a b/', Delimiter: '/', MaxKeys: 7, FetchOwner: true },
    ],
    ['ListObjects', new s3.ListObjectsCommand({ Bucket: 'bucket' }), { Bucket: 'bucket' }],
    [
      'GetObject',
      new s3.GetObjectCommand({ ...bucketAndKey, Range: 'bytes=0-9', IfModifiedSince: until, VersionId: 'v 1' }),
      { ...bucketAndKey, Range: 'bytes=0-9', IfModifiedSince: until, VersionId: 'v 1', ChecksumMode: 'ENABLED' },
    ],
    ['HeadObject', new s3.HeadObjectCommand(bucketAndKey), bucketAndKey],
    ['DeleteObject', new s3.DeleteObjectCommand(bucketAndKey), bucketAndKey],
    [
      'CopyObject',
      new s3.CopyObjectCommand({ ...bucketAndKey, CopySource: '/b/k%20x' }),
      { ...bucketAndKey, CopySource: '/b/k%20x' },
    ],
    [
      'CreateMultipartUpload',
      new s3.CreateMultipartUploadCommand({ ...bucketAndKey, Metadata: { a: 'b' }, ContentType: 'text/csv' }),
      { ...bucketAndKey, Metadata: { a: 'b' }, ContentType: 'text/csv' },
    ],
    [
      'CompleteMultipartUpload',
      new s3.CompleteMultipartUploadCommand({
        ...bucketAndKey,
        UploadId: 'u',
        ChecksumCRC32: 'AAAAAA==-2',
        MultipartUpload: {
          Parts: [
            { ETag: '"a"', PartNumber: 1 },
            { ETag: '"b"', PartNumber: 2 },
          ],
        },
      }),
      {
        ...bucketAndKey,
        UploadId: 'u',
        ChecksumCRC32: 'AAAAAA==-2',
        MultipartUpload: {
          Parts: [
            { ETag: '"a"', PartNumber: 1 },
            { ETag: '"b"', PartNumber: 2 },
          ],
        },
      },
    ],
    [
      'AbortMultipartUpload',
      new s3.AbortMultipartUploadCommand({ ...bucketAndKey, UploadId: 'u' }),
      { ...bucketAndKey, UploadId: 'u' },
    ],
    ['ListParts', new s3.ListPartsCommand({ ...bucketAndKey, UploadId: 'u' }), { ...bucketAndKey, UploadId: 'u' }],
    ['ListMultipartUploads', new s3.ListMultipartUploadsCommand({ Bucket: 'bucket' }), { Bucket: 'bucket' }],
    [
      'DeleteObjects',
      new s3.DeleteObjectsCommand({
        Bucket: 'bucket',
        Delete: { Objects: [{ Key: ' x\r\n<&' }, { Key: 'y' }], Quiet: true },
      }),
      { Bucket: 'bucket', Delete: { Objects: [{ Key: ' x\r\n<&' }, { Key: 'y' }], Quiet: true } },
    ],
    [
      'PutBucketPolicy',
      new s3.PutBucketPolicyCommand({ Bucket: 'bucket', Policy: '{"a":"ñ"}' }),
      { Bucket: 'bucket', Policy: '{"a":"ñ"}' },
    ],
    [
      'GetObjectAttributes',
      new s3.GetObjectAttributesCommand({ ...bucketAndKey, ObjectAttributes: ['ETag', 'ObjectSize'] }),
      { ...bucketAndKey, ObjectAttributes: ['ETag', 'ObjectSize'] },
    ],
    [
      'PutObjectRetention',
      new s3.PutObjectRetentionCommand({ ...bucketAndKey, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: until } }),
      { ...bucketAndKey, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: until } },
    ],
    [
      'PutBucketAcl',
      new s3.PutBucketAclCommand({
        Bucket: 'bucket',
        AccessControlPolicy: { Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'i' }, Permission: 'READ' }] },
      }),
      {
        Bucket: 'bucket',
        AccessControlPolicy: { Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'i' }, Permission: 'READ' }] },
      },
    ],
    ['GetBucketLocation', new s3.GetBucketLocationCommand({ Bucket: 'bucket' }), { Bucket: 'bucket' }],
    [
      'GetBucketAnalyticsConfiguration',
      new s3.GetBucketAnalyticsConfigurationCommand({ Bucket: 'bucket', Id: 'i' }),
      { Bucket: 'bucket', Id: 'i' },
    ],
    [
      'ListBucketAnalyticsConfigurations',
      new s3.ListBucketAnalyticsConfigurationsCommand({ Bucket: 'bucket' }),
      { Bucket: 'bucket' },
    ],
  ];
  it.each(cases)('%s', async (name, command, input) => {
    const request = await received(command);
    expect(request.name).toBe(name);
    expect(request.input).toMatchObject(input);
  });

  it('PutObject streams its body, with the checksum that the client adds', async () => {
    const { name, input } = await received(
      new s3.PutObjectCommand({ ...bucketAndKey, Body: 'hello', Metadata: { Owner: 'me' }, ContentType: 'text/plain' }),
    );
    expect(name).toBe('PutObject');
    expect(input).toEqual({
      ...bucketAndKey,
      Body: 'hello',
      ContentLength: 5,
      ContentType: 'text/plain',
      Metadata: { owner: 'me' },
      ChecksumAlgorithm: 'CRC32',
      ChecksumCRC32: digestOf('CRC32', Buffer.from('hello')),
    });
  });

  it('PutObject of a stream arrives in chunks with a trailer, and is unframed', async () => {
    const Body = Readable.from([Buffer.from('hel'), Buffer.from('lo')]);
    const { input } = await received(
      new s3.PutObjectCommand({ ...bucketAndKey, Body, ContentLength: 5, ContentEncoding: 'gzip' }),
    );
    expect(input).toMatchObject({ Body: 'hello', ContentEncoding: 'gzip' });
    const plain = await received(
      new s3.PutObjectCommand({ ...bucketAndKey, Body: Readable.from(['x']), ContentLength: 1 }),
    );
    expect(plain.input).not.toHaveProperty('ContentEncoding');
  });

  it('UploadPart is told from PutObject', async () => {
    const { name, input } = await received(
      new s3.UploadPartCommand({ ...bucketAndKey, UploadId: 'u', PartNumber: 3, Body: 'x' }),
    );
    expect(name).toBe('UploadPart');
    expect(input).toMatchObject({ UploadId: 'u', PartNumber: 3, Body: 'x' });
    expect(
      (
        await received(
          new s3.UploadPartCopyCommand({ ...bucketAndKey, UploadId: 'u', PartNumber: 3, CopySource: 'b/k' }),
        )
      ).name,
    ).toBe('UploadPartCopy');
  });

  it('virtual-hosted addresses name the same', async () => {
    for (const endpoint of [
      'http://s3.localhost:4566',
      'http://localhost:4566',
      'https://s3.eu-west-1.amazonaws.com',
    ]) {
      const options = { ...of, options: { forcePathStyle: false, endpoint } };
      expect(await received(new s3.HeadObjectCommand(bucketAndKey), options)).toMatchObject({
        name: 'HeadObject',
        input: bucketAndKey,
      });
    }
  });

  it('every operation of the model has its route', async () => {
    for (const { name, http, input } of api.operations.values()) {
      if (!http) throw new Error(`${name} has no http trait`);
      const required = input()
        .members()
        .filter((member) => member.required);
      const [path = '', literal = ''] = http.uri.split('?');
      const query = [
        literal,
        ...required.flatMap(({ traits }) => (traits.httpQuery ? `${traits.httpQuery}=1` : [])),
      ].join('&');
      const headers = Object.fromEntries(
        required.flatMap(({ traits }) => (traits.httpHeader ? [[traits.httpHeader.toLowerCase(), '1']] : [])),
      );
      expect(findRoute(api, http.method, path.replace(/[{}+]/g, ''), query, headers)?.operation.name).toBe(name);
    }
  });
});

describe('answers to the official client', () => {
  it('ListObjectsV2 parses back', async () => {
    const output = {
      Name: 'bucket',
      Prefix: '',
      KeyCount: 2,
      MaxKeys: 1000,
      IsTruncated: false,
      Contents: [
        {
          Key: 'a&b<c>.csv',
          Size: 3,
          LastModified: new Date(1_795_248_000_123),
          ETag: '"x"',
          ChecksumAlgorithm: ['CRC32'],
          StorageClass: 'STANDARD',
        },
        { Key: ' ñ ', Size: 5_000_000_000, LastModified: new Date(0), ETag: '"y-2"' },
      ],
      CommonPrefixes: [{ Prefix: 'p/' }],
    };
    const answer = codec.encode(operationOf(api, 'ListObjectsV2'), output, 'id');
    expect(answer.body).toContain('<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">');
    expect(await answerOf(of, new s3.ListObjectsV2Command({ Bucket: 'bucket' }), answer)).toMatchObject(output);
  });

  it('GetObject streams, its properties in headers', async () => {
    const output = {
      Body: Readable.from([Buffer.from('hel'), Buffer.from('lo')]),
      ContentLength: 5,
      ContentType: 'text/plain',
      ContentRange: 'bytes 0-4/10',
      ETag: '"e"',
      LastModified: new Date(1_795_248_000_000),
      Metadata: { owner: 'me' },
      AcceptRanges: 'bytes',
    };
    const answer = codec.encode(operationOf(api, 'GetObject'), output, 'id');
    expect(answer).toMatchObject({
      status: 206,
      headers: { 'content-length': '5', 'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT' },
    });
    const parsed = (await answerOf(of, new s3.GetObjectCommand(bucketAndKey), answer)) as s3.GetObjectCommandOutput;
    expect(await parsed.Body?.transformToString()).toBe('hello');
    const { Body: _, ...rest } = output;
    expect(parsed).toMatchObject(rest);
  });

  it.each([
    [
      'CreateMultipartUpload',
      { Bucket: 'b', Key: 'k', UploadId: 'u' },
      new s3.CreateMultipartUploadCommand(bucketAndKey),
    ],
    [
      'CompleteMultipartUpload',
      { Location: 'http://l', Bucket: 'b', Key: 'k', ETag: '"e-2"' },
      new s3.CompleteMultipartUploadCommand({ ...bucketAndKey, UploadId: 'u' }),
    ],
    [
      'CopyObject',
      { CopyObjectResult: { ETag: '"e"', LastModified: new Date(0) }, VersionId: 'v' },
      new s3.CopyObjectCommand({ ...bucketAndKey, CopySource: 'a/b' }),
    ],
    ['PutObject', { ETag: '"e"', ChecksumCRC32: 'AAAAAA==' }, new s3.PutObjectCommand({ ...bucketAndKey, Body: 'x' })],
    [
      'DeleteObjects',
      { Deleted: [{ Key: 'x' }], Errors: [{ Key: 'y', Code: 'AccessDenied', Message: 'm' }] },
      new s3.DeleteObjectsCommand({ Bucket: 'b', Delete: { Objects: [{ Key: 'x' }] } }),
    ],
    [
      'ListBuckets',
      { Buckets: [{ Name: 'b', CreationDate: new Date(0) }], Owner: { ID: 'o' } },
      new s3.ListBucketsCommand({}),
    ],
    ['GetBucketLocation', { LocationConstraint: 'eu-west-1' }, new s3.GetBucketLocationCommand({ Bucket: 'b' })],
    [
      'GetBucketAcl',
      { Owner: { ID: 'o' }, Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'i' }, Permission: 'READ' }] },
      new s3.GetBucketAclCommand({ Bucket: 'b' }),
    ],
    ['GetBucketPolicy', { Policy: '{"a":1}' }, new s3.GetBucketPolicyCommand({ Bucket: 'b' })],
    [
      'ListParts',
      { Parts: [{ PartNumber: 1, Size: 5, ETag: '"p"' }], UploadId: 'u', IsTruncated: false },
      new s3.ListPartsCommand({ ...bucketAndKey, UploadId: 'u' }),
    ],
  ] as [string, object, unknown][])('%s parses back', async (name, output, command) => {
    expect(await answerOf(of, command, codec.encode(operationOf(api, name), output, 'id'))).toMatchObject(output);
  });

  it('errors are typed, name the resource, and have no body for HEAD', async () => {
    const error = awsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: 'a<b' });
    const answer = codec.encodeError(error, 'id-1', { method: 'GET', path: '/b/a%3Cb' });
    expect(answer.body).toContain(
      '<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Resource>/b/a%3Cb</Resource><Key>a&lt;b</Key><RequestId>id-1',
    );
    await expect(answerOf(of, new s3.GetObjectCommand(bucketAndKey), answer)).rejects.toBeInstanceOf(s3.NoSuchKey);
    const head = codec.encodeError(error, 'id-1', { method: 'HEAD', path: '/b/k' });
    expect(head.body).toBeUndefined();
    await expect(answerOf(of, new s3.HeadObjectCommand(bucketAndKey), head)).rejects.toBeInstanceOf(s3.NotFound);
    expect(
      codec.encodeError(awsError('NotModified', 'x', 304), 'id', { method: 'GET', path: '/' }).body,
    ).toBeUndefined();
  });

  it('header values cannot break the answer', () => {
    const { headers } = codec.encode(operationOf(api, 'GetObject'), { Metadata: { k: 'a\r\nb: ü €' } }, 'id');
    expect(headers['x-amz-meta-k']).toBe(Buffer.from('a  b: ü €').toString('latin1'));
  });
});

describe('bad input', () => {
  const route = (method: string, path: string, query = '', headers = {}) =>
    findRoute(api, method, path, query, headers);
  const decode = (name: string, body: string, query = '', headers = {}) =>
    codec.decode(operationOf(api, name), {
      method: 'POST',
      path: '/',
      query,
      headers,
      params: { Bucket: 'b', Key: 'k' },
      body: Buffer.from(body),
    });

  it('paths that name nothing have no route; broken escapes are refused', () => {
    expect(route('PATCH', '/b/k')).toBeUndefined();
    expect(route('POST', '/b/k')).toBeUndefined();
    expect(() => route('GET', '/b/%zz')).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });

  it('keys keep their slashes', () => {
    expect(route('GET', '/b/')?.operation.name).toBe('ListObjects');
    expect(
      ['/b//', '/b//k', '/b/k/', '/b/k//', '/b/../k', '/b/a%2Fb'].map((path) => route('GET', path)?.params['Key']),
    ).toEqual(['/', '/k', 'k/', 'k//', '../k', 'a/b']);
  });

  it.each([
    ['127.0.0.1:4566', '/b/k', '/b/k'],
    ['localhost:4566', '/b', '/b'],
    ['s3.localhost', '/b', '/b'],
    ['s3.eu-west-1.amazonaws.com', '/b', '/b'],
    ['my.bucket.s3.eu-west-1.amazonaws.com', '/k', '/my.bucket/k'],
    ['b.s3-eu-west-1.amazonaws.com', '/k', '/b/k'],
    ['b.s3.amazonaws.com', '/', '/b/'],
    ['B.localhost:80', '/k', '/b/k'],
    ['telar.example', '/b', '/b'],
    ['[::1]:4566', '/b', '/b'],
  ])('%s %s is %s', (host, path, expected) => {
    expect(s3Address(host, path)).toBe(expected);
  });

  it('query values of the wrong type are named', () => {
    expect(() => decode('ListObjectsV2', '', 'max-keys=many')).toThrow(
      expect.objectContaining({
        code: 'InvalidArgument',
        message: 'Provided max-keys not an integer or within integer range',
      }),
    );
    expect(decode('PutObject', '', '', { expires: 'never', 'x-amz-meta-__proto__': 'x' })).not.toHaveProperty(
      'Expires',
    );
  });

  it.each([
    ['', 'MissingRequestBodyError'],
    ['<Delete>', 'MalformedXML'],
    ['<Delete/><Delete/>', 'MalformedXML'],
    ['<Delete/>', 'MalformedXML'],
    ['<Delete><Object><Key>a</Object></Delete>', 'MalformedXML'],
    ['<!DOCTYPE Delete [<!ENTITY a "b">]><Delete><Object><Key>&a;</Key></Object></Delete>', 'MalformedXML'],
    ['<Delete><Object><Key>&a;</Key></Object></Delete>', 'MalformedXML'],
    ['<Delete><Object><Key>a & b</Key></Object></Delete>', 'MalformedXML'],
    ['<Delete><Object><Key>a</Key></Object><Quiet>2</Quiet></Delete>', 'MalformedXML'],
    [`${'<a>'.repeat(100)}${'</a>'.repeat(100)}`, 'MalformedXML'],
    ['text', 'MalformedXML'],
  ])('%s is refused as %s', (body, code) => {
    expect(() => decode('DeleteObjects', body)).toThrow(expect.objectContaining({ code }));
  });

  it('comments, CDATA, references and prefixes are read', () => {
    const body =
      '\ufeff<?xml version="1.0"?><!-- x --><s:Delete xmlns:s="urn:x">\r\n<s:Object><s:Key><![CDATA[<a>]]>&#65;&#x42;&amp;\r\n</s:Key></s:Object></s:Delete>\n';
    expect(decode('DeleteObjects', body)).toMatchObject({ Delete: { Objects: [{ Key: '<a>AB&\n' }] } });
  });

  it('bodies are verified against their checksums', () => {
    const body = '<Delete><Object><Key>a</Key></Object></Delete>';
    expect(() => decode('DeleteObjects', body, '', { 'content-md5': digestOf('MD5', Buffer.from('x')) })).toThrow(
      expect.objectContaining({ code: 'BadDigest' }),
    );
  });

  it('never throws anything but an AwsError', () => {
    const tag = fc.constantFrom(
      '<Delete>',
      '</Delete>',
      '<Object>',
      '</Object>',
      '<Key>',
      '</Key>',
      '<Key/>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '&#0;',
      '&x;',
      ' a="b"',
      '>',
      '<',
      'text',
    );
    const body = fc.oneof(
      fc.string(),
      fc.array(tag).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(body, fc.string(), fc.constantFrom(...api.operations.keys()), (text, query, name) => {
        for (const run of [
          () => parseXml(text),
          () => decode('DeleteObjects', text),
          () => decode(name, text, query),
          () => route('GET', `/${text}`, query),
        ]) {
          try {
            run();
          } catch (error) {
            expect(isAwsError(error)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
