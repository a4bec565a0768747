/**
 * A server in a process of its own, for benchmarks that load it from another core: `fork('serve.ts', [options])` with
 * ServerOptions as JSON, and `slowSyncMs` for a disk that takes so long over each sync of the database. It tells where it answers,
 * and when asked what it has used, and how long a turn of its loop was at most.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { type ServerOptions, startServer } from '../../src/server/server.ts';
import type { Used } from './separate.ts';

const { slowSyncMs, ...options } = JSON.parse(process.argv[2]!) as ServerOptions & { slowSyncMs?: number };
/** For how long syncs on the loop have blocked it, in milliseconds. */
let blocked = 0;
if (slowSyncMs !== undefined) slowDown(slowSyncMs);
const server = await startServer({ ...options, world: { ...systemWorld, log: silentLog } });
const longestTurn = watchLoop();
let most = 0;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 20);

process.on('message', (message) => {
  if (message === 'close') {
    clearInterval(watch);
    void server.close().then(() => process.exit(0));
    return;
  }
  const { user, system } = process.cpuUsage();
  const used: Used = {
    cpuSeconds: (user + system) / 1e6,
    rss: process.memoryUsage.rss(),
    peakRss: Math.max(most, process.memoryUsage.rss()),
    ...longestTurn(),
  };
  most = 0;
  process.send?.({ used });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: server.port, credentials: server.credentials });

/** Before the server is imported nothing has taken these functions yet; after, their bindings are renewed. */
function slowDown(milliseconds: number): void {
  const { fdatasync, fdatasyncSync } = fs;
  const never = new Int32Array(new SharedArrayBuffer(4));
  fs.fdatasyncSync = (descriptor) => {
    const before = performance.now();
    Atomics.wait(never, 0, 0, milliseconds);
    fdatasyncSync(descriptor);
    blocked += performance.now() - before;
  };
  fs.fdatasync = Object.assign(
    (descriptor: number, done: fs.NoParamCallback) => void setTimeout(() => fdatasync(descriptor, done), milliseconds),
    { __promisify__: fdatasync.__promisify__ },
  );
  syncBuiltinESMExports();
}

/**
 * The longest time between two ticks since it was asked last: by the clock, and what of it the thread worked or was blocked by a
 * sync. In the rest the machine ran something else, which on a shared one is most of the clock's.
 */
function watchLoop(): () => Pick<Used, 'lag' | 'work'> {
  const look = () => {
    const { user, system } = process.threadCpuUsage();
    return { clock: performance.now(), work: (user + system) / 1000 + blocked };
  };
  let before = look();
  let longest = { lag: 0, work: 0 };
  setInterval(() => {
    const now = look();
    // The timer's own millisecond is part of what it sees.
    longest = {
      lag: Math.max(longest.lag, now.clock - before.clock - 1),
      work: Math.max(longest.work, now.work - before.work),
    };
    before = now;
  }, 1).unref();
  return () => {
    const answer = longest;
    longest = { lag: 0, work: 0 };
    return answer;
  };
}
