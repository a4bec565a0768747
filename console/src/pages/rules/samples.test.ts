/** Sample events. */
import { expect, it } from 'vitest';
import { eventOf, SAMPLES, sampleFor } from './samples.ts';

const place = { account: '123456789012', region: 'eu-west-1', at: new Date('2026-11-27T06:00:00.5Z') };

it.each(SAMPLES.map((sample) => [sample.name, sample] as const))(
  '%s: is whole, and of this place and time',
  (_, sample) => {
    const event = eventOf(sample, place);
    expect(event).toMatchObject({
      ...{ account: '123456789012', region: 'eu-west-1', time: '2026-11-27T06:00:00Z' },
      ...{ source: sample.source, 'detail-type': sample.detailType },
    });
    expect(JSON.stringify(event)).not.toMatch(/REGION|ACCOUNT|"TIME"/);
  },
);

it.each([
  [{ 'detail-type': ['Object Created'] }, 'Object Created'],
  [{ source: ['aws.states'] }, 'Step Functions Execution Status Change'],
  [{ source: ['shop'] }, 'Order Placed'],
  [undefined, 'Order Placed'],
])('%j is tried with %s first', (pattern, detailType) => {
  expect(sampleFor(pattern && JSON.stringify(pattern)).detailType).toBe(detailType);
});
