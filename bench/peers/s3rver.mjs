/**
 * The peer of the objects benchmark: npm's s3rver, a file for each object, on its own. Installed by lib/peer.ts, outside of the
 * project's dependencies. `fork('s3rver.mjs', ['{"package": …, "folder": …}'])`; the same messages as lib/serve.ts.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { package: installed, folder } = JSON.parse(process.argv[2]);
const S3rver = createRequire(join(installed, 'package.json'))('s3rver');
const peer = new S3rver({
  ...{ port: 0, address: '127.0.0.1', silent: true, directory: folder },
  configureBuckets: [{ name: 'bench' }],
});
const { port } = await peer.run();
let most = 0;
setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 20).unref();

process.on('message', (message) => {
  if (message === 'close') return process.exit(0);
  const { user, system } = process.cpuUsage();
  const rss = process.memoryUsage.rss();
  process.send({ used: { cpuSeconds: (user + system) / 1e6, rss, peakRss: Math.max(most, rss), lag: 0 } });
  most = 0;
});
process.on('disconnect', () => process.exit(0));
process.send({ port, credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } });
