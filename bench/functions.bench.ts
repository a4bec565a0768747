/** Functions through the wire: warm invocations, and cold ones of handlers in Node.js and in Python. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { IAM } from '@aws-sdk/client-iam';
import { Lambda, type Runtime, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { ZipFile } from 'yazl';
import { DEFAULT_REGION } from '../src/server/server.ts';
import { atMost, type Bench, type Progress } from './lib/figures.ts';
import { load, quantile } from './lib/load.ts';
import { OURS, type Separate, separate } from './lib/separate.ts';
import { IMAGES } from './lib/server.ts';
import { signer } from './lib/signed.ts';

const RUNS = 7;
const REQUESTS = 500;
const COLD = 3;
/** What waits for the next worker gets ready meanwhile. In milliseconds. */
const REST = 700;

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const NODE = 'export const handler = async (event) => ({ n: event.n + 1 });\n';
const PYTHON = 'def handler(event, context):\n    return {"n": event["n"] + 1}\n';
const PANDAS = `import pandas\n${PYTHON}`;

export const bench: Bench = {
  name: 'functions',
  describe:
    'Invoke of a function that adds one, signed beforehand, on one connection, from the request to its answer: warm, one after the other; and cold, the first invocation after the function was changed, with what waits for workers rested. Beside the same code in a process of its own, started by hand.',
  notMeasured: [
    'the client’s own work',
    'many invocations at a time',
    'a cold invocation for which nothing waits: right after the server’s start, or the third at once',
    'large zips, and modules that a handler imports beside pandas',
    'the peer’s sandbox, limits, log and answer: it has none of them',
  ],
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    const server = await separate(OURS, { folder, port: 0, imagesFolder: IMAGES });
    try {
      return await measure(server, progress);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(server: Separate, progress: Progress) {
  const client = {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: DEFAULT_REGION,
    credentials: server.credentials,
  };
  const lambda = new Lambda(client);
  progress('making the functions (builds the environments, if they are not there)');
  const role = await makeRole(new IAM(client));
  await make(lambda, role, 'node', 'nodejs24.x', 'index.mjs', NODE);
  await make(lambda, role, 'python', 'python3.13', 'app.py', PYTHON);
  await make(lambda, role, 'pandas', 'python3.13', 'app.py', PANDAS);
  const sign = signer({ ...client, host: `127.0.0.1:${server.port}`, service: 'lambda' });
  const request = (name: string) =>
    sign({ method: 'POST', path: `/2015-03-31/functions/${name}/invocations`, body: Buffer.from('{"n":1}') });
  const invoke = async (name: string, count: number) =>
    (await load({ port: server.port, connections: 1, count, request: () => request(name) })).milliseconds;
  const cold = async (name: string, count: number) => {
    const Environment = { Variables: { RUN: String(count) } };
    await lambda.updateFunctionConfiguration({ FunctionName: name, Environment });
    await setTimeout(REST);
    return (await invoke(name, 1))[0]!;
  };
  for (const name of ['node', 'python', 'pandas']) await invoke(name, 50);
  await setTimeout(5 * REST);
  const warm = { node: [] as number[][], python: [] as number[][] };
  const first = { node: [] as number[], pandas: [] as number[] };
  const started = { node: [] as number[], pandas: [] as number[] };
  for (let run = 1; run <= RUNS; run += 1) {
    progress(`run ${run} of ${RUNS}`);
    for (const name of ['node', 'python'] as const) warm[name].push(await invoke(name, REQUESTS));
    for (let count = 0; count < COLD; count += 1) {
      first.node.push(await cold('node', run * COLD + count));
      first.pandas.push(await cold('pandas', run * COLD + count));
    }
    started.node.push(byHand(process.execPath, 'x.mjs', `${NODE}console.log((await handler({ n: 1 })).n);\n`));
    started.pandas.push(byHand(python(), 'x.py', `${PANDAS}print(handler({"n": 1}, None)["n"])\n`));
  }
  const at = (runs: readonly number[][], part: number) => runs.map((samples) => quantile(samples, part));
  return [
    atMost('Node.js, warm, p50', 'ms', at(warm.node, 0.5), { target: 1 }),
    atMost('Node.js, warm, p99', 'ms', at(warm.node, 0.99)),
    atMost('Python, warm, p50', 'ms', at(warm.python, 0.5), { target: 1 }),
    atMost('Python, warm, p99', 'ms', at(warm.python, 0.99)),
    atMost('Node.js, cold', 'ms', first.node, {
      target: 60,
      peer: { name: 'node handler.mjs', samples: started.node },
    }),
    atMost('Python that imports pandas, cold', 'ms', first.pandas, {
      target: 20,
      peer: { name: 'python3 handler.py', samples: started.pandas },
    }),
  ];
}

async function makeRole(iam: IAM): Promise<string> {
  const { Role } = await iam.createRole({ RoleName: 'bench', AssumeRolePolicyDocument: TRUST });
  await iam.attachRolePolicy({ RoleName: 'bench', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  return Role!.Arn!;
}

async function make(
  lambda: Lambda,
  Role: string,
  FunctionName: string,
  Runtime: Runtime,
  file: string,
  source: string,
) {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(source), file);
  zip.end();
  const Code = { ZipFile: await buffer(zip.outputStream as unknown as AsyncIterable<Uint8Array>) };
  const Handler = `${file.split('.')[0]}.handler`;
  await lambda.createFunction({ FunctionName, Runtime, Role, Handler, Code, MemorySize: 512 });
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 600 }, { FunctionName });
}

/** The Python of the image that functions run in. */
function python(): string {
  const image = readdirSync(IMAGES).find((name) => name.startsWith('scikit-learn-1.2-1-') && !name.endsWith('.layers'));
  return join(IMAGES, image!, 'bin/python3');
}

/** The same code in a process of its own. */
function byHand(program: string, name: string, source: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  try {
    writeFileSync(join(folder, name), source);
    const began = performance.now();
    execFileSync(program, [join(folder, name)], { stdio: 'ignore' });
    return performance.now() - began;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
