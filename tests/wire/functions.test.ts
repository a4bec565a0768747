/** Functions through the official SDK: created, invoked, in Node.js and in Python, and what they do when they go wrong. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionRole, invoke, logged, makeFunction } from '../support/functions.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let lambda: LambdaClient;
let role: string;
beforeAll(async () => {
  server = await startTestServer();
  lambda = new LambdaClient(server.client);
  role = await functionRole(server, 'functions');
}, 60_000);
afterAll(() => server.close());

const make = (name: string, files: Record<string, string>, more: object = {}) =>
  makeFunction(lambda, { FunctionName: name, Role: role, files, ...more });

describe('a function in Node.js', () => {
  it('gets its event and its context, and answers', async () => {
    const arn = await make('node-context', {
      'index.mjs': `let count = 0;
export const handler = async (event, context) => {
  console.log('hello', event.name);
  return { event, count: ++count, left: context.getRemainingTimeInMillis(), ...context, cwd: process.cwd(), env: process.env };
};`,
    });
    const first = await invoke(lambda, 'node-context', { name: 'Ada' });
    expect(first).toMatchObject({ status: 200, error: undefined, version: '$LATEST' });
    expect(first.payload).toMatchObject({
      ...{ event: { name: 'Ada' }, count: 1, functionName: 'node-context', functionVersion: '$LATEST' },
      ...{
        memoryLimitInMB: '256',
        invokedFunctionArn: arn,
        logGroupName: '/aws/lambda/node-context',
        cwd: '/var/task',
      },
      env: { AWS_LAMBDA_FUNCTION_NAME: 'node-context', LAMBDA_TASK_ROOT: '/var/task', _HANDLER: 'index.handler' },
    });
    const { left } = first.payload as { left: number };
    expect(left).toBeLessThanOrEqual(10_000);
    expect(left).toBeGreaterThan(5000);
    expect(first.log).toMatch(
      /START RequestId: \S+ Version: \$LATEST\n.*INFO\thello Ada\nEND RequestId: .*\nREPORT .*Init Duration/s,
    );
    expect((await invoke(lambda, 'node-context', {})).payload).toMatchObject({ count: 2 });
    expect(await logged(server, 'node-context', /^REPORT/)).toEqual(
      expect.arrayContaining([expect.stringMatching(/INFO\thello Ada/)]),
    );
  });
});

describe('a function in Python', () => {
  it('gets its event and its context, and answers', async () => {
    await make('python-context', {
      'app.py': `import os, logging, pandas
logging.getLogger().setLevel('INFO')
count = 0
def handler(event, context):
    global count
    count += 1
    print('hello', event['name'])
    logging.info('two\\nlines')
    return {'event': event, 'count': count, 'left': context.get_remaining_time_in_millis(), 'name': context.function_name,
            'cwd': os.getcwd(), 'arn': context.invoked_function_arn, 'request': context.aws_request_id}
`,
    });
    const first = await invoke(lambda, 'python-context', { name: 'Ada' });
    expect(first).toMatchObject({
      ...{ status: 200, error: undefined },
      payload: { event: { name: 'Ada' }, count: 1, name: 'python-context', cwd: '/var/task' },
    });
    expect(first.log).toMatch(/hello Ada\n\[INFO\]\t\S+Z\t\S+\ttwo\nlines\n/);
    expect((await invoke(lambda, 'python-context', { name: 'B' })).payload).toMatchObject({ count: 2 });
  });

  it('tells what was raised', async () => {
    await make('python-raises', { 'app.py': 'def handler(event, context):\n    raise ValueError("for that")\n' });
    const { status, error, payload, log } = await invoke(lambda, 'python-raises', {});
    expect({ status, error }).toEqual({ status: 200, error: 'Unhandled' });
    expect(payload).toMatchObject({
      errorType: 'ValueError',
      errorMessage: 'for that',
      stackTrace: [expect.stringContaining('/var/task/app.py')],
    });
    expect(log).toContain('[ERROR] ValueError: for that');
  });
});
