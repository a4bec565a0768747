/** The thread behind checks.ts: checks one definition after the other. */
import { parentPort } from 'node:worker_threads';
import { type CheckAnswer, type CheckTask, checkDefinition } from './checks.ts';

parentPort!.on('message', ({ id, text, type }: CheckTask) => {
  parentPort!.postMessage({ id, checked: checkDefinition(text, type) } satisfies CheckAnswer);
});
