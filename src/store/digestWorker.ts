/** The thread behind digests.ts: digests the blocks of streams, each stream's in the order in which they come. */
import { parentPort } from 'node:worker_threads';
import { createHasher, type Hasher } from '../protocol/checksums.ts';
import type { DigestAnswer, DigestTask } from './digests.ts';

const streams = new Map<number, readonly Hasher[]>();

const answer = (message: DigestAnswer) => parentPort!.postMessage(message);

parentPort!.on('message', (task: DigestTask) => {
  const { stream } = task;
  switch (task.kind) {
    case 'begin':
      return void streams.set(stream, task.algorithms.map(createHasher));
    case 'block': {
      const bytes = new Uint8Array(task.block, 0, task.length);
      for (const hasher of streams.get(stream) ?? []) hasher.update(bytes);
      return answer({ kind: 'taken', stream });
    }
    case 'end': {
      const digests = streams.get(stream)?.map((hasher) => hasher.digest()) ?? [];
      streams.delete(stream);
      return answer({ kind: 'ended', stream, digests });
    }
  }
});
