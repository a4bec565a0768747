import { beforeEach, describe, expect, it } from 'vitest';
import { createMachine, type Machine, ROLE, settle, type TestServer } from '../../../tests/support/jobs.ts';
import { REGION } from '../../../tests/support/operations.ts';
import type { JobPlan } from './plan.ts';

const ARN = 'arn:aws:glue:us-east-1:123456789012:job/clean/jr_1';
const plan: JobPlan = {
  ...{ image: 'telar/node:24', entrypoint: ['glue'], arguments: [], environment: {}, networkIsolation: false },
  ...{
    maxRuntimeSeconds: 60,
    instances: { type: '0.0625 DPU', count: 1, size: { cpus: 0.25, memoryBytes: 1024 ** 3 } },
  },
  ...{ volumeBytes: 1024 ** 3, inputs: [], outputs: [], retries: 0, storeWhenStopped: false, folders: [] },
  ...{ configuration: {}, hostConfiguration: [], metrics: [] },
  log: { group: '/out', stream: 'jr_1', errors: { group: '/err', file: 'errors.log' } },
};

let machine: Machine;
let server: TestServer;
beforeEach(() => {
  machine = createMachine();
  server = machine.start();
});

const place = (again = false) =>
  server.store.transact(() =>
    server.orders.place(
      { kind: 'Glue', arn: ARN, name: 'clean', roleArn: ROLE, plan },
      { region: REGION, now: machine.time, requester: 'arn:aws:iam::123456789012:user/ada', again },
    ),
  );
const end = () => machine.ends[0];

describe('an order of another service', () => {
  it('is carried out as a job is, within what it asks for, and its owner hears of its end', async () => {
    await place();
    await settle();
    expect(server.use.jobs(10)).toMatchObject([
      {
        ...{ arn: ARN, name: 'clean', kind: 'Glue', phase: 'running', requester: 'arn:aws:iam::123456789012:user/ada' },
        limits: { cpus: 0.25, memoryBytes: 1024 ** 3 },
      },
    ]);
    machine.exit('glue-', { kind: 'exited', code: 0 });
    await settle();
    expect(end()).toMatchObject({ jobArn: ARN, kind: 'Glue', status: 'Completed', describe: { outOfTime: false } });
  });

  it('that fails has what its script raised as the reason, as it is', async () => {
    await place();
    await settle();
    machine.failure = 'ValueError: no rows';
    machine.exit('glue-', { kind: 'exited', code: 1 });
    await settle();
    expect(end()).toMatchObject({ status: 'Failed', failureReason: 'ValueError: no rows', internal: false });
  });

  it('that says nothing of its failure has its status, and the last line of its log', async () => {
    await place();
    await settle();
    machine.lastLine = 'about to die';
    machine.exit('glue-', { kind: 'signalled', signal: 'SIGKILL' });
    await settle();
    expect(end()?.failureReason).toBe("Command failed with exit code 137. The log's last line: about to die");
  });

  it('that runs out of time is stopped, and told apart from one that was told to stop', async () => {
    await place();
    await settle();
    await server.advance(60_000);
    expect(machine.process('glue-')!.graces).toEqual([1000]);
    machine.exit('glue-', { kind: 'signalled', signal: 'SIGTERM' });
    await settle();
    expect(end()).toMatchObject({ status: 'Stopped', describe: { outOfTime: true } });
  });

  it('is stopped, once; one that is over, or is none, is left alone', async () => {
    await place();
    await settle();
    for (let time = 0; time < 2; time += 1) await server.store.transact(() => server.orders.stop(ARN, machine.time));
    await settle();
    machine.exit('glue-', { kind: 'signalled', signal: 'SIGTERM' });
    await settle();
    expect(machine.ends).toMatchObject([{ status: 'Stopped', describe: { outOfTime: false } }]);
    await server.store.transact(() => {
      server.orders.stop(ARN, machine.time);
      server.orders.stop('arn:none', machine.time);
    });
  });

  it('is no job of SageMaker to anyone who asks', async () => {
    await place();
    expect(server.exists(ARN)).toBe(false);
    expect(server.description(ARN)).toBeUndefined();
    expect(server.jobsAfter(0, 10)).toEqual([]);
    for (const name of ['ListProcessingJobs', 'ListTrainingJobs', 'ListTransformJobs'] as const) {
      expect(Object.values(await server.call(name, {}))[0]).toEqual([]);
    }
  });

  it('finds the queue full, but not where it goes on with what was admitted', async () => {
    server = machine.start({ waiting: 0 });
    await expect(place()).rejects.toMatchObject({ code: 'ResourceLimitExceeded' });
    await expect(place(true)).resolves.toBeUndefined();
  });

  it('goes on under the next server', async () => {
    await place();
    await settle();
    server.crash();
    server = machine.start();
    await settle();
    machine.exit('glue-', { kind: 'exited', code: 0 });
    await settle();
    expect(machine.ends).toMatchObject([{ jobArn: ARN, status: 'Completed' }]);
    expect(machine.acts.filter((act) => act === 'launch')).toHaveLength(1);
  });
});
