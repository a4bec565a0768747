import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEventPath } from './eventPath.ts';
import { inputProblem, parametersOf, payloadOf } from './input.ts';

const event = (detail: Record<string, unknown>) => ({
  ...{ version: '0', id: 'e-1', 'detail-type': 'happened', source: 'shop', account: '123456789012' },
  ...{ time: '2026-11-27T08:15:30Z', region: 'eu-west-1', resources: ['r'], detail },
});
const rule = { arn: 'arn:aws:events:eu-west-1:123456789012:rule/r', name: 'r' };
const at = Date.UTC(2026, 10, 27, 8, 15, 31);

const templated = (InputTemplate: string, InputPathsMap: Record<string, string>, detail = {}) =>
  payloadOf({ InputTransformer: { InputTemplate, InputPathsMap } }, event(detail), rule, at);

describe('paths', () => {
  it.each([
    ['$', { a: 1 }, { a: 1 }],
    ['$.a.b-c', { a: { 'b-c': 1 } }, 1],
    ["$.a['b.c']", { a: { 'b.c': 1 } }, 1],
    ['$.a[1]', { a: [1, 2] }, 2],
    ['$.a[*].b', { a: [{ b: 1 }, { c: 1 }, { b: 2 }] }, [1, 2]],
    ['$.a.*', { a: { x: 1, y: 2 } }, [1, 2]],
    ['$.a[9]', { a: [1] }, undefined],
    ['$.constructor', {}, undefined],
    ['$.a.length', { a: [1] }, undefined],
  ])('%s of %j', (path, document, expected) => {
    expect(compileEventPath(path)?.(document)).toEqual(expected);
  });

  it.each(['a', '', '$a', '$..a', '$.a[?(@.b)]', '$.a[-1]', '$.'])('%s is none', (path) => {
    expect(compileEventPath(path)).toBeUndefined();
  });
});

describe('templates', () => {
  it.each([
    ['"<who> did it"', '"Ana did it"'],
    ['{"who":<who>,"n":<n>,"all":<list>}', '{"who":"Ana","n":1,"all":[1,"x"]}'],
    ['{"text":"<list> of <who>"}', '{"text":"[1,x] of Ana"}'],
    ['{"missing":<missing>,"in":"<missing>"}', '{"missing":"","in":""}'],
    ['"a \\"<who>\\" b"', '"a \\"Ana\\" b"'],
    ['"line <n>"\n"line of <who>"', '"line 1"\n"line of Ana"'],
    [
      '{"rule":"<aws.events.rule-name>","at":"<aws.events.event.ingestion-time>"}',
      '{"rule":"r","at":"2026-11-27T08:15:31.000Z"}',
    ],
  ])('%s', (template, expected) => {
    const paths = { who: '$.detail.who', n: '$.detail.n', list: '$.detail.list', missing: '$.detail.missing' };
    expect(templated(template, paths, { who: 'Ana', n: 1, list: [1, 'x'] })).toBe(expected);
  });

  it('have the event without its detail, and with it', () => {
    const whole = event({ a: 1 });
    const { detail: _, ...rest } = whole;
    expect(JSON.parse(templated('<aws.events.event>', {}, { a: 1 }))).toEqual(rest);
    expect(JSON.parse(templated('<aws.events.event.json>', {}, { a: 1 }))).toEqual(whole);
  });

  it('that are JSON stay JSON, whatever the event holds (I1)', () => {
    const template = '{"value":<v>,"text":"<v> and \\"<v>\\"","list":[<v>,"<v>"]}';
    fc.assert(
      fc.property(fc.jsonValue(), (v) => {
        const made = JSON.parse(templated(template, { v: '$.detail.v' }, { v })) as { value: unknown };
        expect(made.value).toEqual(v === null ? '' : JSON.parse(JSON.stringify(v)));
      }),
    );
  });
});

describe('inputs that are refused', () => {
  it.each<[object, RegExp]>([
    [{ Input: '{', Id: 't' }, /^JSON syntax error in input for target t$/],
    [{ Input: '{}', InputPath: '$' }, /^Only one of Input, InputPath, or InputTransformer/],
    [{ InputPath: 'detail' }, /^Invalid InputPath/],
    [{ InputTransformer: { InputTemplate: '{"a":<b>}' } }, /contains invalid placeholder b/],
    [{ InputTransformer: { InputTemplate: '{"a":<b>', InputPathsMap: { b: '$.b' } } }, /^Invalid InputTemplate/],
    [{ InputTransformer: { InputTemplate: 'plain <b>', InputPathsMap: { b: '$.b' } } }, /^Invalid InputTemplate/],
    [{ InputTransformer: { InputTemplate: '"<awsX>"', InputPathsMap: { awsX: '$.b' } } }, /is reserved/],
    [{ InputTransformer: { InputTemplate: '"<b>"', InputPathsMap: { b: '$..b' } } }, /^Invalid InputPath/],
  ])('%j', (input, problem) => {
    expect(inputProblem({ Id: 't', ...input })).toMatch(problem);
  });
});

it('a parameter of a pipeline is a text of its own, or a part of the event', () => {
  const PipelineParameterList = ['fixed', '$.detail.n', '$.detail.who', '$.detail.nothing'].map((Value) => ({
    ...{ Name: Value, Value },
  }));
  const made = parametersOf({ PipelineParameterList }, event({ n: 1, who: 'Ana' }));
  expect(made.map(({ Value }) => Value)).toEqual(['fixed', '1', 'Ana', '""']);
});
