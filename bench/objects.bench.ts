/** The object store, signed and durable, beside npm's s3rver (a file for each object, not synced) on the same work in turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { S3 } from '@aws-sdk/client-s3';
import { DEFAULT_REGION } from '../src/server/server.ts';
import { atLeast, atMost, type Bench, type Figure, type Progress } from './lib/figures.ts';
import { load, quantile } from './lib/load.ts';
import { fillBucket } from './lib/manyKeys.ts';
import { peerPackage } from './lib/peer.ts';
import { OURS, type Separate, separate } from './lib/separate.ts';
import { signer } from './lib/signed.ts';

const RUNS = 5;
/** Rounds before the first that counts, of each: the compiler of either takes some ten thousand requests. */
const WARM_UP = 4;
const SMALL = { connections: 16, count: 8000, size: 1024 };
const LARGE = { count: 4, size: 100e6 };
const KEYS = 1_000_000;
const SLOW_SYNC_MS = 5;
const PEER = fileURLToPath(new URL('./peers/s3rver.mjs', import.meta.url));

export const bench: Bench = {
  name: 'objects',
  describe:
    'PUT and GET of 1 kB on 16 connections and of 100 MB on one, every request signed (payload hash included) and made beforehand, every PUT durable before it is answered, beside s3rver, whose writes are not synced; pages of 1,000 keys out of 1,000,000; how long the loop is held up by PUTs when each sync takes 5 ms.',
  notMeasured: [
    'TLS, and clients that sign as they go',
    'a disk that is really slow: its syncs are simulated (a timer on the thread pool, a blocked loop for one on the loop)',
  ],
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    try {
      const installed = peerPackage('s3rver', '3.7.1', progress);
      const ours = await store(folder);
      const peer = installed ? await separate(PEER, { package: installed, folder: join(folder, 'peer') }) : undefined;
      const figures = [...(await small(ours, peer, progress)), ...(await large(ours, peer, progress))];
      await ours.close();
      await peer?.close();
      figures.push(...(await lag(join(folder, 'slow'), progress)), ...(await listing(join(folder, 'keys'), progress)));
      return figures;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A server of ours with the bucket `bench`. */
async function store(folder: string, options: object = {}): Promise<Separate> {
  const server = await separate(OURS, { folder: join(folder, 'ours'), port: 0, ...options });
  const s3 = new S3({
    ...{ endpoint: `http://127.0.0.1:${server.port}`, region: DEFAULT_REGION, credentials: server.credentials },
    forcePathStyle: true,
  });
  await s3.createBucket({ Bucket: 'bench' });
  return server;
}

function signing({ port, credentials }: Separate) {
  return signer({ host: `127.0.0.1:${port}`, region: DEFAULT_REGION, service: 's3', credentials });
}

type Rates = { put: number[]; get: number[] };

/** Requests per second of one round of small PUTs to new keys, then of GETs of the same. */
async function smallRound(server: Separate, round: string): Promise<{ put: number; get: number }> {
  const sign = signing(server);
  const { connections, count, size } = SMALL;
  const requests = (method: 'PUT' | 'GET') =>
    Array.from({ length: count }, (_, index) => {
      const body = Buffer.alloc(size, `${round}/${index};`);
      return sign({ method, path: `/bench/${round}/${index}`, ...(method === 'PUT' ? { body } : {}) });
    });
  const rate = async (made: readonly Buffer[]) => {
    const { seconds } = await load({ port: server.port, connections, count, request: (index) => made[index]! });
    return count / seconds;
  };
  const put = await rate(requests('PUT'));
  return { put, get: await rate(requests('GET')) };
}

async function small(ours: Separate, peer: Separate | undefined, progress: Progress): Promise<Figure[]> {
  const [our, theirs]: [Rates, Rates] = [
    { put: [], get: [] },
    { put: [], get: [] },
  ];
  for (let run = 1 - WARM_UP; run <= RUNS; run += 1) {
    progress(`1 kB, ${run < 1 ? 'warming up' : `run ${run} of ${RUNS}`}`);
    for (const [server, rates] of [[ours, our] as const, ...(peer ? [[peer, theirs] as const] : [])]) {
      const { put, get } = await smallRound(server, `run-${run}`);
      if (run < 1) continue;
      rates.put.push(put);
      rates.get.push(get);
    }
  }
  return [
    ...compared('PUT 1 kB, 16 connections', 'requests/s', our.put, theirs.put, 5),
    ...compared('GET 1 kB, 16 connections', 'requests/s', our.get, theirs.get, 6),
  ];
}

/** A rate, and how many times the peer's it is, run by run. */
function compared(name: string, unit: string, ours: number[], theirs: number[], target: number): Figure[] {
  if (theirs.length === 0) return [atLeast(name, unit, ours)];
  const ratios = ours.map((rate, run) => rate / theirs[run]!);
  return [
    atLeast(name, unit, ours, { peer: { name: 's3rver', samples: theirs } }),
    atLeast(`${name}, beside s3rver`, 'times', ratios, { target }),
  ];
}

async function large(ours: Separate, peer: Separate | undefined, progress: Progress): Promise<Figure[]> {
  const body = Buffer.alloc(LARGE.size);
  for (let at = 0; at < body.length; at += 4) body.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  const [our, theirs]: [Rates, Rates] = [
    { put: [], get: [] },
    { put: [], get: [] },
  ];
  const grown: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    progress(`100 MB, ${run === 0 ? 'warming up' : `run ${run} of ${RUNS}`}`);
    for (const [server, rates] of [[ours, our] as const, ...(peer ? [[peer, theirs] as const] : [])]) {
      const before = (await server.used()).rss;
      const { put, get } = await largeRound(server, body, run);
      const { peakRss } = await server.used();
      if (run === 0) continue;
      rates.put.push(put);
      rates.get.push(get);
      if (server === ours) grown.push(Math.max(0, peakRss - before) / 1e6);
    }
  }
  return [
    ...compared('PUT 100 MB', 'MB/s', our.put, theirs.put, 1),
    ...compared('GET 100 MB', 'MB/s', our.get, theirs.get, 1),
    atMost('memory taken while 100 MB objects pass', 'MB', grown, { target: 64 }),
  ];
}

async function largeRound(server: Separate, body: Buffer, run: number): Promise<{ put: number; get: number }> {
  const sign = signing(server);
  // Other bytes each time: equal contents share one file. The hash of the payload is part of the signature.
  const puts = Array.from({ length: LARGE.count }, (_, index) => {
    const head = Buffer.from(`${run}/${index}/`.padEnd(4096, '.'));
    const whole = Buffer.concat([head, body.subarray(head.length)]);
    return sign({ method: 'PUT', path: `/bench/large-${index}`, body: whole });
  });
  const gets = puts.map((_, index) => sign({ method: 'GET', path: `/bench/large-${index}` }));
  const rate = async (requests: readonly Buffer[]) => {
    const { seconds } = await load({
      ...{ port: server.port, connections: 1, count: requests.length },
      request: (index) => requests[index]!,
    });
    return (requests.length * LARGE.size) / 1e6 / seconds;
  };
  return { put: await rate(puts), get: await rate(gets) };
}

async function lag(folder: string, progress: Progress): Promise<Figure[]> {
  const server = await store(folder, { slowSyncMs: SLOW_SYNC_MS });
  const [lags, turns]: [number[], number[]] = [[], []];
  for (let run = 0; run <= RUNS; run += 1) {
    progress(`syncs of ${SLOW_SYNC_MS} ms, ${run === 0 ? 'warming up' : `run ${run} of ${RUNS}`}`);
    await server.used();
    await smallRound(server, `run-${run}`);
    if (run === 0) continue;
    const used = await server.used();
    lags.push(used.lag);
    turns.push(used.work);
  }
  await server.close();
  return [
    atMost('longest turn of the loop, 1 kB PUTs and GETs, 5 ms syncs: work and syncs', 'ms', turns, { target: 10 }),
    atMost("the same by the clock, with the machine's own pauses", 'ms', lags),
  ];
}

async function listing(folder: string, progress: Progress): Promise<Figure[]> {
  progress(`a bucket of ${KEYS} keys`);
  await fillBucket(join(folder, 'ours'), 'bench', KEYS);
  const server = await separate(OURS, { folder: join(folder, 'ours'), port: 0 });
  const sign = signing(server);
  const shapes: Readonly<Record<string, string>> = {
    'a page of 1,000 keys out of 1,000,000, by prefix': 'list-type=2&prefix=year%3D2026%2Fpart-05',
    'the same, behind a delimiter over 500,000 keys a group': 'delimiter=%2F&list-type=2',
  };
  const figures: Figure[] = [];
  for (const [name, query] of Object.entries(shapes)) {
    progress(name);
    const request = sign({ method: 'GET', path: '/bench', query });
    const pages = () => load({ port: server.port, connections: 1, count: 50, request: () => request });
    await pages();
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) times.push(quantile((await pages()).milliseconds, 0.5));
    figures.push(atMost(name, 'ms', times, { target: 10 }));
  }
  await server.close();
  return figures;
}
