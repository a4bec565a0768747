import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../src/engine/machines/testing.ts';
import { rng } from '../simulate/world.ts';
import { drive, readRecorded, recordedVersions, takeUpRecorded } from './journals.ts';

describe.each(recordedVersions())('journals of state machines that %s wrote', (version) => {
  const recorded = readRecorded(version);

  it('are many, some of them of executions that are open', () => {
    const open = recorded.filter(({ status }) => status === 'RUNNING');
    expect([recorded.length > 50, open.length > 5, open.length < recorded.length / 2]).toEqual([true, true, true]);
  });

  it.each(recorded.map((one) => [one.title, one] as const))(
    '%s: folds into the history that was told then',
    (_, one) => {
      const run = takeUpRecorded(one);
      expect(run.journal.map(({ outcome }) => outcome)).toEqual(one.journal.map(({ outcome }) => outcome));
      expect(run.state.status).toBe(one.status);
      if (one.status !== 'RUNNING') return;
      // It goes on from there to its end.
      while (run.again()) run.turn();
      drive(run, rng(20_261_127));
      expect(run.state.status).not.toBe('RUNNING');
      expect(problemsOf(run)).toEqual([]);
    },
  );
});
