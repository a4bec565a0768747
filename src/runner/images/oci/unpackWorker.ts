/**
 * Unpacks an image, in a worker: it decompresses and writes with calls that block, for seconds. Ends with one message, after
 * any number of lines for people.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { isRunnerError, type RunnerErrorCode } from '../../errors.ts';
import { applyLayer, beginUnpacking, type Layer, type Limits } from './layer.ts';
import { makePoints } from './points.ts';

export type UnpackOrder = { root: string; layers: readonly Layer[]; owner: number | undefined; limits: Limits };
export type UnpackMessage =
  | { kind: 'line'; line: string }
  | { kind: 'done'; points: Record<string, string>; skipped: number }
  | { kind: 'failed'; code: RunnerErrorCode; message: string };

const tell = (message: UnpackMessage) => parentPort!.postMessage(message);

try {
  const { root, layers, owner, limits } = workerData as UnpackOrder;
  const unpacking = beginUnpacking(root, owner, limits);
  for (const [index, layer] of layers.entries()) {
    tell({ kind: 'line', line: `  unpacking layer ${index + 1} of ${layers.length}` });
    await applyLayer(unpacking, layer);
  }
  tell({ kind: 'done', points: makePoints(unpacking), skipped: unpacking.skipped });
} catch (error) {
  if (isRunnerError(error)) tell({ kind: 'failed', code: error.code, message: error.message });
  else {
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    const message = full
      ? 'The disk became full while an image was unpacked: free some space and try again.'
      : `An image could not be unpacked: ${error instanceof Error ? error.message : String(error)}`;
    tell({ kind: 'failed', code: full ? 'DiskFull' : 'ImageBroken', message });
  }
}
