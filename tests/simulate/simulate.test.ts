import { afterAll, describe, expect, it } from 'vitest';
import { simulationBytes } from './run.ts';
import { trySeed } from './simulate.ts';

/** A few hundred here; `node tests/simulate/simulate.ts --seeds 10000` for a night's worth. */
const SEEDS = 300;
const { bytes, remove } = simulationBytes();
afterAll(remove);

describe('a whole system on a simulated machine', () => {
  it(`ends ${SEEDS} random pipelines as their uninterrupted twins, whatever crashes between`, async () => {
    const failed: unknown[] = [];
    let crashes = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const report = await trySeed(seed, bytes);
      crashes += report.crashes;
      if (report.problems.length > 0) failed.push(report);
    }
    expect(failed).toEqual([]);
    // The simulation is worth something only if it crashes a lot.
    expect(crashes).toBeGreaterThan(SEEDS * 2);
  }, 300_000);
});
