/** The thread behind drives.ts: drives one host of one transform job, and answers with the outcome. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../../base/clock.ts';
import { drive } from './driver.ts';
import type { DriverMessage, DriverTask } from './drives.ts';
import { modelClient } from './modelClient.ts';

const { address, ...task } = workerData as DriverTask;
const answer = (message: DriverMessage) => parentPort!.postMessage(message);

// Timers do not keep a thread alive: that it may be spoken to does.
parentPort!.on('message', () => {});
const client = modelClient(address, systemClock);
drive({ ...task, client, clock: systemClock, tell: (line) => answer({ line }) })
  .then(
    (outcome) => answer({ outcome }),
    (error: NodeJS.ErrnoException) => answer({ error: { message: error.message, code: error.code } }),
  )
  .finally(client.close);
