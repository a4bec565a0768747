/** Recorded answers of TestEventPattern, played against a server: what matches, and AWS's words for patterns that it refuses. */
import { EventBridge, InvalidEventPatternException } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { type Json, loadCases } from '../states/cases.ts';

type Recorded = {
  name: string;
  event?: Json;
  eventText?: string;
  eventPattern?: Json;
  eventPatternText?: string;
  expected: { match?: boolean; error?: { MessageRaw: string } };
};

const cases = loadCases('event-patterns') as unknown as Recorded[] | undefined;

/** The recordings' tool wrote JSON as Python does, and AWS tells the column. */
function asPython(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(asPython).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, member]) => `${asPython(name)}: ${asPython(member)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const HERE: readonly [string, string][] = [
  ['<partition>', 'aws'],
  ['<region>', 'us-east-1'],
];
const here = (text: string) => HERE.reduce((all, [recorded, actual]) => all.split(recorded).join(actual), text);

// The recordings are not in this repository, and may not be on this machine.
describe.skipIf(!cases)('recorded event patterns', () => {
  let server: TestServer;
  let events: EventBridge;
  beforeAll(async () => {
    server = await startTestServer();
    events = new EventBridge(server.client);
  });
  afterAll(() => server.close());

  it.each(cases ?? [])('$name', async ({ event, eventText, eventPattern, eventPatternText, expected }) => {
    const EventPattern = eventPatternText ?? asPython(eventPattern!);
    const asked = events.testEventPattern({ EventPattern, Event: eventText ?? asPython(event!) });
    if (expected.error) {
      const refusal: unknown = await asked.catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(InvalidEventPatternException);
      expect((refusal as Error).message).toBe(here(expected.error.MessageRaw));
    } else {
      expect((await asked).Result).toBe(expected.match);
    }
  });
});
