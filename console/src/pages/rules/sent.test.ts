/** What targets of a rule are sent of an event. */
import { expect, it } from 'vitest';
import { sentOf, type Target } from './sent.ts';

const rule = { Arn: 'arn:aws:events:us-east-1:000000000000:rule/stopped', Name: 'stopped' };
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:000000000000:${resource}`;
const event = {
  ...{ source: 'aws.states', 'detail-type': 'Execution Status Change' },
  detail: { status: 'ABORTED', depth: 3, name: 'run-1' },
};
const sent = (target: Target, text = JSON.stringify(event)) => sentOf(target, text, rule);

const transformer = {
  InputPathsMap: { status: '$.detail.status', name: '$.detail.name' },
  InputTemplate: '"<name> is <status>, says <aws.events.rule-name>"',
};

it('a template is filled in as it is when the rule itself sends: once it was left to whoever tried it', () => {
  const topic = { Id: '1', Arn: arn('sns', 'alerts'), InputTransformer: transformer };
  expect(sent(topic)).toEqual({ payload: '"run-1 is ABORTED, says stopped"' });
});

it.each<[string, Omit<Target, 'Id' | 'Arn'>, string]>([
  ['a text of its own, whatever happens', { Input: '{"a":1}' }, '{"a":1}'],
  ['a part', { InputPath: '$.detail.depth' }, '3'],
  ['the whole event', {}, JSON.stringify(event)],
])('%s', (_, input, payload) => expect(sent({ Id: '1', Arn: arn('sqs', 'work'), ...input })?.payload).toBe(payload));

it('parameters of a pipeline are picked out of the event', () => {
  const PipelineParameterList = [
    { Name: 'Depth', Value: '$.detail.depth' },
    { Name: 'Kind', Value: 'fixed' },
  ];
  const target = {
    Id: '1',
    Arn: arn('sagemaker', 'pipeline/p'),
    SageMakerPipelineParameters: { PipelineParameterList },
  };
  expect(sent(target)?.payload).toBe('{"Depth":"3","Kind":"fixed"}');
});

it('another bus gets the event itself, and from nobody who may not tell of it', () => {
  const bus = { Id: '1', Arn: arn('events', 'event-bus/orders') };
  const own = JSON.stringify({ ...event, source: 'shop' });
  expect(sent(bus)?.event).toEqual({ source: 'by.hand', detailType: 'Execution Status Change' });
  expect(sent(bus, own)).toEqual({
    payload: JSON.stringify(event.detail),
    event: { source: 'shop', detailType: 'Execution Status Change' },
  });
});

it.each(['', '[', '[1]', '"text"', 'null'])('%j is no event', (text) => {
  expect(sent({ Id: '1', Arn: arn('sns', 'alerts') }, text)).toBeUndefined();
});
