/** State machines: durable Standard executions and Express ones, beside npm's aws-local-stepfunctions, which keeps nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SFN } from '@aws-sdk/client-sfn';
import { DEFAULT_REGION } from '../src/server/server.ts';
import { atLeast, atMost, type Bench, type Figure, type Progress } from './lib/figures.ts';
import { load, quantile } from './lib/load.ts';
import { chainOf, type MachineBench, mapOf, openMachines, runExpress } from './lib/machineRuns.ts';
import { peerPackage } from './lib/peer.ts';
import { OURS, separate } from './lib/separate.ts';
import { signer } from './lib/signed.ts';

const RUNS = 7;
const WARM_UP = 3;
const CHAIN = 1000;
const ITEMS = 1000;
const TOGETHER = 100;
const WAITING = 10_000;
const OPEN = 100_000;
const STARTED = 2000;
const PEER = 'aws-local-stepfunctions';

const PASS = chainOf(CHAIN, (next) => ({ Type: 'Pass', ...next }));
const INTRINSICS = chainOf(CHAIN, (next) => ({
  ...{ Type: 'Pass', Parameters: { 'count.$': 'States.MathAdd($.count, 1)' } },
  ...next,
}));
const TASKS = chainOf(CHAIN, (next) => ({
  ...{ Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:s3:listBuckets' },
  ...next,
}));
const ONE = chainOf(1, (next) => ({ Type: 'Pass', ...next }));

export const bench: Bench = {
  name: 'machines',
  describe:
    'Chains of 1,000 states and a Map over 1,000 items, durable (Standard: two events a transition, each turn synced before anything acts on it or is told) and in memory (Express), beside aws-local-stepfunctions, which is in memory and keeps no history; executions that wait; a one-state execution through the wire, signed, start and description.',
  notMeasured: [
    'what tasks do: they answer at once, outside of the store',
    'distributed maps',
    'a slow disk: the machine’s own is used, and a chain of tasks pays one sync for each',
  ],
  async run(progress) {
    const peer = await peerOf(progress);
    return [
      ...(await standard(progress)),
      ...(await sequential(progress)),
      ...(await maps(peer, progress)),
      ...(await express(peer, progress)),
      ...(await starts(progress)),
      ...(await throughWire(progress)),
    ];
  },
};

type PeerRun = (definition: string, input: object) => Promise<number>;

/** Runs a machine on the peer; answers the milliseconds. Undefined where it cannot be installed. */
async function peerOf(progress: Progress): Promise<PeerRun | undefined> {
  const folder = peerPackage(PEER, '3.0.0', progress);
  if (!folder) return undefined;
  const { StateMachine } = createRequire(join(folder, 'package.json'))(PEER);
  const machines = new Map<string, { run(input: object): { result: Promise<unknown> } }>();
  return async (definition, input) => {
    const machine = machines.get(definition) ?? new StateMachine(JSON.parse(definition));
    machines.set(definition, machine);
    const started = performance.now();
    await machine.run(input).result;
    return performance.now() - started;
  };
}

/** What `measure` answers in each run that counts. */
async function samples<T>(what: string, progress: Progress, measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let run = 1 - WARM_UP; run <= RUNS; run += 1) {
    progress(`${what}, ${run < 1 ? 'warming up' : `run ${run} of ${RUNS}`}`);
    const sample = await measure();
    if (run >= 1) all.push(sample);
  }
  return all;
}

async function withMachines<T>(definition: string, use: (machines: MachineBench) => Promise<T>): Promise<T> {
  const machines = openMachines(definition);
  try {
    return await use(machines);
  } finally {
    await machines.close();
  }
}

async function transitionsAt(machines: MachineBench, executions: number): Promise<number> {
  const { milliseconds, states } = await machines.run(executions);
  if (states.some(({ status }) => status !== 'SUCCEEDED')) throw new Error('An execution did not succeed.');
  return (executions * CHAIN * 1000) / milliseconds;
}

async function standard(progress: Progress): Promise<Figure[]> {
  const alone = openMachines(PASS);
  const beside = openMachines(PASS);
  try {
    progress('opening executions that wait');
    const started = performance.now();
    await beside.open(WAITING);
    const took = performance.now() - started;
    await beside.open(OPEN - WAITING);
    const rss = process.memoryUsage().rss / 1e6;
    const crowded: number[] = [];
    const many = await samples('100 chains of Pass', progress, async () => {
      crowded.push(await transitionsAt(beside, TOGETHER));
      return transitionsAt(alone, TOGETHER);
    });
    const one = await samples('one chain of Pass', progress, () => transitionsAt(alone, 1));
    const ratios = many.map((rate, run) => rate / crowded[run + WARM_UP]!);
    return [
      atLeast('Standard, 100 executions of 1,000 Pass states', 'transitions/s', many, { target: 100_000 }),
      atLeast('Standard, one execution of 1,000 Pass states', 'transitions/s', one),
      atLeast('Standard, executions begun that then wait, 10,000', 'executions/s', [(WAITING * 1000) / took]),
      atMost('memory of the process with 100,000 executions that wait', 'MB', [rss], { target: 1000 }),
      atMost('a transition beside 100,000 open executions, to one without', 'times', ratios, { target: 1.3 }),
    ];
  } finally {
    await alone.close();
    await beside.close();
  }
}

async function sequential(progress: Progress): Promise<Figure[]> {
  return withMachines(TASKS, async (machines) => {
    const chains = await samples('one chain of tasks', progress, () => machines.run(1));
    const together = await samples('100 chains of tasks', progress, () => machines.run(TOGETHER));
    const rate = chains.map(({ milliseconds }) => (CHAIN * 1000) / milliseconds);
    return [
      atLeast('Standard, one chain of 1,000 durable tasks', 'tasks/s', rate, { target: 10_000 }),
      atMost(
        'its commits',
        'a task',
        chains.map(({ commits }) => commits / CHAIN),
      ),
      atLeast(
        'Standard, 100 chains of 1,000 durable tasks',
        'tasks/s',
        together.map(({ milliseconds }) => (TOGETHER * CHAIN * 1000) / milliseconds),
      ),
      atMost(
        'a commit beside 100 chains of tasks, p99',
        'ms',
        together.map(({ commitTimes }) => quantile(commitTimes, 0.99)),
        { target: 2 },
      ),
    ];
  });
}

const items = { items: Array.from({ length: ITEMS }, (_, index) => ({ index })) };

async function maps(peer: PeerRun | undefined, progress: Progress): Promise<Figure[]> {
  return withMachines(mapOf(), async (machines) => {
    const [theirs, inMemory]: [number[], number[]] = [[], []];
    const ours = await samples('a Map', progress, async () => {
      if (peer) theirs.push(await peer(mapOf(), items));
      const started = performance.now();
      await runExpress(machines, items);
      inMemory.push(performance.now() - started);
      return (await machines.run(1, items)).milliseconds;
    });
    const against = peer ? { peer: { name: PEER, samples: theirs.slice(WARM_UP) } } : {};
    return [
      atMost('Standard, Map of 1,000 items', 'ms', ours, { target: 15, ...against }),
      atMost('Express, Map of 1,000 items', 'ms', inMemory.slice(WARM_UP), against),
    ];
  });
}

async function express(peer: PeerRun | undefined, progress: Progress): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [what, definition] of [
    ['Pass states', PASS],
    ['Pass states with an intrinsic function', INTRINSICS],
  ] as const) {
    const theirs: number[] = [];
    const ours = await withMachines(definition, (machines) =>
      samples(`Express, ${what}`, progress, async () => {
        if (peer) theirs.push((CHAIN * 1000) / (await peer(definition, { count: 0 })));
        const started = performance.now();
        await runExpress(machines, { count: 0 });
        return (CHAIN * 1000) / (performance.now() - started);
      }),
    );
    const against = peer ? { peer: { name: PEER, samples: theirs.slice(WARM_UP) } } : {};
    figures.push(atLeast(`Express, 1,000 ${what}`, 'transitions/s', ours, against));
  }
  return figures;
}

async function starts(progress: Progress): Promise<Figure[]> {
  return withMachines(ONE, async (machines) => {
    const rates = await samples('starts', progress, async () => {
      const { milliseconds } = await machines.run(STARTED);
      return (STARTED * 1000) / milliseconds;
    });
    return [atLeast('Standard, one-state executions, 2,000 at once', 'executions/s', rates)];
  });
}

async function throughWire(progress: Progress): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  const server = await separate(OURS, { folder, port: 0, auth: 'off' });
  try {
    const endpoint = `http://127.0.0.1:${server.port}`;
    const sfn = new SFN({ endpoint, region: DEFAULT_REGION, credentials: server.credentials });
    const roleArn = 'arn:aws:iam::000000000000:role/bench';
    const { stateMachineArn } = await sfn.createStateMachine({ name: 'one', definition: ONE, roleArn });
    const sign = signer({
      host: `127.0.0.1:${server.port}`,
      ...{ region: DEFAULT_REGION, service: 'states', credentials: server.credentials },
    });
    const request = (operation: string, input: object) =>
      sign({
        ...{ method: 'POST', path: '/', body: Buffer.from(JSON.stringify(input)) },
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` },
      });
    const runs = await samples('through the wire', progress, async () => {
      const mark = crypto.randomUUID();
      const requests = Array.from({ length: 500 }, (_, index) => {
        const name = `${mark}-${index}`;
        const executionArn = stateMachineArn!.replace('stateMachine', 'execution').concat(`:${name}`);
        return [request('StartExecution', { stateMachineArn, name }), request('DescribeExecution', { executionArn })];
      }).flat();
      const { milliseconds } = await load({
        ...{ port: server.port, connections: 1, count: requests.length },
        request: (index) => requests[index]!,
      });
      // One connection: the answers are in the order of the requests.
      const pairs = Array.from({ length: 500 }, (_, index) => milliseconds[2 * index]! + milliseconds[2 * index + 1]!);
      return quantile(pairs, 0.5);
    });
    return [atMost('a one-state Standard execution through the wire, start to end, p50', 'ms', runs, { target: 2 })];
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
