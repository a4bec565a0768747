/** Events: matched against many rules, and how long after an event its rule's target starts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { SFN } from '@aws-sdk/client-sfn';
import { compilePattern, indexPatterns } from '../src/definition/patterns/index.ts';
import { DEFAULT_REGION } from '../src/server/server.ts';
import { atLeast, atMost, type Bench, type Figure, type Progress } from './lib/figures.ts';
import { quantile } from './lib/load.ts';
import { OURS, separate } from './lib/separate.ts';

const RUNS = 7;
const RULES = 1000;
const EVENTS = 20_000;
const PUT = 300;

export const bench: Bench = {
  name: 'events',
  describe:
    'Events of SageMaker’s and S3’s shapes matched against 1,000 rules of ten kinds, on one core; and, through the wire with 1,000 rules on the bus, how long after PutEvents was sent the state machine that is a rule’s target has started.',
  notMeasured: [
    'what targets do with an event',
    'many events at once through the wire: each is answered before the next is sent',
    'other rules in one process (event-ruler): there is no such package for Node',
  ],
  async run(progress) {
    return [...matching(progress), ...(await starting(progress))];
  },
};

/** Ten kinds, a hundred of each: by name, by beginning, by number, either of two, … */
function patternOf(at: number): object {
  const name = `resource-${Math.floor(at / 10)}`;
  const detail = [
    { name: [name], status: ['Failed'] },
    { name: [{ prefix: name }] },
    { bucket: { name: [name] }, object: { key: [{ suffix: '.csv' }], size: [{ numeric: ['>', 1000] }] } },
    { name: [{ 'anything-but': [name] }], status: [`status-${at}`] },
    { $or: [{ name: [name] }, { status: [`status-${at}`] }] },
    { object: { key: [{ wildcard: `raw/${name}/*.csv` }] } },
    { status: [{ 'equals-ignore-case': `STATUS-${at}` }] },
    { name: [name], error: [{ exists: false }] },
    { name: [name, `other-${at}`], code: [at] },
    { address: [{ cidr: `10.${at % 250}.0.0/16` }] },
  ][at % 10]!;
  return { source: [`service-${at % 20}`], 'detail-type': [`Type ${at % 5}`], detail };
}

const eventOf = (at: number) => ({
  ...{ version: '0', id: String(at), source: `service-${at % 20}`, 'detail-type': `Type ${at % 5}` },
  ...{ account: '000000000000', time: '2026-11-27T08:15:30Z', region: DEFAULT_REGION, resources: [`r-${at}`] },
  detail: {
    ...{ name: `resource-${at % 100}`, status: at % 3 === 0 ? 'Failed' : 'Succeeded', code: at % RULES },
    ...{ bucket: { name: `resource-${at % 100}` }, object: { key: `raw/resource-${at % 100}/a.csv`, size: at } },
    ...{ address: `10.${at % 250}.1.2`, tags: ['a', 'b'], nested: { a: { b: { c: at } } } },
  },
});

function matching(progress: Progress): Figure[] {
  const rules = Array.from({ length: RULES }, (_, at) => {
    const compiled = compilePattern(JSON.stringify(patternOf(at)));
    if (!compiled.ok) throw new Error(compiled.reason);
    return [at, compiled.pattern.alternatives] as const;
  });
  const index = indexPatterns(rules);
  const events = Array.from({ length: EVENTS }, (_, at) => eventOf(at));
  let matched = 0;
  const runs = Array.from({ length: RUNS + 1 }, (_, run) => {
    progress(`matching, run ${run}`);
    const started = performance.now();
    for (const event of events) matched += index.matching(event).length;
    return EVENTS / ((performance.now() - started) / 1000);
  }).slice(1);
  if (matched === 0) throw new Error('No event has matched any rule.');
  return [atLeast('events matched against 1,000 rules, a second', 'events/s', runs, { target: 20_000 })];
}

async function starting(progress: Progress): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  const server = await separate(OURS, { folder, port: 0, auth: 'off' });
  try {
    const options = {
      ...{ endpoint: `http://127.0.0.1:${server.port}`, region: DEFAULT_REGION, credentials: server.credentials },
    };
    const [events, sfn] = [new EventBridge(options), new SFN(options)];
    const roleArn = 'arn:aws:iam::000000000000:role/bench';
    const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } });
    const { stateMachineArn: Arn } = await sfn.createStateMachine({ name: 'target', definition, roleArn });
    for (let at = 0; at < RULES - 1; at += 1) {
      await events.putRule({ Name: `rule-${at}`, EventPattern: JSON.stringify(patternOf(at)) });
    }
    await events.putRule({ Name: 'timed', EventPattern: '{"source":["timed"]}' });
    await events.putTargets({ Rule: 'timed', Targets: [{ Id: 't', Arn, RoleArn: roleArn }] });
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      progress(`starting, run ${run}`);
      runs.push(quantile(await startTimes(events, sfn, Arn!, run), 0.99));
    }
    return [atMost('from PutEvents to the start of the rule’s target, p99', 'ms', runs, { target: 20 })];
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of each event: the milliseconds from before it was sent until its execution's start. */
async function startTimes(events: EventBridge, sfn: SFN, stateMachineArn: string, run: number): Promise<number[]> {
  const sent = new Map<string, number>();
  for (let at = 0; at < PUT; at += 1) {
    const id = `${run}-${at}`;
    sent.set(id, Date.now());
    await events.putEvents({ Entries: [{ Source: 'timed', DetailType: 't', Detail: JSON.stringify({ id }) }] });
  }
  for (;;) {
    const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: PUT });
    const told = await Promise.all(
      executions.map(async ({ executionArn, startDate }) => {
        const { input } = await sfn.describeExecution({ executionArn });
        const { detail } = JSON.parse(input!) as { detail: { id: string } };
        return { id: detail.id, started: startDate!.getTime() };
      }),
    );
    const times = told.flatMap(({ id, started }) => (sent.has(id) ? [started - sent.get(id)!] : []));
    if (times.length === PUT) return times;
  }
}
