/**
 * Real clients in `telar shell`, with addresses of AWS in their code: the AWS CLI, boto3, the JavaScript SDK, curl; and pip and
 * git, which go through the tunnel to a host that only a company's proxy knows.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../support/awsCli.ts';
import { type ForwardProxy, forwardProxy } from '../support/forwardProxy.ts';
import { realClients } from '../support/realClients.ts';
import type { TestServer } from '../support/server.ts';
import { listening, selfSigned } from '../support/tls.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let server: TestServer;
let python: string;
const home = mkdtempSync(join(tmpdir(), 'telar-clients-'));

realClients('boto3', async (made) => {
  ({ server } = made);
  python = ((await awsClients()) as { python: string }).python;
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

type Ran = { status: number | null; stdout: string; stderr: string };

/** Runs a command in `telar shell`. */
function shell(
  command: readonly string[],
  {
    options = [],
    environment = {},
    input = '',
  }: { options?: string[]; environment?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  const words = ['bin/telar.mjs', 'shell', '--data', server.server.folder.root, ...options, '--', ...command];
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', ...environment };
  const child = spawn(process.execPath, words, { cwd: ROOT, env });
  const ran: Ran = { status: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      ran[name] += chunk.toString();
    });
  }
  child.stdin.on('error', () => {}); // it may not want its input
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ ...ran, status }));
  });
}

/** Runs a program of Python; `print(json.dumps(…))` is its answer. */
async function script<T>(program: string, options: string[] = []): Promise<T> {
  const { status, stdout, stderr } = await shell([python, '-'], { input: program, options });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

const has = async (program: string, ...words: string[]) =>
  (await shell(['sh', '-c', `${[program, ...words].join(' ')} > /dev/null 2>&1`])).status === 0;

const admin = 'arn:aws:iam::000000000000:user/admin';

it("boto3: STS by AWS's own address, as the SageMaker SDK asks it, and by none", async () => {
  const answer = await script(`
import boto3, json
session = boto3.Session()
regional = session.client('sts', region_name='eu-west-1', endpoint_url='https://sts.eu-west-1.amazonaws.com')
worldwide = session.client('sts', endpoint_url='https://sts.amazonaws.com')
print(json.dumps([c.get_caller_identity()['Arn'] for c in (regional, worldwide, session.client('sts'))]))`);
  expect(answer).toEqual([admin, admin, admin]);
});

it("boto3: the region is that of the signature, and refusals are AWS's", async () => {
  const answer = await script(`
import boto3, json, os
url = 'https://api.sagemaker.eu-west-1.amazonaws.com'
sagemaker = boto3.client('sagemaker', region_name='eu-west-1', endpoint_url=url)
made = sagemaker.create_model_package_group(ModelPackageGroupName='by-proxy')['ModelPackageGroupArn']
try:
    boto3.client('sts', aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'], aws_secret_access_key='wrong',
                 endpoint_url='https://sts.us-east-1.amazonaws.com').get_caller_identity()
except Exception as error:
    print(json.dumps([made, error.response['Error']['Code']]))`);
  expect(answer).toEqual([
    'arn:aws:sagemaker:eu-west-1:000000000000:model-package-group/by-proxy',
    'SignatureDoesNotMatch',
  ]);
});

it('boto3: S3 by the names of buckets, in parts, with checksums, presigned', async () => {
  const answer = await script(`
import boto3, io, json, os, urllib.request
from botocore.config import Config
s3 = boto3.client('s3', region_name='us-west-2', endpoint_url='https://s3.us-west-2.amazonaws.com',
                  config=Config(s3={'addressing_style': 'virtual'}))
hosts = []
s3.meta.events.register('before-send.s3', lambda request, **_: hosts.append(request.url.split('/')[2]))
s3.create_bucket(Bucket='by-name', CreateBucketConfiguration={'LocationConstraint': 'us-west-2'})
large = os.urandom(9 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(large), 'by-name', 'a/large file+', ExtraArgs={'ChecksumAlgorithm': 'SHA256'})
back = io.BytesIO()
s3.download_fileobj('by-name', 'a/large file+', back)
url = s3.generate_presigned_url('get_object', Params={'Bucket': 'by-name', 'Key': 'a/large file+'}, ExpiresIn=60)
with urllib.request.urlopen(url) as response:
    fetched = response.read()
print(json.dumps([back.getvalue() == large, fetched == large, sorted(set(hosts))[0], url.split('/')[2]]))`);
  const host = 'by-name.s3.us-west-2.amazonaws.com';
  expect(answer).toEqual([true, true, host, host]);
});

it('boto3: a profile by its name', async () => {
  const answer = await script(
    `
import boto3, json
session = boto3.Session(profile_name='data-science-user')
sts = session.client('sts', endpoint_url='https://sts.eu-west-1.amazonaws.com')
print(json.dumps([session.region_name, sts.get_caller_identity()['Arn'], session.client('s3').meta.endpoint_url]))`,
    ['--profile', 'data-science-user', '--region', 'eu-west-1'],
  );
  expect(answer).toEqual(['eu-west-1', admin, server.url]);
});

it('the AWS CLI', async () => {
  const aws = [python, '-m', 'awscli'];
  const who = await shell([
    ...aws,
    'sts',
    'get-caller-identity',
    '--endpoint-url',
    'https://sts.us-east-1.amazonaws.com',
  ]);
  expect(JSON.parse(who.stdout || who.stderr)).toMatchObject({ Arn: admin });
  const file = join(home, 'file');
  writeFileSync(file, 'x'.repeat(10_000_000));
  const commands = [
    's3 mb s3://by-cli',
    `s3 cp ${file} s3://by-cli/file --no-progress`,
    `s3 cp s3://by-cli/file ${file}.back --no-progress`,
  ];
  for (const command of commands) {
    const words = [...command.split(' '), '--endpoint-url', 'https://s3.us-east-1.amazonaws.com'];
    expect(await shell([...aws, ...words])).toMatchObject({ status: 0, stderr: '' });
  }
  expect(readFileSync(`${file}.back`, 'utf8')).toBe(readFileSync(file, 'utf8'));
});

it('the SDK for JavaScript, with an agent that takes the proxy', async () => {
  const program = `
import { Agent } from 'node:https';
import { S3 } from '@aws-sdk/client-s3';
import { STS } from '@aws-sdk/client-sts';
const requestHandler = { httpsAgent: new Agent({ proxyEnv: process.env }) };
const sts = new STS({ endpoint: 'https://sts.us-east-1.amazonaws.com', requestHandler });
const s3 = new S3({ endpoint: 'https://s3.us-east-1.amazonaws.com', requestHandler });
await s3.createBucket({ Bucket: 'by-script' });
await s3.putObject({ Bucket: 'by-script', Key: 'k', Body: 'text' });
const { Body } = await s3.getObject({ Bucket: 'by-script', Key: 'k' });
console.log(JSON.stringify([(await sts.getCallerIdentity({})).Arn, await Body.transformToString()]));`;
  const { stdout, stderr } = await shell([process.execPath, '--input-type=module', '-e', program]);
  expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual([admin, 'text']);
});

it('curl, which signs by itself', async (context) => {
  if (!(await has('curl', '--aws-sigv4', 'a:b', '--version'))) context.skip('There is no curl that signs here.');
  const ask =
    'curl -sS --aws-sigv4 aws:amz:us-east-1:sts --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"';
  expect(await shell(['sh', '-c', ask])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`<Arn>${admin}</Arn>`),
  });
});

describe('a host that is not of AWS, behind the proxy of a company', () => {
  const certificate = selfSigned('stand-in.example');
  const trusted = join(home, 'company.pem');
  const files = new Map<string, Buffer>();
  let far: Server;
  let company: ForwardProxy;
  let environment: Record<string, string>;

  beforeAll(async () => {
    writeFileSync(trusted, certificate.cert);
    far = createServer(certificate, ({ url = '' }, response) => {
      const file = files.get(url.split('?')[0]!);
      response
        .writeHead(file ? 200 : 404, { 'content-type': url.endsWith('/') ? 'text/html' : 'text/plain' })
        .end(file);
    });
    company = await forwardProxy(await listening(far));
    environment = { HTTPS_PROXY: company.url, SSL_CERT_FILE: trusted, GIT_SSL_CAINFO: trusted };
  });
  afterAll(async () => {
    await company.close();
    far.close();
  });

  it('pip downloads', async () => {
    const wheel = 'tiny-1.0-py3-none-any.whl';
    const make = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('tiny-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n')
    wheel.writestr('tiny-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: a test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('tiny-1.0.dist-info/RECORD', '')`;
    expect(await shell([python, '-', join(home, wheel)], { input: make })).toMatchObject({ status: 0 });
    files.set('/simple/tiny/', Buffer.from(`<a href="/${wheel}">${wheel}</a>`));
    files.set(`/${wheel}`, readFileSync(join(home, wheel)));
    const index = { PIP_INDEX_URL: 'https://stand-in.example/simple/', PIP_CONFIG_FILE: '/dev/null' };
    const words = [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--no-cache-dir',
      '--retries',
      '1',
      '-d',
      join(home, 'wheels'),
      'tiny',
    ];
    const got = await shell([python, ...words], { environment: { ...environment, ...index } });
    expect({ status: got.status, said: got.status === 0 ? '' : got.stderr }).toEqual({ status: 0, said: '' });
    expect(readdirSync(join(home, 'wheels'))).toEqual([wheel]);
    expect(company.asked.at(-1)).toBe('stand-in.example:443 true');

    const offline = await shell([python, ...words], {
      options: ['--offline'],
      environment: { ...environment, ...index },
    });
    expect(offline.status).toBe(1);
    expect(offline.stderr).toContain('Tunnel connection failed: 403 Telar is offline: stand-in.example is not reached');
  });

  it('git reads', async (context) => {
    if (!(await has('git', '--version'))) context.skip('There is no git on this machine.');
    const commit = 'a'.repeat(40);
    files.set('/project.git/info/refs', Buffer.from(`${commit}\trefs/heads/main\n`));
    mkdirSync(join(home, 'elsewhere'), { recursive: true });
    const words = ['git', '-C', join(home, 'elsewhere'), 'ls-remote', 'https://stand-in.example/project.git'];
    expect(await shell(words, { environment })).toMatchObject({ status: 0, stdout: `${commit}\trefs/heads/main\n` });
    const offline = await shell(words, { options: ['--offline'], environment });
    expect(offline).toMatchObject({
      status: 128,
      stderr: expect.stringMatching(/CONNECT tunnel failed, response 403|403/),
    });
  });

  it("of AWS's, the company's proxy hears nothing", async () => {
    const before = company.asked.length;
    const ask = `import boto3; print(boto3.client('sts', endpoint_url='https://sts.us-east-1.amazonaws.com').get_caller_identity()['Arn'])`;
    const asked = await shell([python, '-c', ask], { environment: { ...environment, NO_PROXY: '.amazonaws.com' } });
    expect(asked).toMatchObject({ status: 0, stdout: `${admin}\n` });
    expect(company.asked.length).toBe(before);
  });
});
