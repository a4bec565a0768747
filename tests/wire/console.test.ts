/** The console's side of the server as a browser meets it: who gets in, what a session may ask, and what it is told of. */
import { get, type IncomingMessage } from 'node:http';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telarClient } from '../../src/cli/telarClient.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

type Session = { cookie: string; page: string };
type Asked = { method?: string; session?: Session; body?: unknown; headers?: Record<string, string> };

function ask(path: string, { method = 'POST', session, body, headers }: Asked = {}): Promise<Response> {
  return fetch(`${server.url}/console/${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(session && { cookie: session.cookie, 'x-telar-page': session.page }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const keysOf = ({ credentials }: TestServer) => ({
  ...{ accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey },
});

async function sessionOf(response: Response): Promise<Session> {
  expect(response.status).toBe(200);
  const cookie = response.headers.get('set-cookie')!;
  expect(cookie).toMatch(/; Path=\/console; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
  return { cookie: cookie.split(';')[0]!, page: ((await response.json()) as { page: string }).page };
}

const signIn = async (keys: object = keysOf(server)) => sessionOf(await ask('session', { body: keys }));

async function call(session: Session | undefined, operation: string, body: unknown, headers = {}): Promise<unknown> {
  const response = await ask(`api/${operation}`, { ...(session && { session }), body, headers });
  return { status: response.status, ...((await response.json()) as object) };
}

describe('sessions', () => {
  it('open with keys, and tell who is signed in', async () => {
    const session = await signIn();
    const who = await (await ask('session', { method: 'GET', session })).json();
    expect(who).toMatchObject({ user: expect.stringMatching(/:user\/admin$/), authentication: 'keys' });
    expect(await (await ask('session', { method: 'GET' })).json()).not.toHaveProperty('user');
  });

  it('refuse wrong keys, and say what to do', async () => {
    for (const keys of [{ ...keysOf(server), secretAccessKey: 'x'.repeat(40) }, { accessKeyId: 'AKIANOBODY' }, {}]) {
      const refused = await ask('session', { body: keys });
      expect([refused.status, await refused.json()]).toEqual([
        401,
        expect.objectContaining({ code: 'WrongKeys', message: expect.stringContaining('telar env') }),
      ]);
    }
  });

  it('need both halves: the cookie of a session is worth nothing to another server of the host', async () => {
    const [first, second] = [await signIn(), await signIn()];
    for (const half of [
      { ...first, page: '' },
      { ...first, page: second.page },
      { ...first, cookie: '' },
    ]) {
      expect(await call(half, 'sts/GetCallerIdentity', {})).toMatchObject({ status: 401, code: 'NotSignedIn' });
    }
  });

  it('are not lengthened by who holds them', async () => {
    const session = await signIn();
    const longer = session.cookie.replace(/\.(\d+)\./, (_, ends) => `.${Number(ends) + 1000}.`);
    expect(await call({ ...session, cookie: longer }, 'sts/GetCallerIdentity', {})).toMatchObject({ status: 401 });
  });

  it('end when signed out, and with their key', async () => {
    const left = await signIn();
    await ask('session', { method: 'DELETE', session: left });
    expect(await call(left, 'sts/GetCallerIdentity', {})).toMatchObject({ status: 401 });

    const iam = new IAM(server.client);
    await iam.createUser({ UserName: 'leaving' });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'leaving' });
    const { AccessKeyId, SecretAccessKey } = AccessKey!;
    const session = await signIn({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey });
    expect(await call(session, 'sts/GetCallerIdentity', {})).toMatchObject({ status: 200 });
    await iam.updateAccessKey({ UserName: 'leaving', AccessKeyId: AccessKeyId!, Status: 'Inactive' });
    expect(await call(session, 'sts/GetCallerIdentity', {})).toMatchObject({ status: 401, code: 'NotSignedIn' });
  });

  it('open by a link, once', async () => {
    const { Url } = await telarClient(server)('CreateConsoleLink', {});
    const link = /#link=(\w+)$/.exec(Url)![1];
    const session = await sessionOf(await ask('session', { body: { link } }));
    expect(await call(session, 'sts/GetCallerIdentity', {})).toMatchObject({ status: 200 });
    expect(await (await ask('session', { body: { link } })).json()).toMatchObject({ code: 'LinkExpired' });
  });
});

describe('operations', () => {
  it('are called in JSON whatever their protocol is elsewhere', async () => {
    const session = await signIn();
    expect(await call(session, 's3/CreateBucket', { Bucket: 'from-the-page' })).toMatchObject({ status: 200 });
    expect(await call(session, 's3/ListBuckets', {})).toMatchObject({
      Buckets: [{ Name: 'from-the-page', CreationDate: expect.any(Number) }],
    });
    expect(await call(session, 'sns/CreateTopic', { Name: 'paged' })).toMatchObject({
      TopicArn: expect.stringMatching(/:us-east-1:\d+:paged$/),
    });
    const west = { 'x-telar-region': 'us-west-2' };
    expect(await call(session, 'sns/CreateTopic', { Name: 'paged' }, west)).toMatchObject({
      TopicArn: expect.stringMatching(/:us-west-2:\d+:paged$/),
    });
    expect(await call(session, 'lambda/ListFunctions', {})).toMatchObject({ Functions: [] });
    expect(await call(session, 'telar/DescribeServer', {})).toMatchObject({ Version: expect.any(String) });
  });

  it('are those of whoever is signed in: what is denied is denied here', async () => {
    const iam = new IAM(server.client);
    await iam.createUser({ UserName: 'reader' });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'reader' });
    const session = await signIn({
      ...{ accessKeyId: AccessKey!.AccessKeyId, secretAccessKey: AccessKey!.SecretAccessKey },
    });
    expect(await call(session, 'sagemaker/ListPipelines', {})).toMatchObject({
      ...{ status: 403, code: 'AccessDeniedException' },
      message: expect.stringContaining('sagemaker:ListPipelines'),
    });
    const stream = await ask('stream', { method: 'GET', session });
    expect([stream.status, await stream.json()]).toEqual([403, expect.objectContaining({ code: expect.any(String) })]);
  });

  it('say what is wrong with them', async () => {
    const session = await signIn();
    const cases: [string, unknown, object][] = [
      ['none/ListPipelines', {}, { status: 404, message: expect.stringContaining("'none'") }],
      ['sagemaker/ListNothing', {}, { status: 404, message: expect.stringContaining("'ListNothing'") }],
      ['sagemaker/DescribePipeline', {}, { status: 400, code: 'ValidationException' }],
      ['sagemaker/DescribePipeline', { PipelineName: 7 }, { status: 400, code: 'SerializationException' }],
      ['s3/GetObject', { Bucket: 'b', Key: 'k' }, { status: 404, code: 'NoSuchBucket' }],
      ['s3/PutObject', { Bucket: 'b', Key: 'k' }, { status: 400, code: 'UnsupportedOperation' }],
      ['telar/ListOutbox', { MaxResults: -1 }, { status: 400, code: 'ValidationException' }],
    ];
    for (const [operation, input, answer] of cases) {
      expect([operation, await call(session, operation, input)]).toEqual([operation, expect.objectContaining(answer)]);
    }
    const region = { 'x-telar-region': '../etc' };
    expect(await call(session, 'sts/GetCallerIdentity', {}, region)).toMatchObject({ code: 'ValidationException' });
  });

  it('put and get objects by links that work for that object alone', async () => {
    const session = await signIn();
    const s3 = new S3({ ...server.client, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'linked' });
    const link = async (body: object) => ((await (await ask('link', { session, body })).json()) as { Url: string }).Url;
    const to = { Bucket: 'linked', Key: "a folder/ü+'1'.csv" };
    const put = await fetch(server.url + (await link({ ...to, Method: 'PUT' })), { method: 'PUT', body: 'a,b\n1,2\n' });
    expect(put.status).toBe(200);
    const Url = await link(to);
    const got = await fetch(server.url + Url);
    expect(await got.text()).toBe('a,b\n1,2\n');
    expect(got.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%BC%2B%271%27.csv");
    expect((await fetch(server.url + Url.replace('1', '2'))).status).toBe(403);
    expect((await fetch(server.url + Url, { method: 'DELETE' })).status).toBe(403);
  });
});

describe('the stream', () => {
  it('tells of what happens, and of nothing before', async () => {
    const session = await signIn();
    const stream = await ask('stream', { method: 'GET', session });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    const until = async (pattern: RegExp) => {
      let text = '';
      while (!pattern.test(text)) text += (await reader.read()).value ?? '';
      return text;
    };
    expect(await until(/\n\n/)).toMatch(/^id: \w+-\d+\nevent: events\ndata: \[\]\n\n$/);
    const sqs = new SQS(server.client);
    await sqs.createQueue({ QueueName: 'watched' });
    expect(await until(/CreateQueue.*\n\n/)).toContain('"Source":"telar.audit"');
    await reader.cancel();
  });

  it('tells whoever comes back what it missed, or that it missed something', async () => {
    const telar = telarClient(server);
    const { Next } = await telar('WatchEvents', {});
    const sqs = new SQS(server.client);
    await sqs.createQueue({ QueueName: 'missed' });
    const seen = await telar('WatchEvents', { After: Next, WaitSeconds: 5 });
    expect(seen).toMatchObject({ Missed: false, Events: [{ Detail: { eventName: 'CreateQueue' } }] });
    expect(await telar('WatchEvents', { After: 'another-5' })).toMatchObject({ Missed: true, Events: [] });
  });
});

describe('what is given to anybody', () => {
  it('is the page, which runs the scripts of its build only', async () => {
    const page = await ask('', { method: 'GET', headers: { 'accept-encoding': 'identity' } });
    // Without a build there is a sentence that says how to make one.
    if (page.status === 503) return expect(await page.text()).toContain('npm run console:build');
    expect(page.headers.get('content-security-policy')).toContain(`script-src ${server.url}/console/assets/;`);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const html = await page.text();
    const script = /src="(\/console\/assets\/[^"]+\.js)"/.exec(html)![1]!;
    const asset = await fetch(server.url + script, { headers: { 'accept-encoding': 'br' } });
    expect([asset.status, asset.headers.get('content-encoding')]).toEqual([200, 'br']);
    expect(await (await ask('pipelines/deep/link', { method: 'GET' })).text()).toBe(html);
    for (const path of ['assets/../../package.json', 'assets/none.js', 'assets/%2e%2e%2fpackage.json']) {
      expect((await ask(path, { method: 'GET' })).headers.get('content-type')).not.toContain('json');
    }
    return undefined;
  });

  it('is no object with the rights of the console: one that is opened as a page has an origin of its own', async () => {
    const s3 = new S3({ ...server.client, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'pages' });
    await s3.putObject({ Bucket: 'pages', Key: 'page.html', Body: '<script>1</script>' });
    const session = await signIn();
    const body = { Bucket: 'pages', Key: 'page.html' };
    const { Url } = (await (await ask('link', { session, body })).json()) as { Url: string };
    // Node's fetch says itself what it is.
    const opened = await new Promise<IncomingMessage>((resolve, reject) => {
      get(server.url + Url, { headers: { 'sec-fetch-mode': 'navigate' } }, resolve).on('error', reject);
    });
    expect(opened.resume().statusCode).toBe(200);
    expect(opened.headers['content-security-policy']).toMatch(/^sandbox /);
  });
});
