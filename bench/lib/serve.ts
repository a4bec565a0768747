/**
 * A server in a process of its own, for benchmarks that load it from another core: `fork('serve.ts', [options])` with
 * ServerOptions as JSON, and `slowSyncMs` for a disk that takes so long over each sync of the database. It tells where it answers, and when asked what it has used.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { type ServerOptions, startServer } from '../../src/server/server.ts';
import type { Used } from './separate.ts';

const { slowSyncMs, ...options } = JSON.parse(process.argv[2]!) as ServerOptions & { slowSyncMs?: number };
if (slowSyncMs !== undefined) slowDown(slowSyncMs);
const lag = monitorEventLoopDelay({ resolution: 1 });
const server = await startServer({ ...options, world: { ...systemWorld, log: silentLog } });
lag.enable();
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
    // The histogram's own tick is part of what it sees.
    lag: Math.max(0, lag.max / 1e6 - 1),
  };
  lag.reset();
  most = 0;
  process.send?.({ used });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port: server.port, credentials: server.credentials });

/** Before the server is imported nothing has taken these functions yet; after, their bindings are renewed. */
function slowDown(milliseconds: number): void {
  const { fdatasync, fdatasyncSync } = fs;
  const blocked = new Int32Array(new SharedArrayBuffer(4));
  fs.fdatasyncSync = (descriptor) => {
    Atomics.wait(blocked, 0, 0, milliseconds);
    fdatasyncSync(descriptor);
  };
  fs.fdatasync = Object.assign(
    (descriptor: number, done: fs.NoParamCallback) => void setTimeout(() => fdatasync(descriptor, done), milliseconds),
    { __promisify__: fdatasync.__promisify__ },
  );
  syncBuiltinESMExports();
}
