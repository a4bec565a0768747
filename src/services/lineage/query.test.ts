import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../tests/support/operations.ts';
import { type Tracked, tracking, training } from '../../../tests/support/tracking.ts';

let made: Tracked;
beforeEach(() => {
  made = tracking();
});

const UP = 'Ascendants' as const;
const chain = ['s3://b/raw', 's3://b/clean', 's3://b/model'] as const;

/** raw → job a → clean → job b → model. */
async function twoJobs(): Promise<{ a: string; b: string; artifact(uri: string): Promise<string> }> {
  const a = (await made.created('a', training(chain[0], chain[1])))!;
  await made.ended('a');
  const b = (await made.created('b', training(chain[1], chain[2])))!;
  await made.ended('b');
  const artifact = async (uri: string) =>
    (await made.run('ListArtifacts', { SourceUri: uri })).ArtifactSummaries![0]!.ArtifactArn!;
  return { a, b, artifact };
}

const arns = (answer: { Vertices?: { Arn?: string | undefined }[] | undefined }) =>
  answer.Vertices!.map(({ Arn }) => Arn);

describe('QueryLineage', () => {
  it('reaches what is within the depth, nearer vertices first', async () => {
    const { a, b, artifact } = await twoJobs();
    const [raw, clean, model] = await Promise.all(chain.map(artifact));
    const image = await artifact('image:1');
    const query = { StartArns: [model!], Direction: UP, MaxResults: 50 };
    const found = arns(await made.run('QueryLineage', query));
    expect([found[0], new Set(found.slice(1, 3)), found.slice(3)]).toEqual([b, new Set([clean, image]), [a, raw]]);
    expect(arns(await made.run('QueryLineage', { ...query, MaxDepth: 1 }))).toEqual([b]);
    const down = await made.run('QueryLineage', { ...query, StartArns: [raw!], Direction: 'Descendants' });
    expect(arns(down)).toEqual([a, clean, b, model]);
  });

  it('leaves vertices out by its filters, and goes on behind them', async () => {
    const { a, b, artifact } = await twoJobs();
    const query = { StartArns: [await artifact(chain[2])], Direction: UP, MaxResults: 50 };
    const components = await made.run('QueryLineage', { ...query, Filters: { LineageTypes: ['TrialComponent'] } });
    expect(arns(components)).toEqual([b, a]);
    expect(components.Edges).toEqual([
      { SourceArn: b, DestinationArn: query.StartArns[0], AssociationType: 'Produced' },
    ]);
    await made.run('UpdateArtifact', { ArtifactArn: await artifact(chain[0]), Properties: { owner: 'me' } });
    const mine = await made.run('QueryLineage', { ...query, Filters: { Properties: { owner: 'me' } } });
    expect(arns(mine)).toEqual([await artifact(chain[0])]);
    const early = { CreatedBefore: new Date(made.clock.time - 1e9) };
    expect(arns(await made.run('QueryLineage', { ...query, Filters: early }))).toEqual([]);
  });

  it('ends where a graph leads back to where it began', async () => {
    const { a, artifact } = await twoJobs();
    const raw = await artifact(chain[0]);
    const model = await artifact(chain[2]);
    await made.run('AddAssociation', { SourceArn: model, DestinationArn: raw, AssociationType: 'DerivedFrom' });
    const around = await made.run('QueryLineage', { StartArns: [a], Direction: 'Descendants', MaxResults: 50 });
    expect(new Set(arns(around)).size).toBe(around.Vertices!.length);
    expect(arns(around)).not.toContain(a);
  });

  it('refuses a start that is not there, and a token of another query', async () => {
    const { a, b } = await twoJobs();
    expect(await refusal(made.run('QueryLineage', {}))).toMatch(/^ValidationException: StartArns/);
    expect(await refusal(made.run('QueryLineage', { StartArns: [`${a}-no`] }))).toMatch(/^ResourceNotFound/);
    const { NextToken } = await made.run('QueryLineage', { StartArns: [a], MaxResults: 1 });
    expect(await refusal(made.run('QueryLineage', { StartArns: [b], MaxResults: 1, NextToken }))).toMatch(/NextToken/);
  });
});

describe('a data set that very many jobs read', () => {
  it('is queried without keeping others waiting', async () => {
    const jobs = 1000;
    for (let n = 0; n < jobs; n += 1) await made.created(`j${n}`, training('s3://b/popular', `s3://b/model-${n}`));
    for (let n = 0; n < jobs; n += 1) void made.ended(`j${n}`);
    await made.store.drain();
    const start = (await made.run('ListArtifacts', { SourceUri: 's3://b/popular' })).ArtifactSummaries![0]!
      .ArtifactArn!;
    const before = made.turns();
    // The image is no descendant: the whole graph is walked, and nothing found.
    const walked = await made.run('QueryLineage', {
      StartArns: [start],
      Direction: 'Descendants',
      Filters: { Types: ['Image'] },
    });
    expect(arns(walked)).toEqual([]);
    expect(made.turns() - before).toBeGreaterThan(jobs / 50);
  });
});

const NODES = 7;
const graphs = fc.record({
  edges: fc.uniqueArray(fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1)), {
    selector: ([from, to]) => `${from} ${to}`,
    maxLength: 14,
  }),
  depth: fc.integer({ min: 1, max: 4 }),
  page: fc.integer({ min: 1, max: 4 }),
  direction: fc.constantFrom('Ascendants' as const, 'Descendants' as const, 'Both' as const),
});

describe('any graph', () => {
  it('is given page by page, as far as it is reached, with the edges among what is given', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async ({ edges, depth, page, direction }) => {
        const fresh = tracking();
        const vertices: string[] = [];
        for (let n = 0; n < NODES; n += 1) {
          const made = await fresh.run('CreateArtifact', { Source: { SourceUri: `s3://b/${n}` }, ArtifactType: 'T' });
          vertices.push(made.ArtifactArn!);
        }
        const drawn = edges.filter(([from, to]) => from !== to);
        for (const [from, to] of drawn) {
          await fresh.run('AddAssociation', { SourceArn: vertices[from], DestinationArn: vertices[to] });
        }
        const found: (string | undefined)[] = [];
        const among: string[] = [];
        for (let NextToken: string | undefined; ; ) {
          const query = {
            StartArns: [vertices[0]!],
            Direction: direction,
            MaxDepth: depth,
            MaxResults: page,
            NextToken,
          };
          const answer = await fresh.run('QueryLineage', query);
          found.push(...arns(answer));
          among.push(...answer.Edges!.map(({ SourceArn, DestinationArn }) => `${SourceArn} ${DestinationArn}`));
          NextToken = answer.NextToken;
          if (NextToken === undefined) break;
        }
        const reached = reach(drawn, depth, direction);
        expect(new Set(found)).toEqual(new Set([...reached].filter((n) => n !== 0).map((n) => vertices[n])));
        expect(found).toHaveLength(reached.size - 1);
        if (direction !== 'Both') return;
        // Each edge among them once: with the later of its ends.
        const expected = drawn.filter(([from, to]) => reached.has(from) && reached.has(to));
        expect(among.sort()).toEqual(expected.map(([from, to]) => `${vertices[from]} ${vertices[to]}`).sort());
      }),
      { numRuns: 40 },
    );
  });
});

/** The vertices within so many steps of the first, itself included. */
function reach(edges: readonly (readonly [number, number])[], depth: number, direction: string): Set<number> {
  const reached = new Set([0]);
  for (let step = 0; step < depth; step += 1) {
    const before = new Set(reached);
    for (const [from, to] of edges) {
      if (direction !== 'Ascendants' && before.has(from)) reached.add(to);
      if (direction !== 'Descendants' && before.has(to)) reached.add(from);
    }
  }
  return reached;
}
