import { beforeEach, describe, expect, it } from 'vitest';
import { createMachine, type Machine, settle, type TestServer, trainingJob } from '../../../tests/support/jobs.ts';
import { testCall } from '../../../tests/support/operations.ts';
import { shareOf } from './admission.ts';

let machine: Machine;
beforeEach(() => {
  machine = createMachine();
});

const zero = { kind: 'exited', code: 0 } as const;
const training = (server: TestServer, name = 'job') => server.call('DescribeTrainingJob', { TrainingJobName: name });

describe('the queue', () => {
  const other = { principal: { ...testCall().principal, arn: 'arn:aws:iam::123456789012:user/other' } };

  it('serves requesters in turn, and says that a training job waits', async () => {
    const server = machine.start({ atATime: 1 });
    for (const name of ['a1', 'a2', 'a3', 'a4']) await server.call('CreateTrainingJob', trainingJob(name));
    await server.call('CreateTrainingJob', trainingJob('b1'), other);
    await settle();
    expect(server.use.jobs(3).map(({ name, queuePosition }) => [name, queuePosition])).toEqual([
      ...[
        ['a1', undefined],
        ['a2', 1],
        ['b1', 2],
        ['a3', 3],
      ],
    ]);
    const last = server.use.jobs(9).at(-1)!;
    expect(server.use.job(last.arn)).toMatchObject({
      name: 'a4',
      queuePosition: 4,
      phase: 'queued',
      hosts: [{ name: 'algo-1' }],
    });
    expect(server.use.machine()).toMatchObject({ waiting: 4, promised: { cpus: 2 } });
    expect(await training(server, 'a2')).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Pending' });
    const begun = [];
    for (let round = 0; round < 5; round += 1) {
      const name = [...machine.processes].find(([, { exit }]) => !exit)![0].slice(0, 2);
      begun.push(name);
      machine.exit(name, zero);
      await settle();
    }
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
    const { SecondaryStatusTransitions } = await training(server, 'b1');
    expect(SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      ...['Starting', 'Pending', 'Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
    ]);
  });

  it('admits by what instance types stand for, and caps what is larger than the machine', async () => {
    const server = machine.start({ cpus: 4 });
    const sized = (name: string, InstanceType: 'ml.m5.large' | 'ml.m5.24xlarge') =>
      server.call(
        'CreateTrainingJob',
        trainingJob(name, { ResourceConfig: { InstanceCount: 1, InstanceType, VolumeSizeInGB: 1 } }),
      );
    await sized('large', 'ml.m5.24xlarge');
    await sized('small', 'ml.m5.large');
    await settle();
    expect(machine.notes).toEqual([
      'telar: This machine is smaller than what the job asks for: ml.m5.24xlarge gets 4 of 96 processors.',
    ]);
    expect(machine.process('small')).toBeUndefined();
    machine.exit('large', zero);
    await settle();
    expect(machine.process('small')!.spec.limits!.cpus).toBe(2);
  });

  it('refuses one job more than may wait', async () => {
    const server = machine.start({ atATime: 1, waiting: 1 });
    await server.call('CreateTrainingJob', trainingJob('runs'));
    await settle();
    await server.call('CreateTrainingJob', trainingJob('waits'));
    await settle();
    await expect(server.call('CreateTrainingJob', trainingJob('refused'))).rejects.toMatchObject({
      ...{ code: 'ResourceLimitExceeded', message: expect.stringContaining('1 jobs wait') },
    });
  });
});

describe('what instances get of a machine', () => {
  const GB = 1024 ** 3;
  const machine = { machine: { cpus: 4, memoryBytes: 10 * GB }, promise: 2, atATime: 9 };
  const share = (type: string, count = 1) => shareOf({ instances: { type, count }, volumeBytes: GB }, machine);

  it('is what they have, or what there is', () => {
    expect(share('ml.m5.large')).toMatchObject({
      ...{ limits: { cpus: 2, memoryBytes: 8 * GB }, amount: { cpus: 2, memoryBytes: 8 * GB }, notice: undefined },
    });
    expect(share('ml.m5.24xlarge').limits).toMatchObject({ cpus: 4, memoryBytes: 10 * GB, processes: 16_384 });
    expect(share('ml.m5.24xlarge').notice).toBe(
      'telar: This machine is smaller than what the job asks for: ml.m5.24xlarge gets 4 of 96 processors and 10 GiB of 384 GiB of memory.',
    );
  });

  it('is shared out among hosts, whose memory never is more than there is in all', () => {
    expect(share('ml.m5.large', 5)).toMatchObject({
      ...{ limits: { cpus: 2, memoryBytes: 2 * GB }, amount: { cpus: 4, memoryBytes: 10 * GB } },
      notice: expect.stringContaining('each of 5 ml.m5.large gets 2 GiB of 8 GiB of memory'),
    });
  });
});
