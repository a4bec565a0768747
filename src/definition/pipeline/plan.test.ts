import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePipeline } from './parse.ts';
import { topologicalOrder } from './plan.ts';

/** A random acyclic graph: each node waits for some of the nodes of a lower rank; ranks are shuffled over positions. */
const acyclic = fc
  .integer({ min: 1, max: 40 })
  .chain((count) =>
    fc.tuple(
      fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
      fc.array(fc.array(fc.nat({ max: count - 1 }), { maxLength: 5 }), { minLength: count, maxLength: count }),
    ),
  );
const edgesOf = ([rank, wanted]: [number[], number[][]]): number[][] =>
  wanted.map((list, node) => [...new Set(list.filter((other) => rank[other]! < rank[node]!))]);

test('every step of an acyclic pipeline comes after all that it waits for', () => {
  fc.assert(
    fc.property(acyclic, (graph) => {
      const edges = edgesOf(graph);
      const steps = edges.map((before, node) => ({
        Name: `s${node}`,
        Type: 'Processing',
        Arguments: { Environment: before.slice(1).map((other) => ({ Get: `Steps.s${other}.ProcessingJobArn` })) },
        DependsOn: before.slice(0, 1).map((other) => `s${other}`),
      }));
      const parsed = parsePipeline(JSON.stringify({ Version: '2020-12-01', Steps: steps }));
      if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
      const { plan } = parsed;
      expect(plan.steps.map(({ name }) => name).sort()).toEqual(steps.map(({ Name }) => Name).sort());
      for (const { index, name, upstream, downstream } of plan.steps) {
        expect(plan.byName.get(name)).toBe(index);
        for (const before of upstream) expect(before).toBeLessThan(index);
        for (const after of downstream) expect(plan.steps[after]!.upstream).toContain(index);
        const names = upstream.map((before) => plan.steps[before]!.name).sort();
        expect(names).toEqual(edges[Number(name.slice(1))]!.map((other) => `s${other}`).sort());
      }
    }),
  );
});

test('in any graph, either all nodes are ordered or each cycle named is one', () => {
  const graph = fc
    .integer({ min: 1, max: 20 })
    .chain((count) =>
      fc.array(fc.uniqueArray(fc.nat({ max: count - 1 }), { maxLength: 3 }), { minLength: count, maxLength: count }),
    );
  fc.assert(
    fc.property(graph, (edges) => {
      const sorted = topologicalOrder(edges);
      if ('order' in sorted) {
        const seen = new Set<number>();
        for (const node of sorted.order) {
          for (const before of edges[node]!) expect(seen.has(before)).toBe(true);
          seen.add(node);
        }
        expect(seen.size).toBe(edges.length);
        return;
      }
      expect(sorted.cycles.length).toBeGreaterThan(0);
      for (const cycle of sorted.cycles) {
        for (const [at, node] of cycle.entries()) expect(edges[node]).toContain(cycle[(at + 1) % cycle.length]);
      }
    }),
  );
});

test('steps that could run together stand in the order of the document', () => {
  expect(topologicalOrder([[], [], [0], []])).toEqual({ order: [0, 1, 3, 2] });
});
