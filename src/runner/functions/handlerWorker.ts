/**
 * The program of a function's process in Node.js: loads the handler once, then answers one invocation after the other over a
 * socket that the server has the other end of (frames.ts has the frames).
 *
 * F1. One invocation at a time. What the function prints is out before its answer is.
 * F2. When the server has gone, so does this process (and whoever does not notice is killed by guard.sh).
 * F3. While an invocation runs, nothing of the runtime keeps the loop alive: when it is empty, nothing will come any more.
 */
import { existsSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';

type Invocation = {
  requestId: string;
  /** Milliseconds since the epoch. */
  deadline: number;
  functionArn: string;
  clientContext?: object;
  identity?: object;
};
type Done = (error: unknown, result?: unknown) => void;
type Handler = (event: unknown, context: object, done: Done) => unknown;
type Answer = { type: 'result' | 'error'; body: Buffer };

const SOCKET = '.telar-runtime';
const ENDINGS = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];
const LARGEST = 6 * 1024 * 1024 + 100;
/** AWS's runtime of this version has given up handlers that call back. */
const NO_CALLBACKS = /nodejs(?:2[4-9]|[3-9]\d)/;

let requestId = '';

/** An error that the runtime itself names. */
function fault(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function write(text: string): void {
  for (let bytes = Buffer.from(text); bytes.length > 0; ) bytes = bytes.subarray(writeSync(1, bytes));
}

/** As AWS's runtime logs: time, request, level, message; one event whatever its lines. */
function logAs(level: string): (...words: unknown[]) => void {
  return (...words) => {
    const message = format(...words).replaceAll('\n', '\r');
    try {
      write(`${new Date().toISOString()}\t${requestId}\t${level}\t${message}\n`);
    } catch {
      // The volume is full: the function goes on, as with any console.
    }
  };
}

function setUpConsole(): void {
  const own = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' } as const;
  for (const [name, level] of Object.entries(own)) console[name as keyof typeof own] = logAs(level);
}

function errorType(error: unknown): string {
  return error instanceof Error ? error.name || error.constructor.name : typeof error;
}

/** Without the frames of this program, and of what called it. */
function traceOf({ stack = '' }: Error): string[] {
  const lines = stack.split('\n');
  const own = lines.findIndex((line) => line.includes(import.meta.url));
  return own < 0 ? lines : lines.slice(0, own);
}

function describe(error: unknown): Buffer {
  const whole =
    error instanceof Error
      ? { errorType: errorType(error), errorMessage: error.message, trace: traceOf(error) }
      : { errorType: typeof error, errorMessage: format('%s', error), trace: [] };
  const text = Buffer.from(JSON.stringify(whole));
  if (text.length < LARGEST) return text;
  return Buffer.from(JSON.stringify({ ...whole, errorMessage: whole.errorMessage.slice(0, 65_536), trace: [] }));
}

function failure(error: unknown, words: string): Answer {
  const body = describe(error);
  console.error(words, body.toString());
  return { type: 'error', body };
}

function success(result: unknown): Answer {
  let text: string;
  try {
    text = JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    return failure(new Error('Unable to stringify response body'), 'Invoke Error');
  }
  const body = Buffer.from(text);
  if (body.length <= LARGEST) return { type: 'result', body };
  const message = `Response payload size exceeded maximum allowed payload size (${LARGEST} bytes).`;
  return failure(fault('Function.ResponseSizeTooLarge', message), 'Invoke Error');
}

function moduleFile(root: string, name: string): string {
  const path = resolve(root, name);
  const file = ENDINGS.map((ending) => path + ending).find((each) => each !== path && existsSync(each));
  if (file !== undefined && path.startsWith(`${root}/`)) return file;
  throw fault(
    'Runtime.ImportModuleError',
    `Error: Cannot find module '${name}'\nRequire stack:\n- /var/runtime/index.mjs`,
  );
}

/** What a path of names leads to in a module, or in what it exports by default. */
function member(module: object, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (value, name) => (value === null || value === undefined ? undefined : (value as Record<string, unknown>)[name]),
    module,
  );
}

async function findHandler(): Promise<Handler> {
  const name = process.env['_HANDLER'] ?? '';
  const [, folder = '', base, path] = /^(.*\/)?([^/.]+)\.(.+)$/.exec(name) ?? [];
  if (base === undefined || path === undefined || name.includes('..'))
    throw fault('Runtime.MalformedHandlerName', 'Bad handler');
  const root = process.env['LAMBDA_TASK_ROOT']!;
  const file = moduleFile(root, join(folder, base));
  let module: { default?: object };
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: object };
  } catch (error) {
    if (error instanceof SyntaxError) throw fault('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw fault('Runtime.ImportModuleError', `Error: ${(error as Error).message}`);
  }
  const handler = member(module, path.split('.')) ?? (module.default && member(module.default, path.split('.')));
  if (handler === undefined || handler === null)
    throw fault('Runtime.HandlerNotFound', `${folder}${base}.${path} is undefined or not exported`);
  if (typeof handler !== 'function')
    throw fault('Runtime.HandlerNotFound', `${folder}${base}.${path} is not a function`);
  if (handler.length > 2 && NO_CALLBACKS.test(process.env['AWS_EXECUTION_ENV'] ?? ''))
    throw fault(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later.',
    );
  return handler as Handler;
}

function contextOf(given: Invocation, settle: Done): { callbackWaitsForEmptyEventLoop: boolean } {
  const { env } = process;
  return Object.assign(
    { callbackWaitsForEmptyEventLoop: true },
    {
      functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
      functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
      memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
      logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
      logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
      invokedFunctionArn: given.functionArn,
      awsRequestId: given.requestId,
      ...(given.clientContext && { clientContext: given.clientContext }),
      ...(given.identity && { identity: given.identity }),
      getRemainingTimeInMillis: () => Math.max(0, given.deadline - Date.now()),
      done: settle,
      succeed: (result: unknown) => settle(null, result),
      fail: (error: unknown) => settle(error ?? 'handled'),
    },
  );
}

/** Runs the handler. `whenEmpty` is told what to do once the loop is empty. */
function run(
  handler: Handler,
  given: Invocation,
  event: unknown,
  whenEmpty: (work: () => void) => void,
): Promise<Answer> {
  return new Promise((resolveAnswer) => {
    const finish = (error: unknown, result: unknown) =>
      resolveAnswer(error === null || error === undefined ? success(result) : failure(error, 'Invoke Error'));
    const settle: Done = (error, result) => {
      const failed = error !== null && error !== undefined;
      if (failed || !context.callbackWaitsForEmptyEventLoop) finish(error, result);
      else whenEmpty(() => finish(error, result));
    };
    const context = contextOf(given, settle);
    // Nothing more will happen, and nothing was answered: AWS answers null then.
    whenEmpty(() => finish(null, null));
    try {
      const returned = handler(event, context, settle);
      if (isThenable(returned))
        returned.then(
          (result) => finish(null, result),
          (error: unknown) => finish(error ?? new Error('handled'), undefined),
        );
      else if (handler.length < 3 && returned !== undefined) finish(null, returned);
    } catch (error) {
      finish(error ?? new Error('handled'), undefined);
    }
  });
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

function send(socket: Socket, head: object, body: Buffer): void {
  const text = Buffer.from(JSON.stringify({ ...head, memory: process.resourceUsage().maxRSS * 1024 }));
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(text.length, 0);
  lengths.writeUInt32BE(body.length, 4);
  socket.write(Buffer.concat([lengths, text, body]));
}

/** Calls back with each whole frame. */
function receive(socket: Socket, take: (head: Invocation, body: Buffer) => void): void {
  let pieces: Buffer[] = [];
  let have = 0;
  let need = 8;
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece);
    have += piece.length;
    while (have >= need) {
      const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      pieces = [whole];
      const [head, body] = [whole.readUInt32BE(0), whole.readUInt32BE(4)];
      need = 8 + head + body;
      if (have < need) return;
      pieces = [whole.subarray(need)];
      have -= need;
      need = 8;
      take(JSON.parse(whole.toString('utf8', 8, 8 + head)) as Invocation, whole.subarray(8 + head, 8 + head + body));
    }
  });
}

function eventOf(body: Buffer): unknown {
  return body.length === 0 ? undefined : JSON.parse(body.toString());
}

async function main(): Promise<void> {
  const root = process.env['LAMBDA_TASK_ROOT']!;
  // The sockets' folder is where this program lies; its name is short there.
  const socket = connect(SOCKET);
  await new Promise<void>((connected, refused) => socket.once('connect', connected).once('error', refused));
  process.chdir(root);
  process.argv.splice(1);
  setUpConsole();
  socket.on('error', () => process.exit(0)).on('close', () => process.exit(0));
  let onEmpty: (() => void) | undefined;
  const whenEmpty = (work: () => void) => {
    onEmpty = work;
  };
  process.on('beforeExit', () => {
    const work = onEmpty;
    onEmpty = undefined;
    if (!work) return;
    socket.ref();
    work();
  });
  /** An error that nobody caught ends the process: the server tells of it by what was sent last. */
  let current: Invocation | undefined;
  const uncaught = (name: string) => (error: unknown) => {
    const named = name === '' ? error : fault(name, String(error));
    const answer = failure(named, name === '' ? 'Uncaught Exception' : 'Unhandled Promise Rejection');
    send(socket, { type: current ? 'error' : 'failed', requestId: current?.requestId, ends: true }, answer.body);
    socket.end(() => process.exit(1));
  };
  process.on('uncaughtException', uncaught(''));
  process.on('unhandledRejection', uncaught('Runtime.UnhandledPromiseRejection'));
  const began = performance.now();
  let handler: Handler;
  try {
    handler = await findHandler();
  } catch (error) {
    const { body } = failure(error, 'Uncaught Exception');
    send(socket, { type: 'failed' }, body);
    return;
  }
  send(socket, { type: 'ready', initMilliseconds: performance.now() - began }, Buffer.alloc(0));
  receive(socket, (given, body) => {
    current = given;
    ({ requestId } = given);
    socket.unref();
    const invoked = Promise.try(() => run(handler, given, eventOf(body), whenEmpty)).catch((error: unknown) =>
      failure(error, 'Invoke Error'),
    );
    void invoked.then((answer) => {
      onEmpty = undefined;
      current = undefined;
      socket.ref();
      send(socket, { type: answer.type, requestId: given.requestId }, answer.body);
    });
  });
}

void main();
