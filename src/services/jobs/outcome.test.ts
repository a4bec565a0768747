import { describe, expect, it } from 'vitest';
import { runnerError } from '../../runner/errors.ts';
import type { JobExit } from '../../runner/runner.ts';
import { jobFailure } from './errors.ts';
import { type JobHostsExit, jobExit } from './hosts.ts';
import { ending, refused, storesOutputs } from './outcome.ts';
import { GIGABYTE, type JobPlan } from './plan.ts';
import { withPhase, withStop } from './row.ts';
import type { JobKind, JobRow, StopCause } from './store.ts';

const of = (kind: JobKind, exit: JobHostsExit, stopped: StopCause | null, stores: boolean, given = report) => {
  const plan = { maxRuntimeSeconds: 60, volumeBytes: 2 * GIGABYTE } as JobPlan;
  return ending({ kind, plan }, { exit, stopped }, given, stores);
};
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
    const end = of(training ? 'Training' : 'Processing', exit, cause, stores);
    expect(end).toMatchObject({ status, secondary, internal: exit.kind === 'lost' && cause === null });
    expect(storesOutputs({ exit, stopped: cause }, { storeWhenStopped: training })).toBe(stores);
    expect(end.result).toEqual(
      training ? { modelStored: stores || undefined } : { exitMessage: 'hello', metrics: undefined },
    );
  });

  it('a sandbox that could not be made is no fault of the algorithm', () => {
    const line = "telar: the sandbox of this job could not be made: 'mount' failed.";
    const end = (lastLine: string) =>
      of('Processing', { kind: 'exited', code: 125 }, null, false, { ...report, lastLine });
    expect(end(line)).toMatchObject({ internal: true, failureReason: `InternalServerError: ${line}` });
    expect(end('something else')).toMatchObject({ internal: false });
  });

  it("what a job wanted too much of is named in AWS's words, and as no fault of the machine", () => {
    const killed: JobExit = { kind: 'signalled', signal: 'SIGKILL' };
    expect(of('Processing', { ...killed, excess: 'memory' }, null, false)).toMatchObject({
      failureReason:
        'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.',
      internal: false,
    });
    expect(of('Training', { ...killed, excess: 'memory' }, null, false).failureReason).toContain('training data');
    expect(of('Training', { ...killed, excess: 'volume' }, null, false).failureReason).toMatch(
      /^ClientError: No space left on device: .* 2 GB/,
    );
    expect(of('Training', { ...one, excess: 'processes' }, null, false).failureReason).toContain('more processes');
  });

  it('of several hosts, the one that failed by itself decides, and is named', () => {
    const use = { cpuSeconds: 1, peakMemoryBytes: 2 };
    expect(jobExit([{ ...zero, use }, zero], undefined)).toEqual({ ...zero, host: 0, uses: [use, null] });
    expect(jobExit([term, zero, one], undefined)).toEqual({ ...one, host: 2 });
    expect(jobExit([term, zero, one], 0)).toEqual({ ...term, host: 0 });
    expect(jobExit([term, { ...term, excess: 'memory' }], undefined)).toMatchObject({ host: 1 });
    expect(jobExit([zero, lost], undefined)).toMatchObject({ kind: 'lost', host: 1 });
    expect(jobExit([{ ...one, use }], undefined)).toEqual({ ...one, uses: [use] });
    expect(of('Training', jobExit([zero, one], 1), null, false).failureReason).toContain('algo-2');
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
