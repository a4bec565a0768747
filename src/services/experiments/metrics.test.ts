import { beforeEach, describe, expect, it } from 'vitest';
import { perform, refusal, testCall } from '../../../tests/support/operations.ts';
import { type Tracked, tracking } from '../../../tests/support/tracking.ts';
import type { Operation } from '../../protocol/service.ts';
import type { MetricQuery, MetricResult, PutError, RawMetric } from './metricsApi.ts';

let made: Tracked;
beforeEach(async () => {
  made = tracking();
  await made.run('CreateTrialComponent', { TrialComponentName: 'Run' });
});

const ask = <I, O>(name: string, input: I): Promise<O> => {
  const operation = made.experiments.metrics.operations[name] as unknown as Operation<I, O>;
  return perform(made.store, operation, input, testCall({ now: made.clock.time }));
};
const put = (...MetricData: RawMetric[]) =>
  ask<object, { Errors?: PutError[] }>('BatchPutMetrics', { TrialComponentName: 'run', MetricData });
const arn = 'arn:aws:sagemaker:us-east-1:123456789012:experiment-trial-component/run';
const get = async (query: Partial<MetricQuery>): Promise<MetricResult> => {
  const whole = { MetricName: 'loss', ResourceArn: arn, MetricStat: 'Last', Period: 'IterationNumber', ...query };
  const queries = { MetricQueries: [{ XAxisType: 'IterationNumber', ...whole }] };
  return (await ask<object, { MetricQueryResults: MetricResult[] }>('BatchGetMetrics', queries)).MetricQueryResults[0]!;
};
const described = async () => (await made.run('DescribeTrialComponent', { TrialComponentName: 'Run' })).Metrics!;
/** A value at so many seconds from now. */
const loss = (Value: number, seconds = 0, Step?: number): RawMetric => ({
  ...{ MetricName: 'loss', Value, Timestamp: new Date(made.clock.time + seconds * 1000) },
  ...(Step !== undefined && { Step }),
});

describe('metrics of a component', () => {
  it('M1: are described by the statistics of all their points, whatever order these come in', async () => {
    await put(loss(4, 3), loss(1, 1));
    await put(loss(7, 2));
    expect(await described()).toEqual([
      {
        ...{ MetricName: 'loss', SourceArn: arn, TimeStamp: new Date(made.clock.time - 1000 + 3000) },
        ...{ Max: 7, Min: 1, Last: 4, Count: 3, Avg: 4, StdDev: Math.sqrt(6) },
      },
    ]);
  });

  it('keep their deviation where the values are large and close together', async () => {
    await put(...[1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16].map((value) => loss(value)));
    expect((await described())[0]!.StdDev).toBeCloseTo(Math.sqrt(22.5), 9);
  });

  it('are read by steps and by time, as each period has it', async () => {
    const start = Math.ceil(made.clock.time / 3_600_000) * 3600;
    const at = (seconds: number) => start + seconds - made.clock.time / 1000;
    await put(loss(3, at(0), 1), loss(5, at(30), 1), loss(2, at(90), 2), loss(9, at(100)));
    expect(await get({})).toEqual({ Status: 'Complete', XAxisValues: [1, 2], MetricValues: [5, 2] });
    expect(await get({ MetricStat: 'Count', Start: 2 })).toMatchObject({ XAxisValues: [2], MetricValues: [1] });
    const time = { XAxisType: 'Timestamp', Period: 'OneMinute' } as const;
    expect(await get({ ...time, MetricStat: 'Avg' })).toMatchObject({
      ...{ XAxisValues: [start, start + 60], MetricValues: [4, 5.5] },
    });
    expect(await get({ ...time, End: start + 59 })).toMatchObject({ XAxisValues: [start], MetricValues: [5] });
    expect(await get({ ...time, Period: 'IterationNumber' })).toMatchObject({ XAxisValues: [start, start + 90] });
  });

  it('M2: are read in part where there are very many', async () => {
    for (let step = 0; step < 10_010; step += 10) {
      await put(...Array.from({ length: 10 }, (_, index) => loss(step + index, 0, step + index)));
    }
    const { Status, XAxisValues } = await get({});
    expect([Status, XAxisValues.length]).toEqual(['Truncated', 10_000]);
    expect(await get({ Start: 10_000 })).toMatchObject({ Status: 'Complete', XAxisValues: { length: 10 } });
  });

  it('M3: go with the component, and are not those of the next one of its name', async () => {
    await put(loss(1));
    await made.run('DeleteTrialComponent', { TrialComponentName: 'Run' });
    expect(await refusal(put(loss(1)))).toBe("ResourceNotFound: Trial component 'run' does not exist.");
    await made.run('CreateTrialComponent', { TrialComponentName: 'Run' });
    expect(await described()).toEqual([]);
    await put(loss(2));
    await put(loss(3));
    expect(await described()).toMatchObject([{ Count: 2, Min: 2 }]);
    const left = made.store.sql.all<Record<never, never>, { id: number }>('SELECT id FROM experiment_metric_points');
    expect(await made.store.read(() => left({}))).toHaveLength(2);
  });
});

describe('what is not taken or found is told, and no more', () => {
  it('of points: values that are none, and times too far away', async () => {
    const fortnight = 14 * 24 * 3600;
    const { Errors } = await put(loss(Number.NaN), loss(1), loss(1, -fortnight - 1), loss(1, 7201), loss(Infinity));
    expect(Errors).toEqual([0, 2, 3, 4].map((MetricIndex) => ({ Code: 'VALIDATION_ERROR', MetricIndex })));
    expect(await described()).toMatchObject([{ Count: 1 }]);
  });

  it('of names: more than a thousand', async () => {
    for (let first = 0; first < 1000; first += 10) {
      await put(...Array.from({ length: 10 }, (_, index) => ({ ...loss(1), MetricName: `m${first + index}` })));
    }
    expect(await put(loss(1), { ...loss(2), MetricName: 'm1' })).toEqual({
      Errors: [{ Code: 'METRIC_LIMIT_EXCEEDED', MetricIndex: 0 }],
    });
  });

  it('of queries: metrics that are not there', async () => {
    expect(await get({ MetricName: 'none' })).toEqual({
      ...{ Status: 'ValidationError', Message: `There is no metric 'none' of ${arn}.` },
      ...{ XAxisValues: [], MetricValues: [] },
    });
  });
});
