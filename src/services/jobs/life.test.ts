import { beforeEach, describe, expect, it } from 'vitest';
import {
  createMachine,
  type Machine,
  processingJob,
  settle,
  type TestServer,
  trainingJob,
} from '../../../tests/support/jobs.ts';
import type { CrashPoint } from '../../base/world.ts';
import { awsError } from '../../protocol/errors.ts';
import { runnerError } from '../../runner/errors.ts';

let machine: Machine;
beforeEach(() => {
  machine = createMachine();
});

const zero = { kind: 'exited', code: 0 } as const;
const processing = (server: TestServer, name = 'job') =>
  server.call('DescribeProcessingJob', { ProcessingJobName: name });
const training = (server: TestServer, name = 'job') => server.call('DescribeTrainingJob', { TrainingJobName: name });

describe('the life of a job', () => {
  it('goes from creation to completion, and records what truly happened', async () => {
    const server = machine.start();
    const { TrainingJobArn: arn } = await server.call('CreateTrainingJob', trainingJob('job'));
    await settle();
    expect(await training(server)).toMatchObject({ TrainingJobStatus: 'InProgress', SecondaryStatus: 'Training' });
    await server.advance(5000);
    machine.exit('job', zero);
    await settle();
    const described = await training(server);
    expect(described).toMatchObject({
      TrainingJobArn: 'arn:aws:sagemaker:us-east-1:123456789012:training-job/job',
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: 's3://models/titanic/job/output/model.tar.gz' },
      TrainingTimeInSeconds: 5,
    });
    expect(described.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
    ]);
    expect(described.SecondaryStatusTransitions?.every(({ EndTime }) => EndTime !== undefined)).toBe(true);
    expect(machine.acts).toEqual(['stage', 'launch', 'store', 'discard']);
    expect(machine.ends).toMatchObject([{ jobArn: arn, status: 'Completed', internal: false }]);
    expect(machine.ends[0]!.describe).toEqual(JSON.parse(JSON.stringify(described)));
    expect(server.lineageOf(arn!)).toEqual({
      reads: [{ bucket: 'data', key: 'in', version: '1' }],
      prefixes: [{ uri: 's3://data/in', fingerprint: 'f' }],
      outputs: [
        { bucket: 'data', key: 'one', version: '7' },
        { bucket: 'data', key: 'two', version: '7' },
      ],
    });
  });

  it('gives the process its role, its addresses and its own variables', async () => {
    const server = machine.start();
    await server.call('CreateProcessingJob', processingJob('job', { Environment: { MODE: 'fast' } }));
    await settle();
    expect(machine.process('job')!.spec).toMatchObject({
      image: 'telar/node:24',
      entrypoint: ['node', '/opt/ml/processing/code/main.ts'],
      arguments: [],
      environment: {
        ...{ AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', MODE: 'fast' },
        ...{ AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token', PROCESSING_JOB_NAME: 'job' },
      },
    });
  });

  it('records reads made with a job’s own credentials, and no others', async () => {
    const server = machine.start();
    const { ProcessingJobArn: arn } = await server.call('CreateProcessingJob', processingJob('job'));
    await settle();
    const key = machine.process('job')!.spec.environment['AWS_ACCESS_KEY_ID']!;
    await server.store.transact(() => {
      server.recorder(key)!({ bucket: 'data', key: 'own', version: '3' });
      expect(server.recorder('AKIASOMEBODY')).toBeUndefined();
    });
    expect(server.lineageOf(arn!).reads).toEqual([
      { bucket: 'data', key: 'in', version: '1' },
      { bucket: 'data', key: 'own', version: '3' },
    ]);
  });

  it('queues what the machine has no room for, first come, first served', async () => {
    const server = machine.start({ atATime: 1 });
    for (const name of ['a', 'b', 'c']) await server.call('CreateProcessingJob', processingJob(name));
    await settle();
    expect([...machine.processes.keys()].map((id) => id[0])).toEqual(['a']);
    expect((await processing(server, 'b')).ProcessingStartTime).toBeUndefined();
    for (const name of ['a', 'b', 'c']) {
      machine.exit(name, zero);
      await settle();
    }
    expect(machine.ends.map(({ status }) => status)).toEqual(['Completed', 'Completed', 'Completed']);
    expect([...machine.processes.keys()].map((id) => id[0])).toEqual(['a', 'b', 'c']);
  });
});

describe('failures', () => {
  const failing = async (exit: Parameters<Machine['exit']>[1], kind: 'Processing' | 'Training' = 'Processing') => {
    const server = machine.start();
    machine.onLaunch = () => exit;
    if (kind === 'Processing') await server.call('CreateProcessingJob', processingJob('job'));
    else await server.call('CreateTrainingJob', trainingJob('job'));
    await settle();
    return machine.ends[0]!;
  };

  it('names the status with which a script ended, and the last line of its log', async () => {
    machine.lastLine = "ModuleNotFoundError: No module named 'pycaret'";
    expect(await failing({ kind: 'exited', code: 1 })).toMatchObject({
      status: 'Failed',
      internal: false,
      failureReason:
        "AlgorithmError: See job logs for more information, exit code: 1. The log's last line: ModuleNotFoundError: No module named 'pycaret'",
    });
    expect(machine.objects).toEqual([]);
  });

  it('tells what a training job wrote into its failure file, within 1,024 characters', async () => {
    machine.failure = 'x'.repeat(2000);
    const { failureReason } = await failing({ kind: 'signalled', signal: 'SIGKILL' }, 'Training');
    expect(failureReason).toHaveLength(1024);
    expect(failureReason).toMatch(/^AlgorithmError: x+…, exit code: 137$/);
  });

  it('calls a lost process an internal error', async () => {
    expect(await failing({ kind: 'lost', reason: 'its supervisor was killed.' })).toMatchObject({
      internal: true,
      failureReason: 'InternalServerError: The job was lost: its supervisor was killed.',
    });
  });

  it('begins a training job anew for what is not its own fault, as often as its RetryStrategy allows', async () => {
    const server = machine.start();
    const exits: Parameters<Machine['exit']>[1][] = [{ kind: 'lost', reason: 'its supervisor was killed.' }, zero];
    machine.onLaunch = () => exits.shift()!;
    await server.call('CreateTrainingJob', trainingJob('job', { RetryStrategy: { MaximumRetryAttempts: 1 } }));
    await settle();
    const described = await training(server);
    expect(described).toMatchObject({ TrainingJobStatus: 'Completed', RetryStrategy: { MaximumRetryAttempts: 1 } });
    expect(described.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      ...['Starting', 'Downloading', 'Training', 'Uploading'],
      ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
    ]);
    expect(machine.ends).toMatchObject([{ status: 'Completed' }]);
    expect([...machine.processes.keys()].map((id) => id.replace(/^job-[a-z0-9]{8}/, ''))).toEqual(['', '-r2']);
    expect(machine.acts.filter((act) => act === 'discard')).toHaveLength(2);
  });

  it.each([
    ['more often than allowed', { kind: 'lost', reason: 'gone.' }, 2],
    ['for its own fault', { kind: 'exited', code: 1 }, 1],
  ] as const)('does not begin a training job anew %s', async (_title, exit, launches) => {
    const server = machine.start();
    machine.onLaunch = () => exit;
    await server.call('CreateTrainingJob', trainingJob('job', { RetryStrategy: { MaximumRetryAttempts: 1 } }));
    await settle();
    expect(machine.ends).toMatchObject([{ status: 'Failed' }]);
    expect(machine.processes.size).toBe(launches);
  });

  it('names what an image’s environment could not be made for', async () => {
    machine.onPrepare = async (_image, progress) => {
      progress('Looking for Python');
      throw runnerError('PythonMissing', 'Image scikit-learn needs Python 3.9 to 3.14.');
    };
    const server = machine.start();
    await server.call('CreateProcessingJob', processingJob('job'));
    await settle();
    expect(machine.notes).toEqual(['Looking for Python']);
    expect(await processing(server)).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: 'ClientError: PythonMissing: Image scikit-learn needs Python 3.9 to 3.14.',
    });
    expect(machine.acts).toEqual(['discard']);
  });

  it.each([
    [
      'a full disk',
      Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }),
      /^InternalServerError: No space left/,
      true,
    ],
    ['a bucket that has gone', awsError('NoSuchBucket', 'Gone', 404), /^ClientError: NoSuchBucket: Gone/, false],
  ])('registers nothing when outputs cannot be stored: %s', async (_title, error, reason, internal) => {
    machine.onStore = () => {
      throw error;
    };
    const end = await failing(zero);
    expect(end).toMatchObject({ status: 'Failed', internal });
    expect(end.failureReason).toMatch(reason);
    expect(machine.objects).toEqual([]);
  });

  it('ends a job whose bucket goes between its last byte and its end', async () => {
    let writes = 0;
    machine.onWrite = () => {
      writes += 1;
      if (writes === 2) throw awsError('NoSuchBucket', 'Gone', 404);
    };
    expect(await failing(zero)).toMatchObject({ status: 'Failed', failureReason: 'ClientError: NoSuchBucket: Gone' });
  });
});

describe('stopping', () => {
  it('ends a queued job at once, and lets the others be', async () => {
    const server = machine.start({ atATime: 1 });
    await server.call('CreateProcessingJob', processingJob('first'));
    await server.call('CreateTrainingJob', trainingJob('second'));
    await server.call('StopTrainingJob', { TrainingJobName: 'second' });
    await settle();
    expect(await training(server, 'second')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'Stopped',
    });
    expect((await processing(server, 'first')).ProcessingJobStatus).toBe('InProgress');
    expect(machine.acts.toSorted()).toEqual(['discard', 'launch', 'stage']);
  });

  it('stops a running job within its grace, and keeps the model of a training job', async () => {
    const server = machine.start();
    await server.call('CreateTrainingJob', trainingJob('job'));
    await settle();
    await server.call('StopTrainingJob', { TrainingJobName: 'job' });
    await server.call('StopTrainingJob', { TrainingJobName: 'job' }); // nothing more happens
    expect(await training(server)).toMatchObject({ TrainingJobStatus: 'Stopping', SecondaryStatus: 'Stopping' });
    await settle();
    expect(machine.process('job')!.graces).toEqual([1000]);
    expect(await training(server)).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
    expect(machine.objects).toEqual(['one', 'two']);
    await expect(server.call('StopTrainingJob', { TrainingJobName: 'job' })).rejects.toThrow(
      'The request was rejected because the training job is in status Stopped.',
    );
  });

  it('interrupts the copying of inputs', async () => {
    machine.onStage = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    const server = machine.start();
    await server.call('CreateProcessingJob', processingJob('job'));
    await settle();
    await server.call('StopProcessingJob', { ProcessingJobName: 'job' });
    await settle();
    expect((await processing(server)).ProcessingJobStatus).toBe('Stopped');
    expect(machine.processes.size).toBe(0);
  });

  it('does not wait for an environment that is being made', async () => {
    machine.onPrepare = () => new Promise(() => {});
    const server = machine.start();
    await server.call('CreateProcessingJob', processingJob('job'));
    await settle();
    await server.call('StopProcessingJob', { ProcessingJobName: 'job' });
    await settle();
    expect((await processing(server)).ProcessingJobStatus).toBe('Stopped');
  });

  it('ends what runs too long: processing fails, training is stopped', async () => {
    const server = machine.start();
    const limit = { StoppingCondition: { MaxRuntimeInSeconds: 60 } };
    await server.call('CreateProcessingJob', processingJob('p', limit));
    await server.call('CreateTrainingJob', trainingJob('t', limit));
    await settle();
    await server.advance(59_999);
    expect((await processing(server, 'p')).ProcessingJobStatus).toBe('InProgress');
    await server.advance(1);
    expect(await processing(server, 'p')).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: expect.stringContaining('exceeded MaxRuntimeInSeconds (60)'),
    });
    expect(await training(server, 't')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'MaxRuntimeExceeded',
    });
  });

  it('counts the time that passes while no server runs', async () => {
    const first = machine.start();
    await first.call('CreateProcessingJob', processingJob('job', { StoppingCondition: { MaxRuntimeInSeconds: 60 } }));
    await settle();
    first.crash();
    machine.time += 600_000;
    const second = machine.start();
    await second.advance(1000);
    expect((await processing(second)).FailureReason).toContain('exceeded MaxRuntimeInSeconds');
  });

  it('hears first of an end that came before the deadline, while no server ran', async () => {
    const first = machine.start();
    await first.call('CreateProcessingJob', processingJob('job', { StoppingCondition: { MaxRuntimeInSeconds: 60 } }));
    await settle();
    first.crash();
    machine.exit('job', zero);
    machine.time += 600_000;
    const second = machine.start();
    await settle();
    expect((await processing(second)).ProcessingJobStatus).toBe('Completed');
  });
});

async function expectOneRun(on: Machine, arn: string, server: TestServer): Promise<void> {
  await settle();
  expect((await processing(server)).ProcessingJobStatus).toBe('Completed');
  expect(on.ends.map(({ jobArn, status }) => [jobArn, status])).toEqual([[arn, 'Completed']]);
  expect(on.acts.filter((act) => act === 'launch')).toHaveLength(1);
  expect(server.lineageOf(arn).outputs).toHaveLength(2);
}

describe('crashes', () => {
  const points: CrashPoint[] = [
    ...(['commit:before', 'commit:after', 'sync:after'] as const),
    ...(['job:launch', 'job:launched', 'job:output'] as const),
  ];

  it.each(points)('a crash at %s, again and again, costs nothing and doubles nothing', async (point) => {
    machine.onLaunch = () => zero;
    const first = machine.start();
    const { ProcessingJobArn: arn } = await first.call('CreateProcessingJob', processingJob('job'));
    first.crash();
    // Each server crashes at the first such point that it meets, the last one at none.
    for (let round = 0; round < 12; round += 1) {
      machine.start({ crashAt: point });
      await settle();
    }
    await expectOneRun(machine, arn!, machine.start());
  });

  it('a crash after any turn of the loop costs nothing and doubles nothing', async () => {
    for (let turns = 0; turns < 30; turns += 1) {
      machine = createMachine();
      machine.onLaunch = () => zero;
      const first = machine.start();
      const { ProcessingJobArn: arn } = await first.call('CreateProcessingJob', processingJob('job'));
      first.crash();
      machine.start({ crashAfterTurns: turns });
      await settle();
      await expectOneRun(machine, arn!, machine.start());
    }
  });

  it('a crash after any turn of the loop leaves a job its attempts, each launched once', async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      machine = createMachine();
      machine.onLaunch = ({ jobId }) => (jobId.endsWith('-r2') ? zero : { kind: 'lost', reason: 'gone.' });
      const first = machine.start();
      await first.call('CreateTrainingJob', trainingJob('job', { RetryStrategy: { MaximumRetryAttempts: 1 } }));
      first.crash();
      machine.start({ crashAfterTurns: turns });
      await settle();
      const last = machine.start();
      await settle();
      expect((await training(last)).TrainingJobStatus).toBe('Completed');
      expect(machine.ends).toMatchObject([{ status: 'Completed' }]);
      expect(machine.acts.filter((act) => act === 'launch')).toHaveLength(2);
    }
  });

  it('starts over what was staged when the machine restarted before the launch', async () => {
    const first = machine.start();
    await first.call('CreateProcessingJob', processingJob('job'));
    first.crash();
    machine.start({ crashAt: 'job:launch' });
    await settle();
    machine.intact = false;
    machine.onStage = async () => {
      machine.intact = true;
    };
    machine.onLaunch = () => zero;
    const last = machine.start();
    await settle();
    expect(machine.acts.slice(0, 3)).toEqual(['stage', 'stage', 'launch']);
    expect((await processing(last)).ProcessingJobStatus).toBe('Completed');
  });

  it.each(['running', 'storing'])('trusts nothing of a job that was %s when the machine restarted', async (phase) => {
    const first = machine.start({ crashAt: phase === 'storing' ? 'job:output' : undefined });
    if (phase === 'storing') machine.onLaunch = () => zero;
    await first.call('CreateProcessingJob', processingJob('job'));
    await settle();
    first.crash();
    machine.intact = false;
    const last = machine.start();
    await settle();
    expect(await processing(last)).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(/^InternalServerError: The job was lost: this machine restarted/),
    });
    expect(machine.ends).toMatchObject([{ internal: true }]);
    expect(machine.objects).toEqual([]);
  });

  it('goes on stopping', async () => {
    const first = machine.start();
    await first.call('CreateProcessingJob', processingJob('job'));
    await settle();
    await first.call('StopProcessingJob', { ProcessingJobName: 'job' });
    first.crash();
    machine.process('job')!.graces.length = 0;
    machine.process('job')!.exit = undefined;
    machine.time += 400;
    const second = machine.start();
    await settle();
    expect(machine.process('job')!.graces).toEqual([600]);
    expect((await processing(second)).ProcessingJobStatus).toBe('Stopped');
  });

  it('clears away what an ended job left', async () => {
    machine.onLaunch = () => zero;
    const first = machine.start();
    await first.call('CreateProcessingJob', processingJob('job'));
    await settle();
    machine.database.exec('UPDATE jobs SET discarded = 0');
    first.crash();
    machine.acts.length = 0;
    const second = machine.start();
    await settle();
    expect(machine.acts).toEqual(['discard']);
    await second.call('DeleteProcessingJob', { ProcessingJobName: 'job' });
    await expect(processing(second)).rejects.toThrow('Could not find requested job with name: job');
  });
});
