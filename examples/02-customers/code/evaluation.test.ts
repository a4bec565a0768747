import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auc, evaluate, type Prediction, readPredictions } from './evaluation.ts';

const of = (label: number, score: number, recencyDays = 1): Prediction => ({ label, score, recencyDays });

describe('the area under the ROC curve', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    const prediction = fc.record({
      label: fc.constantFrom(0, 1),
      score: fc.constantFrom(0.1, 0.2, 0.5, 0.9),
      recencyDays: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(prediction, { maxLength: 30 }), (some) => {
        const all = [...some, of(0, 0.5), of(1, 0.5)];
        const [yes, no] = [1, 0].map((label) => all.filter((each) => each.label === label));
        const pairs = yes!.flatMap((a) =>
          no!.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0) as number),
        );
        expect(auc(all, ({ score }) => score)).toBeCloseTo(
          pairs.reduce((sum, each) => sum + each, 0) / pairs.length,
          12,
        );
      }),
    );
  });
});

describe('an evaluation', () => {
  it('counts at one half, and says what is reached without a model', () => {
    const evaluation = evaluate([of(1, 0.9, 5), of(1, 0.4, 40), of(0, 0.6, 50), of(0, 0.1, 90), of(0, 0.2, 3)]);
    expect(evaluation).toMatchObject({
      customers: 5,
      metrics: { accuracy: 3 / 5, precision: 1 / 2, recall: 1 / 2, f1: 1 / 2, auc: 5 / 6 },
      baselines: { majority_accuracy: 3 / 5, everyone_f1: expect.closeTo(4 / 7, 12), recency_auc: 4 / 6 },
    });
    const losses = [0.9, 0.4, 0.4, 0.9, 0.8].map((right) => -Math.log(right));
    expect(evaluation.metrics.log_loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss) / 5, 12);
  });

  it('is refused when there is nothing to tell apart', () => {
    for (const none of [[], [of(1, 0.5)], [of(0, 0.5), of(0, 0.1)]])
      expect(() => evaluate(none)).toThrow(/nothing to tell apart/);
  });

  it('reads lines of three numbers and nothing else', () => {
    expect(readPredictions('1,30,0.5\n0,2,1e-3\n')).toEqual([of(1, 0.5, 30), of(0, 0.001, 2)]);
    for (const bad of ['1,2', '1,2,3,4', 'a,1,2', '1,,x']) expect(() => readPredictions(bad)).toThrow(/Line 1/);
  });
});
