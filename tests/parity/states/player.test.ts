/** The player of recorded cases itself: that it makes the same of the same answers, and sees what differs. */
import { expect, it } from 'vitest';
import type { Call } from './cases.ts';
import type { Answer, Endpoint } from './endpoint.ts';
import { differences, membersAt, valueAt } from './json.ts';
import { normalise } from './normalise.ts';
import { bind, bindTransformers, boundTo, play } from './player.ts';

const place = { account: '222222222222', region: 'region-1' };
const ARN = 'arn:aws:states:region-1:222222222222:execution:m:';
const UUID = '0b4f1c9e-0000-4000-8000-0123456789ab';

it('names, ids and times become the recordings’ placeholders', () => {
  const answer = {
    executionArn: `${ARN}one`,
    revisionId: UUID,
    again: { revisionId: UUID },
    startDate: 1_700_000_000.5,
    said: 'at 2026-01-02T03:04:05.678Z',
    output: '{"a": 1}',
    timestamp: 7,
  };
  expect(normalise(answer, [{ kind: 'regex', regex: ':m:', replacement: ':<name>:' }], place)).toEqual({
    executionArn: 'arn:<partition>:states:<region>:111111111111:execution:<name>:one',
    revisionId: '<uuid:1>',
    again: { revisionId: '<uuid:1>' },
    startDate: 'datetime',
    said: 'at date',
    output: { a: 1 },
    timestamp: 'timestamp',
  });
});

it('each kind of transformer replaces what it is for', () => {
  const cause = 'failed: \'{"a": 1}\'';
  const document = { cause, list: [2, 1], deep: { key: 'v', Arn: 'arn:aws:sns:eu:123456789012:topic' } };
  const transformed = normalise(
    document,
    [
      { kind: 'keyfn', fn: '_transform_stepfunctions_cause_details', replacement: 'json-input' },
      { kind: 'key', key: 'key', replacement: 'a-key', ref: true },
      { kind: 'sort', key: 'list' },
      { kind: 'resource_name' },
    ],
    place,
  );
  expect(transformed).toEqual({
    ...{ cause: "failed: '<json-input:1>'", list: [1, 2] },
    deep: { key: '<a-key:1>', Arn: 'arn:<partition>:sns:eu:123456789012:<resource:1>' },
  });
  const [member] = membersAt({ a: [{ b: { c: 1 } }] }, '$..b.c');
  expect(member?.value).toBe(1);
});

it('a difference is told by its path', () => {
  expect(differences({ a: [1, { b: 2 }], c: 3 }, { a: [1, { b: 9 }, 4], d: 3 })).toEqual([
    { path: '$.a.length', expected: 2, actual: 3 },
    { path: '$.a[1].b', expected: 2, actual: 9 },
    { path: '$.c', expected: 3, actual: undefined },
    { path: '$.d', expected: undefined, actual: 3 },
  ]);
  expect(valueAt({ a: [{ b: null }] }, '$.a[0].b')).toBeNull();
});

it('later calls and transformers hold what earlier calls answered', () => {
  const bound = boundTo(`${ARN}fake-1`, `${ARN}real-"1"`);
  expect(bind({ arn: `${ARN}fake-1`, text: 'of fake-1' }, bound)).toEqual({
    arn: `${ARN}real-"1"`,
    text: 'of real-"1"',
  });
  expect(bindTransformers([{ kind: 'regex', regex: 'fake\\-1', replacement: 'n' }], boundTo('fake-1', 'a.b'))).toEqual([
    { kind: 'regex', regex: 'a\\.b', replacement: 'n' },
  ]);
});

it('a trace is played with the answers of here, and what differs is found', async () => {
  const sent: unknown[] = [];
  const endpoint: Endpoint = {
    place,
    make: async () => {},
    async send({ op, params }): Promise<Answer> {
      sent.push(params);
      if (op === 'Refused') return { status: 400, error: { code: 'No', message: 'not so' }, body: {} };
      return { status: 200, body: { arn: `${ARN}real`, revisionId: UUID, more: true } };
    },
  };
  const calls = ['Made', 'Asked', 'Refused'].map((op): Call => ({ service: 'stepfunctions', op, params: {} }));
  calls[1]!.params = { arn: 'arn:aws:states:us-east-1:111111111111:execution:m:fake', revisionId: 'fake-revision-0' };
  const findings = await play(
    {
      ...{ kind: 'api-trace', name: 't', recordedDate: '01-01-2026, 00:00:00' },
      calls,
      fakeValues: { 'arn:aws:states:us-east-1:111111111111:execution:m:fake': [0, '$.arn'] },
      matches: [
        { key: 'asked', actual: { $call: 1, $path: '$.more' } },
        { key: 'refused', actual: { exception_typename: 'F', exception_value: { $exc: { $call: 2, $path: '$' } } } },
      ],
      expected: {
        asked: false,
        refused: {
          ...{ exception_typename: 'No' },
          exception_value: 'An error occurred (No) when calling the Refused operation: not so',
        },
      },
    },
    endpoint,
  );
  expect(sent[1]).toEqual({ arn: `${ARN}real`, revisionId: UUID });
  expect(findings).toEqual([{ key: 'asked', path: '$', expected: false, actual: true }]);
});
