/**
 * Removes the folders of jobs in a thread: Node's own asynchronous removal asks the loop for each single file, which costs a small
 * job's folder 2 ms of it.
 *
 * V1. Folders are removed in the order asked for, one after the other.
 * V2. A thread that dies fails what it was asked for; the next removal gets a new one.
 */
import { chmod, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Why a folder could not be removed. */
export type Removed = string | undefined;

type Thread = { worker: Worker; waiting: { resolve(): void; reject(error: Error): void }[] };

let thread: Thread | undefined;

function startThread(): Thread {
  // From source in development, from compiled JavaScript when published.
  const worker = new Worker(new URL(`./removeWorker${extname(import.meta.url)}`, import.meta.url));
  const started: Thread = { worker, waiting: [] };
  worker.unref();
  const die = (error: Error) => {
    if (thread === started) thread = undefined;
    for (const { reject } of started.waiting.splice(0)) reject(error);
  };
  worker.on('error', die);
  worker.on('exit', () => die(new Error('The thread that removes the folders of jobs ended.')));
  worker.on('message', (message: Removed) => {
    const { resolve, reject } = started.waiting.shift()!;
    if (started.waiting.length === 0) worker.unref();
    if (message === undefined) resolve();
    else reject(new Error(message));
  });
  return started;
}

function removeInThread(path: string): Promise<void> {
  thread ??= startThread();
  const { worker, waiting } = thread;
  worker.ref(); // what was asked for is done, though the process has nothing else to do
  return new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    worker.postMessage(path);
  });
}

/** Deletes a folder in which a job may have taken its own user's rights away. @throws the system's error */
export async function removeFolder(root: string): Promise<void> {
  try {
    await removeInThread(root);
  } catch {
    await open(root);
    await removeInThread(root);
  }
}

async function open(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await open(join(folder, entry.name));
  }
}
