/** The rows of services that have no API here yet, over the few shapes that they need, written by hand after AWS's models. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../definition/asl/scope.ts';
import type { Api, OperationModel } from '../../../protocol/api.ts';
import type { Member, Shape, StructureShape } from '../../../protocol/shapes.ts';
import { ATTEMPT, FACTS, integrationsOf, resource, states } from './testing.ts';

type Shapes = Readonly<Record<string, Shape | [shape: Shape, traits: Member['traits']]>>;

const text: Shape = { kind: 'string' };
const number: Shape = { kind: 'number' };
const payload: [Shape, Member['traits']] = [{ kind: 'blob' }, { httpPayload: 1 }];
const list = (shape: Shape): Shape => ({
  ...{ kind: 'list', name: '', traits: {} },
  member: { name: 'member', shape, traits: {}, required: true },
});

function structure(shapes: Shapes): StructureShape {
  const members = Object.entries(shapes).map(([name, given]) => {
    const [shape, traits] = Array.isArray(given) ? given : [given, {}];
    return { name, shape, traits, required: false };
  });
  return { kind: 'structure', name: '', traits: {}, union: false, members: () => members };
}

function operation(name: string, input: Shapes, output: Shapes): [string, OperationModel] {
  const given = structure(input);
  const answered = structure(output);
  const model = { name, input: () => given, output: () => answered, http: undefined };
  return [name, { ...model, streamingInput: undefined, checksummed: false }];
}

const api = (name: string, ...operations: [string, OperationModel][]): Api => ({
  ...{ ...states, name, operations: new Map(operations), errors: new Map([['NotFound', 'NotFound']]) },
});

const integrations = integrationsOf([
  api(
    'lambda',
    operation(
      'Invoke',
      { FunctionName: text, Payload: payload },
      { StatusCode: number, FunctionError: text, Payload: payload, ExecutedVersion: text },
    ),
  ),
  api(
    'events',
    operation(
      'PutEvents',
      { Entries: list(structure({ Detail: text, Source: text })) },
      {
        FailedEntryCount: number,
        Entries: list(structure({ EventId: text, ErrorCode: text, ErrorMessage: text })),
      },
    ),
  ),
  api('sqs', operation('SendMessage', { QueueUrl: text, MessageBody: text }, { MessageId: text })),
  api(
    'glue',
    operation('StartJobRun', { JobName: text }, { JobRunId: text }),
    operation(
      'GetJobRun',
      {},
      { JobRun: structure({ Id: text, JobRunState: text, StartedOn: { kind: 'timestamp', format: 'default' } }) },
    ),
    operation('BatchStopJobRun', {}, {}),
  ),
]);
const on = (name: string) => integrations.resolve(resource(name));

function answered(name: string, args: Json, answer: object) {
  const integration = on(name);
  return integration.answered(integration.prepare(args, ATTEMPT, 'Parameters'), answer, FACTS);
}

describe('lambda:invoke', () => {
  it.each<[Json, string]>([
    [{ input: 0 }, '{"input":0}'],
    ['"a text that is JSON"', '"a text that is JSON"'],
    ['a text that is none', '"a text that is none"'],
    [[1], '[1]'],
  ])('passes %j to the function as %s', (given, expected) => {
    const { input } = on('lambda:invoke').prepare({ FunctionName: 'f', Payload: given }, ATTEMPT, 'Parameters');
    expect(Buffer.from((input as { Payload: Uint8Array }).Payload).toString()).toBe(expected);
  });

  it('gives what the function answers as JSON', () =>
    expect(
      answered('lambda:invoke', { FunctionName: 'f' }, { StatusCode: 200, Payload: Buffer.from('{"a":[1]}') }),
    ).toMatchObject({
      ...{ kind: 'over', outcome: { ok: true, output: { StatusCode: 200, Payload: { a: [1] } } } },
    }));

  it.each([
    ['{"errorMessage":"","errorType":"CustomException"}', 'CustomException'],
    ['{"errorMessage":"gone"}', 'Lambda.Unknown'],
  ])('fails with what the function threw, %s', (thrown, error) =>
    expect(
      answered('lambda:invoke', { FunctionName: 'f' }, { FunctionError: 'Unhandled', Payload: Buffer.from(thrown) }),
    ).toEqual({ kind: 'over', outcome: { ok: false, failure: { error, cause: thrown } } }),
  );

  it('does not take the token beside the payload', () =>
    expect(() => on('lambda:invoke.waitForTaskToken').prepare({ TaskToken: 't' }, ATTEMPT, 'Parameters')).toThrow(
      'The field "TaskToken" is not supported by Step Functions',
    ));
});

describe('events:putEvents', () => {
  it('writes details as text, and names the machine and the execution that send them', () => {
    const attempt = { ...ATTEMPT, execution: 'arn:aws:states:us-east-1:123456789012:execution:nightly:one' };
    const Entries: Json = [{ Detail: { a: 1 }, Source: 's' }, { Source: 's' }];
    const sent = ['arn:aws:states:us-east-1:123456789012:stateMachine:nightly', attempt.execution];
    expect(on('events:putEvents').prepare({ Entries }, attempt, 'Parameters').input).toEqual({
      Entries: [
        { Detail: '{"a":1}', Source: 's', Resources: sent },
        { Source: 's', Resources: sent },
      ],
    });
  });

  it('gives the entries, and nothing of the HTTP answer', () =>
    expect(answered('events:putEvents', {}, { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] })).toEqual({
      ...{ kind: 'over', outcome: { ok: true, output: { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] } } },
    }));

  it('fails when an entry failed', () => {
    const answer = { Entries: [{ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }] };
    const task = answered('events:putEvents', {}, { FailedEntryCount: 1, ...answer });
    expect(task).toEqual({
      kind: 'over',
      outcome: {
        ok: false,
        failure: { error: 'EventBridge.FailedEntry', cause: JSON.stringify({ FailedEntryCount: 1, ...answer }) },
      },
    });
  });
});

it('sqs:sendMessage.waitForTaskToken sends JSON, and waits', () => {
  const args = { QueueUrl: 'q', MessageBody: { Message: 'm', TaskToken: 't' } };
  const name = 'sqs:sendMessage.waitForTaskToken';
  expect(on(name).prepare(args, ATTEMPT, 'Parameters').input).toEqual({
    ...{ QueueUrl: 'q', MessageBody: '{"Message":"m","TaskToken":"t"}' },
  });
  expect(answered(name, args, { MessageId: 'm' })).toMatchObject({ kind: 'submitted', output: { MessageId: 'm' } });
});

describe('glue:startJobRun.sync', () => {
  const awaits = { kind: 'job', id: 'a/job/jr_1' } as const;

  it('waits for the run of the job', () =>
    expect(answered('glue:startJobRun.sync', { JobName: 'a/job' }, { JobRunId: 'jr_1' })).toMatchObject({
      ...{ kind: 'submitted', awaits },
    }));

  it('gives the run, or fails with it', () => {
    const run = (JobRunState: string) =>
      on('glue:startJobRun.sync').ended({ JobRun: { Id: 'jr_1', JobRunState, StartedOn: new Date(FACTS.at) } });
    const shown = (JobRunState: string) => ({ Id: 'jr_1', JobRunState, StartedOn: FACTS.at });
    expect(run('SUCCEEDED')).toEqual({ ok: true, output: shown('SUCCEEDED') });
    expect(run('TIMEOUT')).toEqual({
      ...{ ok: false, failure: { error: 'States.TaskFailed', cause: JSON.stringify(shown('TIMEOUT')) } },
    });
  });

  it('stops that run', () =>
    expect(on('glue:startJobRun.sync').stop(awaits)).toMatchObject({
      ...{ operation: { name: 'BatchStopJobRun' }, input: { JobName: 'a/job', JobRunIds: ['jr_1'] } },
    }));
});
