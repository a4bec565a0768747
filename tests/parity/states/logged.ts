/** What an execution has written into the log group of its machine. */
import type { Execution, Json, JsonObject } from './cases.ts';
import type { Endpoint } from './endpoint.ts';
import { isObject } from './json.ts';

/** In milliseconds. A log of which nothing is expected is looked at this long. */
const LONGEST = 10_000;
const QUIET = 300;
const LOOK = 25;
const END = /^Execution(Succeeded|Failed|Aborted|TimedOut)$/;

/** @param awaited how many events, or up to the execution's end */
export async function loggedEvents(
  one: Execution,
  executionArn: string,
  endpoint: Endpoint,
  awaited: number | 'end',
): Promise<JsonObject[]> {
  const start = Date.now();
  for (;;) {
    const all = await logOf(groupOf(one), endpoint);
    const events = all.filter((event) => event['execution_arn'] === executionArn);
    const waited = Date.now() - start;
    if (
      awaited === 'end' ? events.some(({ type }) => END.test(String(type))) : events.length >= awaited && waited > QUIET
    )
      return events;
    if (waited > LONGEST) return events;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
}

function groupOf({ loggingConfiguration }: Execution): string {
  const arn = /:log-group:([^:]+):\*/.exec(JSON.stringify(loggingConfiguration))?.[1];
  if (arn === undefined) throw new Error('The case has a logging configuration with a log group.');
  return arn;
}

/** All that is in a log group, in the order of time. */
export async function logOf(logGroupName: string, endpoint: Endpoint): Promise<JsonObject[]> {
  const params = { logGroupName, filterPattern: '', limit: 10_000 };
  const { body } = await endpoint.send({ service: 'logs', op: 'FilterLogEvents', params });
  const events = Array.isArray(body.events) ? body.events : [];
  return events.flatMap((event: Json) => (isObject(event) ? [JSON.parse(String(event.message)) as JsonObject] : []));
}
