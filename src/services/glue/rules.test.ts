import { describe, expect, it } from 'vitest';
import { parseS3 } from './addresses.ts';
import { checkArguments, listed, MOST_BYTES, merged, objectsOf } from './arguments.ts';
import { shellCapacity, sparkCapacity } from './capacity.ts';
import type { CreateJobInput } from './context.ts';
import { checkStart, definitionOf } from './definition.ts';
import { attemptOf, jobOfArn, nextAttempt, roleArnOf, runOfOrder } from './names.ts';
import { orderOf } from './plan.ts';
import { checkState, isOver, isTriedAgain, RUN_STATES } from './states.ts';

const GIB = 1024 ** 3;
const place = { account: '123456789012', region: 'us-east-1' };
const job = (more: Partial<CreateJobInput> = {}): CreateJobInput => ({
  ...{ Name: 'clean', Role: 'cleaner', Command: { Name: 'pythonshell', ScriptLocation: 's3://b/clean.py' } },
  ...more,
});
const spark = (more: Partial<CreateJobInput> = {}) =>
  job({ Command: { Name: 'glueetl', ScriptLocation: 's3://b/clean.py' }, ...more });

describe('capacities', () => {
  it('of a Python shell are two', () => {
    expect(shellCapacity({})).toMatchObject({
      described: { MaxCapacity: 0.0625, AllocatedCapacity: 0 },
      size: { cpus: 0.25, memoryBytes: GIB },
    });
    expect(shellCapacity({ MaxCapacity: 1 }).size).toMatchObject({ cpus: 4, memoryBytes: 16 * GIB });
    expect(() => shellCapacity({ MaxCapacity: 2 })).toThrow('0.0625 or 1, and not 2');
    expect(() => shellCapacity({ WorkerType: 'G.1X' })).toThrow('has no WorkerType');
  });

  it('of Spark are units or workers, and not both', () => {
    expect(sparkCapacity({ WorkerType: 'G.2X', NumberOfWorkers: 3 })).toMatchObject({
      described: { WorkerType: 'G.2X', NumberOfWorkers: 3, MaxCapacity: 6, AllocatedCapacity: 6 },
      size: { name: '3 G.2X', cpus: 24, memoryBytes: 96 * GIB },
    });
    expect(sparkCapacity({}).described).toMatchObject({ WorkerType: 'G.1X', NumberOfWorkers: 10 });
    expect(sparkCapacity({ MaxCapacity: 2 }).size).toMatchObject({ cpus: 8 });
    expect(() => sparkCapacity({ MaxCapacity: 2, WorkerType: 'G.1X' })).toThrow('Please set only');
    expect(() => sparkCapacity({ MaxCapacity: 1 })).toThrow('from 2 to 100');
    expect(() => sparkCapacity({ WorkerType: 'Z.2X' })).toThrow('does not support the WorkerType Z.2X');
    expect(() => sparkCapacity({ WorkerType: 'G.1X', NumberOfWorkers: 0 })).toThrow('from 1 to 299');
  });
});

describe('arguments', () => {
  it("of the run win over the job's, and what may not be overridden over both", () => {
    expect(merged({ '--a': '1', '--b': '1', '--c': '1' }, { '--b': '2', '--c': '2' }, { '--c': '3' })).toEqual({
      ...{ '--a': '1', '--b': '2', '--c': '3' },
    });
  });

  it.each([
    ['--job-bookmark-option', 'job-bookmark-enable', 'job-bookmark-enable as --job-bookmark-option'],
    ['--enable-glue-datacatalog', 'true', 'true as --enable-glue-datacatalog'],
    ['--extra-jars', 's3://b/x.jar', 'the argument --extra-jars'],
    ['--job-language', 'scala', 'scala as --job-language'],
    ['--JOB_NAME', 'x', 'the argument --JOB_NAME'],
    ['--python-modules-installer-option', '-r', 'the argument --python-modules-installer-option'],
  ])('%s %s is refused by name', (name, value, what) =>
    expect(() => checkArguments({ [name]: value })).toThrow(`Telar does not support ${what} yet.`),
  );

  it.each([
    ['--job-bookmark-option', 'job-bookmark-disable'],
    ['--enable-metrics', ''],
    ['--enable-continuous-cloudwatch-log', 'true'],
    ['--TempDir', 's3://b/tmp/'],
    ['--toString', 'x'],
    ['--__proto__', 'x'],
    ['constructor', 'x'],
    ['--quoted', '"; rm -rf / #\n$HOME'],
  ])('%s %s is taken', (name, value) => expect(() => checkArguments({ [name]: value })).not.toThrow());

  it('are bounded, and hold no NUL', () => {
    expect(() => checkArguments({ '--a': 'x'.repeat(MOST_BYTES) })).toThrow('Put what is long into an object');
    expect(() => checkArguments({ '--a': 'x\0' })).toThrow('NUL');
  });

  it('that list things list them by commas', () => {
    expect(listed(' a==1, b ,,')).toEqual(['a==1', 'b']);
    expect(objectsOf('--extra-files', { '--extra-files': 's3://b/a.txt,s3a://b/c.txt' })).toHaveLength(2);
    expect(() => objectsOf('--extra-files', { '--extra-files': '/etc/passwd' })).toThrow("'/etc/passwd' is none");
  });
});

describe('a definition', () => {
  it('has what Glue fills in', () => {
    expect(definitionOf(job())).toMatchObject({
      ...{ ExecutionProperty: { MaxConcurrentRuns: 1 }, MaxRetries: 0, Timeout: 2880, MaxCapacity: 0.0625 },
      Command: { Name: 'pythonshell', PythonVersion: '3.9' },
    });
    expect(definitionOf(spark())).toMatchObject({ GlueVersion: '5.0', Timeout: 480, ExecutionClass: 'STANDARD' });
    expect(definitionOf(spark({ GlueVersion: '4.0' }))).toMatchObject({ Timeout: 2880 });
  });

  const command = (Command: CreateJobInput['Command']) => job({ Command });
  it.each<[string, CreateJobInput, string]>([
    ['ray', command({ Name: 'glueray', ScriptLocation: 's3://b/x.py' }), "the Command 'glueray'"],
    ['no script', command({ Name: 'pythonshell' }), 'and is absent'],
    ['a folder as script', command({ Name: 'pythonshell', ScriptLocation: 's3://b/x/' }), "and is 's3://b/x/'"],
    ['a local script', command({ Name: 'pythonshell', ScriptLocation: '/etc/x.py' }), "and is '/etc/x.py'"],
    ['Scala', command({ Name: 'glueetl', ScriptLocation: 's3://b/x.scala' }), 'Only scripts in Python'],
    [
      'Python 2',
      command({ Name: 'pythonshell', ScriptLocation: 's3://b/x.py', PythonVersion: '2' }),
      'PythonVersion 2',
    ],
    ['a VPC', job({ Connections: { Connections: ['vpc'] } }), 'does not support Connections'],
    ['keys', job({ SecurityConfiguration: 'x' }), 'does not support SecurityConfiguration'],
    ['queueing', job({ JobRunQueuingEnabled: true }), 'does not support JobRunQueuingEnabled'],
    ['no role', job({ Role: '' }), 'needs a Role'],
    ['no runs', job({ ExecutionProperty: { MaxConcurrentRuns: 0 } }), 'at least 1, and not 0'],
    ['many retries', job({ MaxRetries: 11 }), 'from 0 to 10, and not 11'],
    ['no time', job({ Timeout: 0 }), 'from 1 to 10080 minutes'],
    ['an old version', spark({ GlueVersion: '0.9' }), 'does not support GlueVersion 0.9'],
  ])('with %s is refused', (_, input, message) => expect(() => definitionOf(input)).toThrow(message));

  it('is run within what a run may ask for', () => {
    expect(() => checkStart({ JobName: 'j', ExecutionRoleSessionPolicy: '{}' })).toThrow('ExecutionRoleSessionPolicy');
    expect(() => checkStart({ JobName: 'j', Timeout: 0 })).toThrow('Timeout is from 1');
  });
});

describe('an order', () => {
  const order = (definition: CreateJobInput, Arguments: Record<string, string> = {}) =>
    orderOf({ id: 'jr_1', job: definitionOf(definition), request: { JobName: 'clean', Arguments }, place });

  it('stages the script and what the arguments name, each in a folder of its own', () => {
    const { inputs, configuration, logs, roleArn } = order(job(), {
      '--extra-py-files': 's3://b/lib.zip,s3://b/h.py',
      '--additional-python-modules': 'duckdb==1.4.5,s3://b/w.whl',
    });
    expect(inputs.map(({ uri, folder }) => `${uri} ${folder}`)).toEqual([
      ...['s3://b/clean.py glue/script/0', 's3://b/lib.zip glue/libraries/0', 's3://b/h.py glue/libraries/1'],
      's3://b/w.whl glue/modules',
    ]);
    expect(configuration).toMatchObject({ kind: 'pythonshell', modules: ['duckdb==1.4.5', 's3://b/w.whl'] });
    expect(logs).toEqual({
      output: '/aws-glue/python-jobs/output',
      error: '/aws-glue/python-jobs/error',
      stream: 'jr_1',
    });
    expect(order(job()).name).toBe('clean/jr_1');
    expect(roleArn).toBe('arn:aws:iam::123456789012:role/cleaner');
  });

  it('of Spark is told who it is', () => {
    expect(order(spark(), { '--x': '1' }).configuration['arguments']).toEqual({
      ...{ '--JOB_ID': 'arn:aws:glue:us-east-1:123456789012:job/clean', '--JOB_RUN_ID': 'jr_1' },
      ...{ '--JOB_NAME': 'clean', '--x': '1' },
    });
  });

  it.each([
    [{ '--extra-py-files': 's3://b/x.txt' }, '.py, .zip, .egg and .whl'],
    [{ '--extra-py-files': 'file:///etc/x.py' }, 's3:// addresses'],
    [{ '--additional-python-modules': 's3://b/x.tar.gz' }, 'takes .whl files'],
  ])('with %o is refused', (given, message) => expect(() => order(job(), given)).toThrow(message));
});

it('names are read back', () => {
  expect(jobOfArn('arn:aws:glue:us-east-1:123456789012:job/a/b c', place)).toBe('a/b c');
  expect(jobOfArn('arn:aws:glue:eu-west-1:123456789012:job/a', place)).toBeUndefined();
  expect(jobOfArn('arn:aws:glue:us-east-1:123456789012:crawler/a', place)).toBeUndefined();
  expect(roleArnOf(place, 'arn:aws:iam::1:role/x')).toBe('arn:aws:iam::1:role/x');
  expect([attemptOf('jr_ab'), nextAttempt('jr_ab'), nextAttempt('jr_ab_attempt_1')]).toEqual([
    ...[0, 'jr_ab_attempt_1', 'jr_ab_attempt_2'],
  ]);
  expect(runOfOrder('arn:aws:glue:us-east-1:1:job/a/b/jr_ab')).toBe('jr_ab');
  expect(parseS3('s3://b')).toBeUndefined();
});

it('states end where nothing follows, and only failures are tried again', () => {
  expect(RUN_STATES.filter(isOver)).toEqual(['STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT', 'ERROR']);
  expect(RUN_STATES.filter(isTriedAgain)).toEqual(['FAILED', 'ERROR']);
  expect(() => checkState('SUCCEEDED', 'RUNNING')).toThrow('a job run goes from SUCCEEDED to RUNNING');
});
