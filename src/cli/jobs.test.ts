import { describe, expect, it } from 'vitest';
import type { TelarOutputs } from '../services/telar/api.ts';
import { formatBytes, ordinal, topLines } from './jobs.ts';
import { makeStyle } from './render/style.ts';

const GB = 1024 ** 3;
const style = makeStyle({ environment: { NO_COLOR: '1', LANG: 'C.UTF-8' }, platform: 'linux', isTTY: false });
const now = Date.parse('2026-11-26T10:00:10Z');
type Job = TelarOutputs['ListJobUse']['Jobs'][number];
type Host = Job['Hosts'][number];

const host = (Name: string, more: Partial<Host> = {}): Host => ({
  ...{ Name, CpuSeconds: undefined, CpuPercent: undefined, MemoryBytes: undefined, PeakMemoryBytes: undefined },
  ...{ DiskBytes: undefined, Processes: undefined, Series: undefined, ...more },
});
const job = (JobName: string, more: Partial<Job> = {}): Job => ({
  ...{ JobArn: `arn:${JobName}`, JobName, JobType: 'Training', Status: 'InProgress', Phase: 'running' },
  Image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
  ...{ Requester: 'arn:aws:sts::000000000000:assumed-role/r/pipeline-ab12', QueuePosition: undefined },
  ...{ InstanceType: 'ml.m5.large', InstanceCount: 1, CpuLimit: 2, MemoryLimitBytes: 8 * GB, VolumeBytes: 30 * GB },
  ...{ CreatedAt: '2026-11-26T10:00:00Z', StartedAt: '2026-11-26T10:00:05Z', EndedAt: undefined },
  Hosts: [host('algo-1', { CpuPercent: 101.6, MemoryBytes: 1.5 * GB, DiskBytes: 12 * 1024 ** 2 })],
  ...more,
});
const Machine: TelarOutputs['ListJobUse']['Machine'] = {
  ...{ Cpus: 2, MemoryBytes: 16 * GB, CapacityCpus: 4, CapacityMemoryBytes: 32 * GB },
  ...{ PromisedCpus: 4, PromisedMemoryBytes: 16 * GB, JobsWaiting: 2, NotBounded: undefined },
};

describe('telar top', () => {
  it('shows what runs, then what waits in its order', () => {
    const waits = (name: string, QueuePosition: number) =>
      job(name, {
        QueuePosition,
        Phase: 'queued',
        StartedAt: undefined,
        Hosts: [host('algo-1')],
        Image: 'telar/node:24',
      });
    const two = job('two', { InstanceCount: 2, Hosts: [host('algo-1'), host('algo-2', { CpuPercent: 3 })] });
    const lines = topLines({ Machine, Jobs: [waits('later', 2), job('one'), two, waits('next', 1)] }, now, style);
    expect(lines).toEqual([
      '2 under way, 2 waiting  processors promised 4 of 4  memory promised 16 GB of 32 GB',
      '',
      'Job         Image                    State       CPU    Memory         Disk           Elapsed  For',
      'one         sagemaker-xgboost:1.7-1  running     102 %  1.5 GB / 8 GB  12 MB / 30 GB  5.0 s    pipeline-ab12',
      'two algo-1  sagemaker-xgboost:1.7-1  running                                          5.0 s    pipeline-ab12',
      '  algo-2    sagemaker-xgboost:1.7-1  running     3 %                                  5.0 s    pipeline-ab12',
      'next        node:24                  waits, 1st                                       10.0 s   pipeline-ab12',
      'later       node:24                  waits, 2nd                                       10.0 s   pipeline-ab12',
    ]);
  });

  it('says that nothing runs, and what jobs are not bounded in', () => {
    const lines = topLines(
      { Machine: { ...Machine, JobsWaiting: 0, NotBounded: 'the memory of jobs' }, Jobs: [] },
      now,
      style,
    );
    expect(lines.slice(1)).toEqual(['Not bounded: the memory of jobs', 'No job runs or waits.']);
    const many = topLines({ Machine: { ...Machine, JobsWaiting: 900 }, Jobs: [job('one')] }, now, style);
    expect(many.at(-1)).toBe('and 900 more that wait');
  });

  it('writes numbers for people', () => {
    expect([0, 1023, 1024, 150 * 1024, 1.25 * GB, 5000 * GB].map(formatBytes)).toEqual([
      ...['0 B', '1023 B', '1 kB', '150 kB', '1.3 GB', '4.9 TB'],
    ]);
    expect([1, 2, 3, 4, 11, 12, 13, 21, 101, 111].map(ordinal).join(' ')).toBe(
      '1st 2nd 3rd 4th 11th 12th 13th 21st 101st 111th',
    );
  });
});
