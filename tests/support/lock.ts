/** One at a time across processes: a lock that the system drops with the process that holds it. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

const PATIENCE = 500;

/** Does the work while no other process does work under the same file; waits for its turn without an end. */
export async function exclusively<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    const lock = new DatabaseSync(file, { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      if (!/locked|busy/i.test(String(error))) throw error;
      await setTimeout(PATIENCE);
      continue;
    }
    try {
      return await work();
    } finally {
      lock.close();
    }
  }
}
