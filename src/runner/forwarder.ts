/**
 * Runs inside a job's sandbox whose network is empty: takes connections on the loopback and carries them to Telar's server through
 * a Unix socket that is bound into the sandbox. It imports nothing but Node.
 *
 * usage: node forwarder.ts PORT SOCKET
 *
 * Writes a line once it listens. It stays while the job is told to end, since the job may have something to store then; the
 * sandbox's end takes it along.
 */
import { connect, createServer } from 'node:net';

const [port, path] = process.argv.slice(2);

const server = createServer({ allowHalfOpen: true }, (inside) => {
  const outside = connect({ path: path!, allowHalfOpen: true });
  // No server just now (it restarts): the client sees what it would see without a forwarder, a closed connection.
  outside.on('error', () => inside.destroy());
  inside.on('error', () => outside.destroy());
  inside.pipe(outside);
  outside.pipe(inside);
});
server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
