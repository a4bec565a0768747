/**
 * How good predictions are, and how good it would be to do without the model.
 *
 * V1. The area under the ROC curve is the share of pairs (one who bought again, one who did not) in which the first has the
 *     higher score; ties count half. It needs no threshold; the other measures take one half.
 */
export type Prediction = {
  /** 1 for who bought again. */
  label: number;
  /** Days since the last purchase: what a shop would look at without a model. */
  recencyDays: number;
  /** What the model says, from 0 to 1. */
  score: number;
};

export type Measures = {
  auc: number;
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
  log_loss: number;
};
export type Evaluation = {
  customers: number;
  metrics: Measures;
  baselines: {
    /** Of guessing what most do. */
    majority_accuracy: number;
    /** Of saying that everybody buys again. */
    everyone_f1: number;
    /** Of ordering customers by their last purchase. */
    recency_auc: number;
  };
};

/** @throws when there are no predictions, or all are of the same kind: then there is nothing to tell apart */
export function evaluate(predictions: readonly Prediction[]): Evaluation {
  const positives = predictions.filter(({ label }) => label === 1).length;
  const share = positives / predictions.length;
  if (!(share > 0 && share < 1))
    throw new Error(`Of ${predictions.length} customers ${positives} bought again: there is nothing to tell apart.`);
  return {
    customers: predictions.length,
    metrics: { auc: auc(predictions, ({ score }) => score), ...atOneHalf(predictions), log_loss: logLoss(predictions) },
    baselines: {
      majority_accuracy: Math.max(share, 1 - share),
      everyone_f1: (2 * share) / (1 + share),
      recency_auc: auc(predictions, ({ recencyDays }) => -recencyDays),
    },
  };
}

/** V1, by ranks: ties share the mean of theirs. */
export function auc(predictions: readonly Prediction[], scoreOf: (prediction: Prediction) => number): number {
  const ordered = predictions.map((each) => ({ label: each.label, score: scoreOf(each) }));
  ordered.sort((a, b) => a.score - b.score);
  let [ranks, positives] = [0, 0];
  for (let from = 0; from < ordered.length; ) {
    let to = from;
    while (to < ordered.length && ordered[to]!.score === ordered[from]!.score) to += 1;
    const positive = ordered.slice(from, to).filter(({ label }) => label === 1).length;
    ranks += positive * ((from + 1 + to) / 2);
    positives += positive;
    from = to;
  }
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (ordered.length - positives));
}

function atOneHalf(predictions: readonly Prediction[]) {
  const count = (says: boolean, is: number) =>
    predictions.filter(({ label, score }) => score > 0.5 === says && label === is).length;
  const [right, wrong, missed] = [count(true, 1), count(true, 0), count(false, 1)];
  return {
    accuracy: (right + count(false, 0)) / predictions.length,
    precision: right + wrong === 0 ? 0 : right / (right + wrong),
    recall: right / (right + missed),
    f1: (2 * right) / (2 * right + wrong + missed),
  };
}

function logLoss(predictions: readonly Prediction[]): number {
  const surprise = ({ label, score }: Prediction) =>
    -Math.log(Math.min(1, Math.max(1e-15, label === 1 ? score : 1 - score)));
  return predictions.reduce((sum, each) => sum + surprise(each), 0) / predictions.length;
}

/** Reads `label,recency_days,score`, a line each. */
export function readPredictions(text: string): Prediction[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line, index) => {
      const [label, recencyDays, score, ...more] = line.split(',').map(Number);
      const valid = [label, recencyDays, score].every((value) => Number.isFinite(value)) && more.length === 0;
      if (!valid)
        throw new Error(`Line ${index + 1} of the predictions is '${line.slice(0, 100)}': it must hold three numbers.`);
      return { label: label!, recencyDays: recencyDays!, score: score! };
    });
}
