/** Starts servers in processes of their own, ours and peers', so that a load does not share their core. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a server process has used: since its start (CPU), now (memory), and at most since it was last asked (the rest). */
export type Used = { cpuSeconds: number; rss: number; peakRss: number; lag: number; work: number };

export type Separate = {
  port: number;
  credentials: { accessKeyId: string; secretAccessKey: string };
  used(): Promise<Used>;
  close(): Promise<void>;
};

/**
 * @param program answers `{port, credentials}` once it listens, `{used}` to any message, and ends on `close`
 * @example const server = await separate(OURS, { folder, port: 0 });
 */
export async function separate(program: string, options: object): Promise<Separate> {
  const child = fork(program, [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // To profile a server: TELAR_BENCH_NODE='--cpu-prof --cpu-prof-dir=/tmp/profile' npm run bench -- NAME
    execArgv: (process.env['TELAR_BENCH_NODE'] ?? '').split(' ').filter(Boolean),
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answer = <T>() =>
    new Promise<T>((resolve, reject) => {
      const failed = () => reject(new Error(`The server process ${program} ended before it answered.`));
      child.once('exit', failed);
      child.once('message', (message) => {
        child.off('exit', failed);
        resolve(message as T);
      });
    });
  const started = await answer<Pick<Separate, 'port' | 'credentials'>>();
  return {
    ...started,
    async used() {
      const reply = answer<{ used: Used }>();
      child.send('used');
      return (await reply).used;
    },
    async close() {
      child.send('close');
      await gone;
    },
  };
}

export const OURS = fileURLToPath(new URL('./serve.ts', import.meta.url));
export const BARE = fileURLToPath(new URL('./bareServer.ts', import.meta.url));
