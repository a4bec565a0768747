/** Functions with the real clients: the `aws` command, boto3 and its waiters. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { functionRole, zipOf } from '../support/functions.ts';
import { realClients } from '../support/realClients.ts';

let home: AwsHome;
let role: string;

realClients('boto3', async (made) => {
  home = made.home;
  role = await functionRole(made.server, 'functions');
});

const ok = async (...words: string[]) => {
  const { status, stdout, stderr } = await home.aws(...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
/** Each command starts Python anew, which takes its time on a busy machine. In milliseconds. */
const PATIENCE = 300_000;

it('aws lambda creates, waits for, invokes, publishes and deletes a function', { timeout: PATIENCE }, async () => {
  const zip = join(home.folder, 'f.zip');
  writeFileSync(
    zip,
    await zipOf({ 'index.mjs': 'export const handler = async (e) => { console.log("hi"); return { n: e.n * 2 }; };' }),
  );
  const create = [
    'lambda',
    'create-function',
    '--function-name',
    'cli',
    '--runtime',
    'nodejs22.x',
    '--handler',
    'index.handler',
  ];
  const made = JSON.parse(await ok(...create, '--role', role, '--zip-file', `fileb://${zip}`, '--output', 'json'));
  expect(made).toMatchObject({ FunctionName: 'cli', Runtime: 'nodejs22.x', MemorySize: 128, Timeout: 3 });
  await ok('lambda', 'wait', 'function-active-v2', '--function-name', 'cli');
  const out = join(home.folder, 'out.json');
  const event = join(home.folder, 'event.json');
  writeFileSync(event, '{"n": 21}');
  const invoke = ['lambda', 'invoke', '--function-name', 'cli', '--payload', `fileb://${event}`, '--log-type', 'Tail'];
  const answer = JSON.parse(await ok(...invoke, '--output', 'json', out));
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(Buffer.from(answer.LogResult, 'base64').toString()).toContain('INFO\thi');
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({ n: 42 });
  expect(JSON.parse(await ok('lambda', 'publish-version', '--function-name', 'cli', '--output', 'json'))).toMatchObject(
    { Version: '1' },
  );
  await ok('lambda', 'delete-function', '--function-name', 'cli');
  const { status, stderr } = await home.aws('lambda', 'get-function', '--function-name', 'cli');
  expect(status).not.toBe(0);
  expect(stderr).toContain('(ResourceNotFoundException)');
});

it('boto3 creates, waits for, invokes and pages through functions', { timeout: PATIENCE }, async () => {
  const answer = await home.python(
    `
import boto3, io, json, zipfile
zipped = io.BytesIO()
with zipfile.ZipFile(zipped, 'w') as z:
    z.writestr('app.py', 'def handler(event, context):\\n    if event.get("fail"): raise ValueError("no")\\n    return {"n": event["n"] + 1, "arn": context.invoked_function_arn}\\n')
client = boto3.client('lambda')
for name in ('boto-a', 'boto-b', 'boto-c'):
    client.create_function(FunctionName=name, Runtime='python3.12', Role='ROLE', Handler='app.handler', Code={'ZipFile': zipped.getvalue()}, Tags={'of': 'boto'})
client.get_waiter('function_active_v2').wait(FunctionName='boto-a')
answer = client.invoke(FunctionName='boto-a', Payload=json.dumps({'n': 1}))
failed = client.invoke(FunctionName='boto-a', Payload=json.dumps({'fail': True}))
client.put_function_concurrency(FunctionName='boto-a', ReservedConcurrentExecutions=5)
pages = [[f['FunctionName'] for f in page['Functions']] for page in client.get_paginator('list_functions').paginate(PaginationConfig={'PageSize': 2})]
try:
    client.invoke(FunctionName='nobody')
except client.exceptions.ResourceNotFoundException as error:
    missing = error.response['Error']['Message']
print(json.dumps({
  'status': answer['StatusCode'], 'payload': json.loads(answer['Payload'].read()),
  'failed': [failed['FunctionError'], json.loads(failed['Payload'].read())['errorType']],
  'pages': pages, 'missing': missing, 'tags': client.get_function(FunctionName='boto-a')['Tags'],
  'concurrency': client.get_function_concurrency(FunctionName='boto-a')['ReservedConcurrentExecutions'],
}))`.replace(/ROLE/g, role),
  );
  expect(answer).toMatchObject({
    status: 200,
    payload: { n: 2, arn: expect.stringMatching(/:function:boto-a$/) },
    failed: ['Unhandled', 'ValueError'],
    pages: [['boto-a', 'boto-b'], ['boto-c']],
    missing: expect.stringMatching(/^Function not found: arn:.*:function:nobody:\$LATEST$/),
    tags: { of: 'boto' },
    concurrency: 5,
  });
});
