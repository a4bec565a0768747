/**
 * A server that carries out a map run is killed again and again: the map run goes on where it was, every item has exactly one result,
 * and the counts say so.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { startVictim, type Victim } from '../support/killing.ts';
import { distributed, type MapBench, mapBenchOf, openMapBench, PICKY, readerOf } from '../support/mapRuns.ts';
import { removeFolder } from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';

const ITEMS = 4000;
const KILLS = 4;

const victims: Victim[] = [];
afterEach(async () => {
  for (const victim of victims.splice(0)) {
    await victim.close();
    await removeFolder(victim.folder);
  }
});

async function open(): Promise<{ victim: Victim; bench: MapBench }> {
  const victim = await startVictim();
  victims.push(victim);
  const bench = await openMapBench(victim.client.client);
  return { victim, bench };
}

/** The number of executions that have ended in a map run, and whether it is over. */
async function progress(bench: MapBench, executionArn: string): Promise<{ ended: number; isOver: boolean }> {
  const { status, itemCounts } = await bench.mapRun(executionArn);
  return { ended: (itemCounts?.succeeded ?? 0) + (itemCounts?.failed ?? 0), isOver: status !== 'RUNNING' };
}

/** Kills the server each time that so many more items have ended. */
async function killOften(victim: Victim, bench: MapBench, executionArn: string): Promise<void> {
  for (let kill = 1; kill <= KILLS; kill += 1) {
    for (;;) {
      const { ended, isOver } = await progress(bench, executionArn);
      if (isOver) return;
      if (ended >= (kill * ITEMS) / (KILLS + 1)) break;
      await pause(5);
    }
    await victim.killAndRestart();
  }
}

describe.each(['STANDARD', 'EXPRESS'])('a map run of %s executions under kill -9', (type) => {
  it('has one result for each item of a file', async () => {
    const { victim, bench } = await open();
    const numbers = Array.from({ length: ITEMS }, (_, n) => n);
    await bench.put('rows.csv', `n\n${numbers.join('\n')}\n`);
    const reader = readerOf('rows.csv', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' });
    const arn = await bench.start(distributed({ ...reader, MaxConcurrency: 20 }, undefined, type));
    await killOften(victim, bench, arn);
    expect(victim.kills).toBeGreaterThan(0);
    const after = mapBenchOf(victim.client.client);
    const { status, result } = await after.ended(arn);
    expect(status).toBe('SUCCEEDED');
    expect((result as { n: string }[]).map(({ n }) => Number(n))).toEqual(numbers);
    const { itemCounts, executionCounts } = await after.mapRun(arn);
    expect(itemCounts).toMatchObject({ succeeded: ITEMS, total: ITEMS, running: 0, pending: 0, aborted: 0 });
    expect(executionCounts).toMatchObject({ succeeded: ITEMS, total: ITEMS, running: 0, pending: 0, aborted: 0 });
  });

  it('has all of its batches in the files that it exports, failed ones among them', async () => {
    const { victim, bench } = await open();
    const items = Array.from({ length: ITEMS / 4 }, (_, n) => ({ n, bad: n % 10 === 0 }));
    const Parameters = { Bucket: 'items', Prefix: 'out' };
    const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Parameters };
    const fields = { ResultWriter, ToleratedFailurePercentage: 100, MaxConcurrency: 10 };
    const arn = await bench.start(distributed(fields, PICKY, type), items);
    await bench.until(arn, ({ itemCounts }) => itemCounts!.succeeded! > 100);
    await victim.killAndRestart();
    const after = mapBenchOf(victim.client.client);
    const { result, status } = await after.ended(arn);
    expect(status).toBe('SUCCEEDED');
    const { Key } = (result as { ResultWriterDetails: { Key: string } }).ResultWriterDetails;
    const { FAILED, SUCCEEDED } = JSON.parse(await after.get(Key)).ResultFiles;
    const numbersIn = async ([file]: { Key: string }[]) =>
      JSON.parse(await after.get(file!.Key)).map(({ Input }: { Input: string }) => JSON.parse(Input).n);
    expect(await numbersIn(FAILED)).toEqual(items.filter(({ bad }) => bad).map(({ n }) => n));
    expect(await numbersIn(SUCCEEDED)).toEqual(items.filter(({ bad }) => !bad).map(({ n }) => n));
  });
});
