/** Handlers that hang, end, fill memory, fork, print without end or answer too much: each is told as AWS tells it, and nothing stays behind. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionRole, invoke, makeFunction } from '../support/functions.ts';
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

let count = 0;
/** Makes a function and invokes it once. */
async function run(files: Record<string, string>, event: unknown = {}, more: object = {}) {
  const name = `hostile-${++count}`;
  await makeFunction(lambda, { FunctionName: name, Role: role, files, ...more });
  return { name, ...(await invoke(lambda, name, event)) };
}
const node = (source: string) => ({ 'index.mjs': source });
const python = (source: string) => ({ 'app.py': source });
const answers = (name: string) => invoke(lambda, name, { well: true });

describe.concurrent('a handler', () => {
  it.each([
    ['Node.js', node('export const handler = async (event) => { while (!event.well); return 1; };')],
    ['Python', python('def handler(event, context):\n    while not event.get("well"): pass\n    return 1\n')],
  ])(
    'in %s that hangs is ended when its time is up, and the next invocation has a worker of its own',
    async (_, files) => {
      const { name, error, payload, log } = await run(files, {}, { Timeout: 1 });
      expect(error).toBe('Unhandled');
      expect(payload).toEqual({
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
      });
      expect(log).toMatch(/Task timed out after 1\.00 seconds\nEND RequestId/);
      expect((await answers(name)).payload).toBe(1);
    },
  );

  it.each([
    [
      'Node.js, with a status',
      node('export const handler = () => process.exit(3);'),
      'exited with error: exit status 3',
    ],
    [
      'Node.js, without one',
      node('export const handler = () => process.exit(0);'),
      'exited without providing a reason',
    ],
    [
      'Python, with a status',
      python('import os\ndef handler(e, c):\n    os._exit(4)\n'),
      'exited with error: exit status 4',
    ],
    [
      'Python, by sys.exit',
      python('import sys\ndef handler(e, c):\n    sys.exit(5)\n'),
      'exited with error: exit status 5',
    ],
    [
      'Python, by a signal',
      python('import os\ndef handler(e, c):\n    os.kill(os.getpid(), 9)\n'),
      'exited with error: signal: killed',
    ],
  ])('that ends its process: %s', async (_, files, says) => {
    const { payload } = await run(files);
    expect(payload).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining(`Runtime ${says}`),
    });
  });

  it.each([
    ['Node.js', node('const all = [];\nexport const handler = () => { for (;;) all.push(Buffer.alloc(16e6, 1)); };')],
    ['Python', python('def handler(e, c):\n    return [bytearray(10**7) for _ in range(10**4)]\n')],
  ])('in %s that fills its memory is ended', async (_, files) => {
    const { payload } = await run(files, {}, { Timeout: 30 });
    expect(payload).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      errorMessage: expect.stringContaining('Runtime exited with error: signal: killed'),
    });
  });

  it('that forks without end is bounded, and all of it goes', async () => {
    const source =
      'import os\ndef handler(e, c):\n    while True:\n        try: os.fork()\n        except OSError: pass\n';
    const { payload } = await run(python(source), {}, { Timeout: 2 });
    expect(payload).toMatchObject({
      errorType: expect.stringMatching(/^(Sandbox.Timedout|Runtime.OutOfMemory|Runtime.ExitError)$/),
    });
  });

  it.each([
    ['Node.js', node(`export const handler = () => 'x'.repeat(7 * 1024 * 1024);`)],
    ['Python', python('def handler(e, c):\n    return "x" * (7 * 1024 * 1024)\n')],
  ])('in %s that answers 7 MB is told so', async (_, files) => {
    const { error, payload } = await run(files);
    expect(error).toBe('Unhandled');
    expect(payload).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  it.each([
    [
      'Node.js',
      node('export const handler = async () => { const a = {}; a.a = a; return a; };'),
      { errorMessage: 'Unable to stringify response body' },
    ],
    [
      'Python',
      python('def handler(e, c):\n    a = {}\n    a["a"] = a\n    return a\n'),
      { errorType: 'Runtime.MarshalError' },
    ],
    [
      'Python, of a type that is no JSON',
      python('def handler(e, c):\n    return object()\n'),
      { errorMessage: 'Unable to marshal response: Object of type object is not JSON serializable' },
    ],
  ])('in %s whose answer is no JSON is told so', async (_, files, says) => {
    expect((await run(files)).payload).toMatchObject(says);
  });

  it('that prints 100 MB answers, and its log has its end', async () => {
    const source = 'def handler(e, c):\n    for _ in range(100): print("x" * 1_000_000)\n    return "done"\n';
    const { payload, log } = await run(python(source), {}, { Timeout: 60, MemorySize: 512 });
    expect(payload).toBe('done');
    expect(log).toMatch(/REPORT RequestId/);
  }, 120_000);

  it('whose rejection nobody catches is told as what it is', async () => {
    const files = node(
      'export const handler = () => { Promise.reject(new Error("lost")); return new Promise(() => {}); };',
    );
    expect((await run(files)).payload).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: lost',
    });
  });

  it('that never answers, though nothing will happen any more, answers null', async () => {
    expect((await run(node('export const handler = () => new Promise(() => {});'))).payload).toBeNull();
  });

  it('sees its code and cannot change it, nor the keys of the server', async () => {
    const source = `import os
def handler(e, c):
    found = {}
    for path in ('/var/task/app.py', '/var/task/new', '/opt/telar/x'):
        try:
            open(path, 'w'); found[path] = 'written'
        except OSError as error: found[path] = error.strerror
    return {**found, 'uid': os.getuid(), 'tmp': os.listdir('/tmp')}
`;
    const { payload } = await run(python(source));
    expect(payload).toMatchObject({
      '/var/task/app.py': expect.not.stringMatching('written'),
      '/var/task/new': expect.not.stringMatching('written'),
      '/opt/telar/x': expect.not.stringMatching('written'),
    });
  });

  it.each([
    ['no such module', node('import "nothing";'), { errorType: 'Runtime.ImportModuleError' }],
    ['a syntax error', node('export const handler = ;'), { errorType: 'Runtime.UserCodeSyntaxError' }],
    [
      'no such export',
      node('export const other = 1;'),
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
    [
      'an error while it is loaded',
      node('throw new TypeError("early");'),
      { errorType: 'TypeError', errorMessage: 'early' },
    ],
    [
      'no such module in Python',
      python('import nothing_at_all\n'),
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: "Unable to import module 'app': No module named 'nothing_at_all'",
      },
    ],
    ['a syntax error in Python', python('def handler(e, c)\n'), { errorType: 'Runtime.UserCodeSyntaxError' }],
    [
      'no handler in Python',
      python('x = 1\n'),
      { errorType: 'Runtime.HandlerNotFound', errorMessage: "Handler 'handler' missing on module 'app'" },
    ],
  ])('that cannot be loaded: %s', async (_, files, says) => {
    const { error, payload } = await run(files);
    expect({ error, payload }).toMatchObject({ error: 'Unhandled', payload: says });
  });
});
