/** Definitions as graphs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDefinition, withoutImplied } from './definition.ts';

const FunctionArn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const step = (Name: string, DependsOn: string[] = []) => ({
  Name,
  Type: 'Lambda',
  DependsOn,
  FunctionArn,
  Arguments: {},
});
const text = (Steps: object[]) => JSON.stringify({ Version: '2020-12-01', Steps });

function graph(steps: object[]) {
  const read = readDefinition(text(steps));
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read;
}

describe('a definition', () => {
  it('is a graph of its steps, a branch hanging on its condition', () => {
    const { nodes, edges } = graph([
      step('A'),
      {
        Name: 'Gate',
        Type: 'Condition',
        DependsOn: ['A'],
        Arguments: {
          Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }],
          IfSteps: [step('Yes'), step('Then', ['Yes'])],
          ElseSteps: [{ ...step('No'), DisplayName: 'Not this time' }],
        },
      },
    ]);
    expect(nodes.map(({ label, kind }) => [label, kind])).toEqual([
      ['A', 'Lambda'],
      ['Gate', 'Condition'],
      ['Yes', 'Lambda'],
      ['Not this time', 'Lambda'],
      ['Then', 'Lambda'],
    ]);
    expect(edges).toEqual([
      { from: 'A', to: 'Gate' },
      { from: 'Gate', to: 'Yes', label: 'if' },
      { from: 'Gate', to: 'No', label: 'else' },
      { from: 'Yes', to: 'Then' },
    ]);
  });

  it('that cannot be read says why', () => {
    expect(readDefinition('{}')).toHaveProperty('problems');
  });

  it('is read once', () => {
    const steps = [step('Once')];
    expect(graph(steps)).toBe(graph(steps));
  });
});

describe('edges that follow from others', () => {
  it('are left out, across a word of the sets too', () => {
    const chain = Array.from({ length: 70 }, (_, index) => (index === 0 ? [] : [index - 1]));
    chain.push([0, 31, 32, 69]);
    expect(withoutImplied(chain)[70]).toEqual([69]);
  });

  it('are exactly those between steps that another way joins', () => {
    const graphs = fc
      .array(fc.array(fc.nat(), { maxLength: 6 }), { maxLength: 40 })
      .map((lists) =>
        lists.map((list, index) =>
          index === 0 ? [] : [...new Set(list.map((before) => before % index))].sort((a, b) => a - b),
        ),
      );
    fc.assert(
      fc.property(graphs, (upstream) => {
        const reaches = (from: number, to: number): boolean =>
          upstream[from]!.some((before) => before === to || (before > to && reaches(before, to)));
        const kept = withoutImplied(upstream);
        upstream.forEach((before, index) => {
          const expected = before.filter(
            (one) => !before.some((other) => other !== one && other > one && reaches(other, one)),
          );
          expect(kept[index]).toEqual(expected);
        });
      }),
      { numRuns: 60 },
    );
  });
});
