/** boto3 on the object store: transfers in parts, ranges, resources, waiters, presigned URLs, and its errors by code. */
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { realClients } from '../support/realClients.ts';

let home: AwsHome;

realClients('boto3', (made) => {
  home = made.home;
});

const PATIENCE = 300_000;

it('moves large files in parts, up and down, at several at a time', { timeout: PATIENCE }, async () => {
  const answer = await home.python(`
import boto3, hashlib, io, json, os
from boto3.s3.transfer import TransferConfig
s3 = boto3.client('s3')
s3.create_bucket(Bucket='boto-large')
content = os.urandom(26 * 1024 * 1024 + 5)
config = TransferConfig(multipart_threshold=8 * 1024 * 1024, multipart_chunksize=8 * 1024 * 1024, max_concurrency=4)
s3.upload_fileobj(io.BytesIO(content), 'boto-large', 'k', Config=config, ExtraArgs={'Metadata': {'run': '7'}, 'Tagging': 'a=b'})
back = io.BytesIO()
s3.download_fileobj('boto-large', 'k', back, Config=config)
head = s3.head_object(Bucket='boto-large', Key='k')
s3.copy({'Bucket': 'boto-large', 'Key': 'k'}, 'boto-large', 'copied', Config=config)
part = s3.get_object(Bucket='boto-large', Key='k', PartNumber=2)
print(json.dumps({
    'same': back.getvalue() == content,
    'etag': head['ETag'].count('-4'), 'metadata': head['Metadata'], 'tags': head['TagCount'],
    'copied': s3.get_object(Bucket='boto-large', Key='copied')['Body'].read() == content,
    'part': part['Body'].read() == content[8 * 1024 * 1024:16 * 1024 * 1024], 'parts': part['PartsCount'],
    'ranged': s3.get_object(Bucket='boto-large', Key='k', Range='bytes=100-199')['Body'].read() == content[100:200],
}))`);
  expect(answer).toEqual({
    ...{ same: true, etag: 1, metadata: { run: '7' }, tags: 1, copied: true, part: true, parts: 4, ranged: true },
  });
});

it('goes through resources, collections and waiters', { timeout: PATIENCE }, async () => {
  const answer = await home.python(`
import boto3, json
s3 = boto3.resource('s3')
bucket = s3.create_bucket(Bucket='boto-resource')
bucket.wait_until_exists()
bucket.Versioning().enable()
for n in range(25):
    bucket.put_object(Key=f'many/{n:04}', Body=b'x')
bucket.put_object(Key='many/0000', Body=b'again')
listed = [o.key for o in bucket.objects.filter(Prefix='many/').page_size(10)]
versions = sum(1 for _ in bucket.object_versions.filter(Prefix='many/').page_size(10))
one = s3.Object('boto-resource', 'many/0001')
one.delete()
waited = False
one.wait_until_not_exists()
versions_of_one = [v.id for v in bucket.object_versions.filter(Prefix='many/0001')]
bucket.object_versions.delete()
bucket.delete()
print(json.dumps({'listed': len(listed), 'sorted': listed == sorted(listed), 'versions': versions, 'one': len(versions_of_one),
    'gone': 'boto-resource' not in [b.name for b in s3.buckets.all()]}))`);
  expect(answer).toEqual({ listed: 25, sorted: true, versions: 26, one: 2, gone: true });
});

it('presigns puts and gets, and catches errors by their codes', { timeout: PATIENCE }, async () => {
  const answer = await home.python(`
import boto3, json, urllib.request
from botocore.config import Config
from botocore.exceptions import ClientError
# By itself boto3 presigns with version 2, which covers the Content-Type that urllib adds.
s3 = boto3.client('s3', config=Config(signature_version='s3v4'))
s3.create_bucket(Bucket='boto-signed')
url = s3.generate_presigned_url('put_object', Params={'Bucket': 'boto-signed', 'Key': 'a b'})
urllib.request.urlopen(urllib.request.Request(url, data=b'signed', method='PUT')).read()
url = s3.generate_presigned_url('get_object', Params={'Bucket': 'boto-signed', 'Key': 'a b', 'ResponseContentType': 'text/x'})
got = urllib.request.urlopen(url)
post = s3.generate_presigned_post('boto-signed', 'from a form', Fields={'Content-Type': 'text/x'}, Conditions=[{'Content-Type': 'text/x'}])
parts = [f'--b\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n' for name, value in post['fields'].items()]
parts.append('--b\\r\\nContent-Disposition: form-data; name="file"; filename="f"\\r\\n\\r\\nposted\\r\\n--b--\\r\\n')
form = urllib.request.Request(post['url'], data=''.join(parts).encode(), headers={'Content-Type': 'multipart/form-data; boundary=b'})
posted = [urllib.request.urlopen(form).status, s3.get_object(Bucket='boto-signed', Key='from a form')['Body'].read().decode()]
def code(work):
    try:
        work()
        return 'none'
    except ClientError as error:
        return [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']]
etag = s3.head_object(Bucket='boto-signed', Key='a b')['ETag']
try:
    s3.get_object(Bucket='boto-signed', Key='none')
except s3.exceptions.NoSuchKey:
    typed = True
print(json.dumps({
    'posted': posted, 'read': got.read().decode(), 'type': got.headers['Content-Type'], 'typed': typed,
    'codes': [
        code(lambda: s3.head_object(Bucket='boto-signed', Key='none')),
        code(lambda: s3.list_objects_v2(Bucket='none')),
        code(lambda: s3.put_object(Bucket='boto-signed', Key='a b', Body=b'x', IfNoneMatch='*')),
        code(lambda: s3.get_object(Bucket='boto-signed', Key='a b', IfNoneMatch=etag)),
        code(lambda: s3.get_bucket_cors(Bucket='boto-signed')),
        code(lambda: s3.get_object_torrent(Bucket='boto-signed', Key='a b')),
    ],
}))`);
  expect(answer).toEqual({
    ...{ read: 'signed', type: 'text/x', typed: true, posted: [204, 'posted'] },
    codes: [
      ['404', 404],
      ['NoSuchBucket', 404],
      ['PreconditionFailed', 412],
      ['304', 304],
      ['NoSuchCORSConfiguration', 404],
      ['NotImplemented', 501],
    ],
  });
});

it('presigned URLs of a bucket itself, which boto3 signs with a slash that the URL has not, were refused', async () => {
  const answer = await home.python(`
import boto3, json, urllib.request
s3 = boto3.client('s3')
s3.create_bucket(Bucket='boto-listed')
s3.put_object(Bucket='boto-listed', Key='found', Body=b'x')
url = s3.generate_presigned_url('list_objects_v2', Params={'Bucket': 'boto-listed'})
print(json.dumps(['Signature=' in url, '<Key>found</Key>' in urllib.request.urlopen(url).read().decode()]))`);
  expect(answer).toEqual([true, true]);
});
