/**
 * A thread that keeps one core busy: told for how many milliseconds, it answers how many rounds of a fixed computation it
 * got through in each. Rounds, not CPU time: on a shared host a stolen core can look like a used one.
 */
import { parentPort } from 'node:worker_threads';

/** About a tenth of a millisecond of integer arithmetic that the compiler cannot leave out. */
function round(seed: number): number {
  let value = seed | 1;
  for (let i = 0; i < 50_000; i++) value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) + i;
  return value;
}

parentPort?.on('message', (milliseconds: number) => {
  const started = performance.now();
  let rounds = 0;
  let value = 1;
  let elapsed = 0;
  while (elapsed < milliseconds) {
    value = round(value);
    rounds++;
    elapsed = performance.now() - started;
  }
  parentPort?.postMessage({ rate: rounds / elapsed, value });
});
