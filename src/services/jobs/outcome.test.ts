import { describe, expect, it } from 'vitest';
import { runnerError } from '../../runner/errors.ts';
import type { JobExit } from '../../runner/runner.ts';
import { jobFailure } from './errors.ts';
import { ending, refused, storesOutputs } from './outcome.ts';
import { withPhase, withStop } from './row.ts';
import type { JobRow, StopCause } from './store.ts';

const report = { failure: undefined, message: 'hello', lastLine: 'last', metrics: [] };
const zero: JobExit = { kind: 'exited', code: 0 };
const one: JobExit = { kind: 'exited', code: 1 };
const term: JobExit = { kind: 'signalled', signal: 'SIGTERM' };
const lost: JobExit = { kind: 'lost', reason: 'gone.' };

describe('how jobs end', () => {
  it.each<[string, JobExit, StopCause | null, string, string, boolean]>([
    ['Processing', zero, null, 'Completed', 'Completed', true],
    ['Processing', one, null, 'Failed', 'Failed', false],
    ['Processing', term, 'requested', 'Stopped', 'Stopped', false],
    ['Processing', term, 'runtime', 'Failed', 'Failed', false],
    ['Processing', lost, null, 'Failed', 'Failed', false],
    ['Processing', lost, 'requested', 'Stopped', 'Stopped', false],
    ['Training', zero, null, 'Completed', 'Completed', true],
    ['Training', term, null, 'Failed', 'Failed', false],
    ['Training', one, 'requested', 'Stopped', 'Stopped', true],
    ['Training', term, 'runtime', 'Stopped', 'MaxRuntimeExceeded', true],
    ['Training', lost, 'runtime', 'Stopped', 'MaxRuntimeExceeded', false],
  ])('%s, %j, stopped by %s: %s (%s), outputs stored: %s', (kind, exit, cause, status, secondary, stores) => {
    const training = kind === 'Training';
    const end = ending(training ? 'Training' : 'Processing', { exit, stopped: cause }, report, stores, 60);
    expect(end).toMatchObject({ status, secondary, internal: exit.kind === 'lost' && cause === null });
    expect(storesOutputs({ exit, stopped: cause }, training)).toBe(stores);
    expect(end.result).toEqual(
      training ? { modelStored: stores || undefined } : { exitMessage: 'hello', metrics: undefined },
    );
  });

  it('a sandbox that could not be made is no fault of the algorithm', () => {
    const line = "telar: the sandbox of this job could not be made: 'mount' failed.";
    const of = (lastLine: string) =>
      ending('Processing', { exit: { kind: 'exited', code: 125 }, stopped: null }, { ...report, lastLine }, false, 60);
    expect(of(line)).toMatchObject({ internal: true, failureReason: `InternalServerError: ${line}` });
    expect(of('something else')).toMatchObject({ internal: false });
  });

  it.each([
    [runnerError('RegistryUnreachable', 'No way to PyPI.'), 'ClientError: RegistryUnreachable: No way to PyPI.', false],
    [runnerError('DiskFull', 'Full.'), 'ClientError: DiskFull: Full.', true],
    [jobFailure('ClientError', 'Missing.'), 'ClientError: Missing.', false],
    [jobFailure('InternalServerError', 'Broken.'), 'InternalServerError: Broken.', true],
    [new Error('What?'), 'InternalServerError: What?', true],
  ])('what could not be carried out keeps its cause: %s', (error, failureReason, internal) => {
    expect(refused(error)).toMatchObject({ status: 'Failed', failureReason, internal });
  });
});

describe('rows', () => {
  const row = { phase: 'queued', status: 'InProgress', kind: 'Processing' } as JobRow;
  it('go only where transitions lead', () => {
    expect(withPhase(row, 'preparing', 5)).toMatchObject({ phase: 'preparing', modified_at: 5 });
    expect(() => withPhase(row, 'running', 5)).toThrow('a job goes from the phase queued to running');
    const stopping = withStop(row, 'requested', 6);
    expect(stopping).toMatchObject({ status: 'Stopping', stop_cause: 'requested', stop_at: 6 });
    expect(() => withStop(stopping, 'runtime', 7)).toThrow('a job goes from Stopping to Stopping');
  });
});
