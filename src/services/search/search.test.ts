import { describe, expect, it } from 'vitest';
import { api } from '../../../tests/support/jobs.ts';
import { refusal, testCall, testWorld } from '../../../tests/support/operations.ts';
import type { Resource, Source } from './ports.ts';
import { RESOURCES } from './ports.ts';
import { type SearchInput, search } from './search.ts';

/** Experiments `e0`, `e1`, …, every third without a description; a tenth of a millisecond passes with every look at the clock. */
function searched(count: number) {
  let looks = 0;
  let turns = 0;
  const { clock } = testWorld();
  const source: Source = (_region, after, limit) =>
    Array.from({ length: Math.max(0, Math.min(limit, count - Number(after ?? 0))) }, (_, index) => {
      const n = Number(after ?? 0) + index;
      const Description = n % 3 === 0 ? undefined : `d${String(n).padStart(6, '0')}`;
      return { after: n + 1, arn: `arn:${n}`, record: { ExperimentName: `e${n}`, Description } };
    });
  const parts = {
    api,
    clock: {
      ...clock,
      monotonic: () => {
        looks += 1;
        return looks / 10;
      },
      soon: (run: () => void) => {
        turns += 1;
        clock.soon(run);
      },
    },
    ports: {
      sources: Object.fromEntries(RESOURCES.map((name) => [name, source])) as Record<Resource, Source>,
      tagsOf: (arn: string) => (arn === 'arn:1' ? [{ Key: 'team', Value: 'blue' }] : []),
    },
  };
  const run = (input: Partial<SearchInput>) => search(parts, { Resource: 'Experiment', ...input }, testCall());
  return { run, turns: () => turns };
}

const names = ({ Results }: Awaited<ReturnType<typeof search>>) =>
  Results!.map(({ Experiment }) => Experiment!.ExperimentName);

describe('Search', () => {
  it('pages through all that match, those without the sorting property last', async () => {
    const { run } = searched(7);
    const query = { SortBy: 'Description', SortOrder: 'Ascending', MaxResults: 3 } as const;
    const found: (string | undefined)[] = [];
    for (let NextToken: string | undefined; ; ) {
      const page = await run({ ...query, NextToken });
      expect(page.TotalHits!.Value).toBe(7);
      found.push(...names(page));
      NextToken = page.NextToken;
      if (NextToken === undefined) break;
    }
    expect(found).toEqual(['e1', 'e2', 'e4', 'e5', 'e0', 'e3', 'e6']);
  });

  it('gives the loop free while it looks through many records', async () => {
    const { run, turns } = searched(10_000);
    const filter = { Name: 'ExperimentName', Operator: 'Equals' as const, Value: 'e9999' };
    expect(names(await run({ SearchExpression: { Filters: [filter] } }))).toEqual(['e9999']);
    expect(turns()).toBeGreaterThan(20);
  });

  it('leaves out what visibility conditions do not let be seen', async () => {
    const { run } = searched(3);
    const visible = (Value: string) => run({ VisibilityConditions: [{ Key: 'Tags.team', Value }] });
    expect(names(await visible('red')).sort()).toEqual(['e0', 'e2']);
    expect(names(await visible('blue')).sort()).toEqual(['e0', 'e1', 'e2']);
  });

  it('refuses by name what it does not search, and tokens of another search', async () => {
    const { run } = searched(5);
    expect(await refusal(run({ Resource: 'Endpoint' }))).toMatch(/^ValidationException: .*Endpoint/);
    expect(await refusal(run({ CrossAccountFilterOption: 'CrossAccount' }))).toMatch(/CrossAccountFilterOption/);
    const { NextToken } = await run({ MaxResults: 2 });
    expect(await refusal(run({ MaxResults: 2, NextToken, SortOrder: 'Ascending' }))).toMatch(/NextToken/);
  });
});
