/**
 * Runs seeds of the simulation, each with a random pipeline and with a random state machine, and says which fail. `node tests/simulate/simulate.ts --seeds 10000 [--from 1]`; one seed is
 * repeated with `--from N --seeds 1`.
 */
import { parseArgs } from 'node:util';
import { difference } from './machines/outcome.ts';
import { runMachineSeed } from './machines/run.ts';
import { type RunResult, runSeed, simulationBytes } from './run.ts';
import { rng, seedOf } from './world.ts';

type Bytes = ReturnType<typeof simulationBytes>['bytes'];

export type SeedReport = { seed: number; crashes: number; problems: string[] };

/** Where a seed's crashes are, in a run that passes so many crash points. */
function crashesOf(seed: number, crashPoints: number): number[] {
  const random = rng(seedOf(seed, 'crashes'));
  const count = 1 + random.int(8);
  return Array.from({ length: count }, () => 1 + random.int(Math.max(2, Math.ceil((crashPoints * 2) / count))));
}

const marked = (mark: string, { problems }: { problems: string[] }) => problems.map((problem) => `${mark}: ${problem}`);

/** One seed: its uninterrupted twin, then the same with crashes; everything that does not hold. */
export async function trySeed(seed: number, bytes: Bytes): Promise<SeedReport> {
  const twin = await runSeed(seed, [], bytes);
  const crashed = await runSeed(seed, crashesOf(seed, twin.crashPoints), bytes);
  const problems = [...marked('uninterrupted', twin), ...marked('after crashes', crashed)];
  problems.push(...differences(twin, crashed));
  return { seed, crashes: crashed.crashes, problems };
}

/** The same for state machines. `compared`: executions whose history could be laid beside their twin's. */
export async function tryMachineSeed(seed: number, bytes: Bytes): Promise<SeedReport & { compared: number }> {
  const twin = await runMachineSeed(seed, [], bytes);
  const crashed = await runMachineSeed(seed, crashesOf(seed, twin.crashPoints), bytes);
  const problems = [...marked('uninterrupted', twin), ...marked('after crashes', crashed)];
  let compared = 0;
  if (problems.length === 0) {
    for (const [index, outcome] of twin.outcomes.entries()) {
      const other = crashed.outcomes[index]!;
      // The first one of some was stopped in the midst.
      if ((twin.meddled && index === 0) || outcome.racy || other.racy) continue;
      compared += 1;
      const different = difference(other, outcome);
      if (different !== undefined) problems.push(`execution ${index + 1}: ${different}`);
    }
  }
  return { seed, crashes: crashed.crashes, problems, compared };
}

/**
 * How a crashed run ended otherwise than its twin. After a failure, which other steps were still started depends on when
 * things happen, and with them what the cache holds for the next execution: no further comparison is fair then.
 */
function differences(twin: RunResult, crashed: RunResult): string[] {
  if (twin.meddled) return [];
  for (const [index, outcome] of twin.outcomes.entries()) {
    const other = crashed.outcomes[index];
    const which = `execution ${index + 1}`;
    if (other?.status !== outcome.status) return [`${which} ended ${other?.status}, its twin ${outcome.status}`];
    if (outcome.status !== 'Succeeded') return [];
    const [expected, found] = [JSON.stringify(outcome.steps), JSON.stringify(other.steps)];
    if (expected !== found) return [`${which}: ${found}, its twin ${expected}`];
  }
  return [];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
  });
  const [from, seeds] = [Number(values.from), Number(values.seeds)];
  const { bytes, remove } = simulationBytes();
  let crashes = 0;
  let failed = 0;
  const started = performance.now();
  for (let seed = from; seed < from + seeds; seed += 1) {
    for (const [what, trial] of [
      ['pipeline', trySeed],
      ['state machine', tryMachineSeed],
    ] as const) {
      const report = await trial(seed, bytes);
      crashes += report.crashes;
      if (report.problems.length === 0) continue;
      failed += 1;
      console.log(
        `${what} of seed ${seed} (${report.crashes} crashes):\n  ${report.problems.slice(0, 5).join('\n  ')}`,
      );
    }
    if (seed % 500 === 0) {
      const seconds = Math.round((performance.now() - started) / 1000);
      console.log(`${seed - from + 1} seeds, ${crashes} crashes, ${failed} failed, ${seconds} s`);
    }
  }
  remove();
  console.log(`${seeds} seeds, ${crashes} crashes, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

if (import.meta.main) await main();
