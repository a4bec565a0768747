/** Events under kill -9 of the server: each that was taken starts its target once, whenever the server is killed. */
import { afterEach, expect, it } from 'vitest';
import { checkFolder } from '../../src/server/fsck.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { openRules, type Sent } from '../support/eventRules.ts';
import { startVictim, type Victim } from '../support/killing.ts';
import { removeFolder } from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';

let victim: Victim | undefined;
afterEach(async () => {
  if (victim) await removeFolder(victim.folder);
});

const KILLS = 3;
const BATCHES = 12;

it('an event is not lost, and starts nothing twice', { timeout: 120_000 }, async () => {
  victim = await startVictim();
  const rules = await openRules(victim.client.client);
  const Arn = await rules.keeper('counted');
  await rules.rule('counted', { source: ['counting'] }, { Arn });
  const taken: string[] = [];
  let stopped = false;
  const putting = (async () => {
    for (let n = 0; !stopped || n < BATCHES; n += 1) {
      const entry = { Source: 'counting', DetailType: 't', Detail: JSON.stringify({ n }) };
      // What a killed server did not answer may have been taken, or not: it is not counted.
      const answer = await rules.events.putEvents({ Entries: Array(10).fill(entry) }).catch(() => undefined);
      for (const { EventId } of answer?.Entries ?? []) taken.push(EventId!);
      if (!answer) await pause(20);
    }
  })();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = taken.length;
    while (taken.length < before + 20) await pause(5);
    await victim.killAndRestart();
  }
  stopped = true;
  await putting;
  await rules.keptAll(Arn, taken.length);
  let ids: string[] = [];
  for (let settled = false; !settled; ) {
    const seen = await startedIds(rules.sfn, Arn);
    settled = seen.length === ids.length;
    ids = seen;
    await pause(300);
  }
  expect(victim.kills).toBe(KILLS);
  expect(new Set(ids).size, 'no event has started two executions').toBe(ids.length);
  expect(
    taken.filter((id) => !ids.includes(id)),
    'no event that was taken is lost',
  ).toEqual([]);
  await victim.close();
  const { findings } = await checkFolder(dataFolder(victim.folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
});

type Sfn = Awaited<ReturnType<typeof openRules>>['sfn'];

async function startedIds(sfn: Sfn, stateMachineArn: string): Promise<string[]> {
  const ids: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const { executions = [], nextToken: next } = await sfn.listExecutions({ stateMachineArn, nextToken });
    const described = executions.map(({ executionArn }) => sfn.describeExecution({ executionArn }));
    for (const { input } of await Promise.all(described)) ids.push((JSON.parse(input!) as Sent).id);
    if (next === undefined) return ids;
    nextToken = next;
  }
}
