/** What a machine logged of one execution, in the log group that it logs into; and the logs of the jobs that its tasks began. */
import type { Clients } from '../aws.ts';
import { misuse } from '../errors.ts';
import { groupName } from '../publish/stateMachines.ts';
import { begunBy, isJob } from './jobs.ts';
import { lastName, machineReader } from './read.ts';

/** Where the logs of an execution are. */
export async function logSources(
  clients: Clients,
  arn: string,
): Promise<{ group: string | undefined; jobs: { state: string; arn: string }[]; startedAt: number }> {
  const reader = await machineReader(clients, arn);
  const { view } = await reader.read();
  return {
    group: reader.logGroupArn === undefined ? undefined : groupName(reader.logGroupArn),
    jobs: begunBy(view).filter(({ arn: begun }) => isJob(begun)),
    startedAt: view.startedAt,
  };
}

/** The job of a state's task, the newest. @throws Misuse when it has begun none */
export async function jobOfState(clients: Clients, arn: string, state: string): Promise<string> {
  const reader = await machineReader(clients, arn);
  const { view } = await reader.read();
  const found = view.states.find(({ name }) => name === state);
  const job = found?.began.findLast(isJob);
  if (job) return job;
  const names = view.states.map(({ name }) => name).join(', ') || 'none';
  if (!found) {
    throw misuse(
      `Execution ${lastName(arn)} has not entered a state '${state}', and there is no job of that name. It has entered: ${names}.`,
    );
  }
  throw misuse(
    `State '${state}' of execution ${lastName(arn)} has begun no job, so it has no log. 'telar why ${state}' says what it did.`,
  );
}

/** Events that a machine logged of an execution, page by page. */
export async function* loggedEvents(
  clients: Clients,
  group: string,
  arn: string,
  startTime: number,
): AsyncIterable<string[]> {
  const logs = await clients.logs();
  let nextToken: string | undefined;
  do {
    const page = await logs.filterLogEvents({
      ...{ logGroupName: group, startTime, nextToken, filterPattern: JSON.stringify(arn) },
    });
    yield (page.events ?? []).map(({ message = '' }) => message);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}
