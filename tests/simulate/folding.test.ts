import { expect, it } from 'vitest';
import { executeOneTurn, problemsOf, runs } from '../../src/engine/machines/testing.ts';
import { anyInput, drive } from '../upgrade/journals.ts';
import { randomMachine } from './machines/definitions.ts';
import { rng, seedOf } from './world.ts';

it('the journal of any machine folds into the same history again, whatever happened to it and in whatever order', () => {
  const ends = new Set<string>();
  for (let seed = 1; seed <= 400; seed += 1) {
    const random = rng(seedOf(seed, 'folding'));
    const run = executeOneTurn(JSON.parse(randomMachine(random)), { input: anyInput(random) });
    while (run.again()) run.turn();
    drive(run, random, random.chance(0.5) ? random.int(10) : undefined);
    if (run.state.status === 'RUNNING' && random.chance(0.5)) run.take({ kind: 'stop-requested' });
    if (run.state.status !== 'RUNNING' && run.state.status !== 'SUCCEEDED' && random.chance(0.5)) {
      run.take({ kind: 'redriven' });
      drive(run, random);
    }
    ends.add(run.state.status);
    expect([seed, problemsOf(run)]).toEqual([seed, []]);
    runs.length = 0;
  }
  expect([...ends].sort()).toEqual(['ABORTED', 'FAILED', 'RUNNING', 'SUCCEEDED', 'TIMED_OUT']);
});
