/**
 * A process that scores batches and does nothing else, so that what they take of memory can be told: `fork('batchProcess.ts')`.
 * Each message is a BatchJob; the answer is how long it took, and how far memory rose above what the idle process had. The code
 * is compiled as the server's is, with a cache.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BatchJob, scoreFiles } from '../../src/scoring/index.ts';

export type Scored = { seconds: number; megabytes: number; rows: number };

enableCompileCache(fileURLToPath(new URL('../../.cache/compile', import.meta.url)));
const rss = () => process.memoryUsage.rss() / 1e6;

async function score(job: BatchJob): Promise<Scored> {
  const idle = rss();
  let most = idle;
  const watch = setInterval(() => {
    most = Math.max(most, rss());
  }, 10);
  const started = performance.now();
  const results = await scoreFiles(job);
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  for (const result of results) if ('error' in result) throw result.error;
  const rows = results.reduce((sum, result) => sum + ('rows' in result ? result.rows : 0), 0);
  return { seconds, megabytes: Math.max(most, rss()) - idle, rows };
}

process.on('message', (job: BatchJob) => {
  void score(job).then((scored) => process.send?.(scored));
});
process.on('disconnect', () => process.exit(0));
