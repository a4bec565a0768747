/** The thread of one preview (thread.ts): reads the object, and says what it looks like. */
import { type FileHandle, open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { ByteSource } from './head.ts';
import type { PreviewSaid, PreviewTask } from './messages.ts';
import { previewOf } from './preview.ts';
import { isUnreadable } from './refusal.ts';

const task = workerData as PreviewTask;

function sourceOf(size: number, file: FileHandle | undefined): ByteSource {
  if ('bytes' in task) {
    const { bytes } = task;
    return { size, read: async (from, to) => bytes.subarray(from, to) };
  }
  return {
    size,
    async read(from, to) {
      const bytes = new Uint8Array(to - from);
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await file!.read(bytes, filled, bytes.length - filled, from + filled);
        if (bytesRead === 0) throw new Error('The file of the object ends too early.');
        filled += bytesRead;
      }
      return bytes;
    },
  };
}

async function said(): Promise<PreviewSaid> {
  const file = 'path' in task ? await open(task.path) : undefined;
  try {
    return { preview: await previewOf(sourceOf(task.size, file), task) };
  } catch (error) {
    return isUnreadable(error) ? { refused: error.message } : { failed: (error as Error).stack ?? String(error) };
  } finally {
    await file?.close();
  }
}

parentPort!.postMessage(await said());
