/** Where a worker's process reports: a socket in its own folder, which takes one connection, before any of the function's code runs. */
import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

export type Listener = {
  connection: Promise<Socket>;
  /** Takes no connection any more. */
  close(): void;
};

/** Its name in the folder; the process knows it by that. */
const NAME = '.telar-runtime';

/** The folder may be renamed meanwhile. @throws what the system says where no socket can be made */
export async function listenIn(folder: string): Promise<Listener> {
  // The path of a socket may have a hundred bytes; that of a folder has more.
  const opened = process.platform === 'linux' ? openSync(folder, 'r') : undefined;
  const path = opened === undefined ? join(folder, NAME) : `/proc/self/fd/${opened}/${NAME}`;
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: false });
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    server.close(() => opened !== undefined && closeSync(opened));
  };
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  // Nobody else sees the folder.
  chmodSync(path, 0o666);
  server.unref();
  const connection = new Promise<Socket>((resolve, reject) => {
    server.once('connection', (socket) => {
      close();
      resolve(socket);
    });
    server.once('close', () => reject(new Error('the process did not report')));
  });
  connection.catch(() => {}); // whoever waits hears of it
  return { connection, close };
}
