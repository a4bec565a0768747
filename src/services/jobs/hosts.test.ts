import { beforeEach, describe, expect, it } from 'vitest';
import { createMachine, type Machine, settle, type TestServer, trainingJob } from '../../../tests/support/jobs.ts';

let machine: Machine;
beforeEach(() => {
  machine = createMachine();
});

const zero = { kind: 'exited', code: 0 } as const;
const training = (server: TestServer, name = 'job') => server.call('DescribeTrainingJob', { TrainingJobName: name });

describe('several hosts', () => {
  const three = { ResourceConfig: { InstanceCount: 3, InstanceType: 'ml.m5.large' as const, VolumeSizeInGB: 1 } };
  const idOf = (host: number) => {
    const first = [...machine.processes.keys()].find((id) => /^job-\w{8}$/.test(id))!;
    return host === 1 ? first : `${first}-${host}`;
  };

  it('run under their own names, know each other, and end together', async () => {
    const server = machine.start();
    await server.call('CreateTrainingJob', trainingJob('job', three));
    await settle();
    const hosts = [1, 2, 3].map((host) => machine.processes.get(idOf(host))!.spec.host!);
    expect(hosts.map(({ name }) => name)).toEqual(['algo-1', 'algo-2', 'algo-3']);
    expect(new Set(hosts[0]!.names.map(({ address }) => address)).size).toBe(3);
    for (const host of [1, 2, 3]) {
      expect(await training(server)).toMatchObject({ TrainingJobStatus: 'InProgress' });
      machine.exit(idOf(host), zero);
      await settle();
    }
    expect(await training(server)).toMatchObject({ TrainingJobStatus: 'Completed' });
  });

  it('are stopped when one of them fails, which the job then tells of', async () => {
    const server = machine.start();
    await server.call('CreateTrainingJob', trainingJob('job', three));
    await settle();
    machine.exit(idOf(2), { kind: 'exited', code: 9 });
    await settle();
    expect(machine.processes.get(idOf(1))!.exit).toEqual({ kind: 'signalled', signal: 'SIGTERM' });
    const { TrainingJobStatus, FailureReason } = await training(server);
    expect([TrainingJobStatus, FailureReason]).toEqual(['Failed', expect.stringMatching(/exit code: 9.*algo-2/)]);
  });

  it.each(['job:launch', 'job:launched'] as const)(
    'are each launched once, whatever crashes at %s',
    async (crashAt) => {
      const first = machine.start({ crashAt });
      await first.call('CreateTrainingJob', trainingJob('job', three));
      await settle();
      const server = machine.start();
      await settle();
      expect(machine.processes.size).toBe(3);
      await server.call('StopTrainingJob', { TrainingJobName: 'job' });
      await settle();
      expect(await training(server)).toMatchObject({ TrainingJobStatus: 'Stopped' });
      expect([...machine.processes.values()].every(({ graces }) => graces.length === 1)).toBe(true);
    },
  );
});
