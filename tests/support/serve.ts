/**
 * A server as a process of its own, for tests that kill it: `node serve.ts '{"folder": …, "port": …}'` (ServerOptions).
 * It says `{"url": …}` on standard output once it answers, or `{"error": …}`; it ends with its standard input, so that none
 * outlives its test.
 */
import { systemWorld } from '../../src/base/world.ts';
import { type ServerOptions, startServer } from '../../src/server/server.ts';

const say = (value: object) => void process.stdout.write(`${JSON.stringify(value)}\n`);

process.stdin.on('close', () => process.exit(3));
process.stdin.resume();
try {
  const options = JSON.parse(process.argv[2]!) as ServerOptions;
  const server = await startServer({ world: systemWorld, ...options });
  process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
  say({ url: server.url });
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
