import { afterAll, describe, expect, it } from 'vitest';
import { simulationBytes } from './run.ts';
import { tryMachineSeed } from './simulate.ts';

/** Some here; `node tests/simulate/simulate.ts --seeds 10000` for a night's worth. */
const SEEDS = 60;
const { bytes, remove } = simulationBytes();
afterAll(remove);

describe('a whole system on a simulated machine', () => {
  it(`ends ${SEEDS} random state machines as their uninterrupted twins, whatever crashes between`, async () => {
    const failed: unknown[] = [];
    let crashes = 0;
    let compared = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const report = await tryMachineSeed(seed, bytes);
      crashes += report.crashes;
      compared += report.compared;
      if (report.problems.length > 0) failed.push(report);
    }
    expect(failed).toEqual([]);
    // The simulation is worth something only if it crashes a lot, and if most executions can be compared.
    expect(crashes).toBeGreaterThan(SEEDS * 2);
    expect(compared).toBeGreaterThan(SEEDS * 1.5);
  }, 300_000);
});
