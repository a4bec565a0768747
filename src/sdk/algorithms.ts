/**
 * Algorithms: what a Training step trains with: image, hyperparameters, and the metrics that it reports.
 *
 * I1. An algorithm's type knows the names of its metrics: `train.metrics['validation:logloss']` is checked.
 */
import { type Image, images, type XgboostVersion } from './images.ts';
import { asText, isReference, type Primitive, type Ref, type Value } from './references.ts';

export type Hyperparameters = { readonly [name: string]: Value<Primitive> | undefined };

export type Algorithm<Metric extends string = string> = {
  readonly image: Image | Ref<string>;
  readonly hyperparameters: { readonly [name: string]: Value<string> };
  readonly metrics: readonly Metric[];
  /** Metric name → regular expression over the log. Absent for built-in algorithms, which report by themselves. */
  readonly definitions?: { readonly [name: string]: string };
  readonly entrypoint?: readonly Value<string>[];
  readonly arguments?: readonly Value<string>[];
};

/** Metrics of XGBoost, for `eval_metric`. */
export type XgboostMetric =
  | 'accuracy'
  | 'auc'
  | 'aucpr'
  | 'error'
  | 'f1'
  | 'f1_binary'
  | 'f1_macro'
  | 'logloss'
  | 'mae'
  | 'map'
  | 'merror'
  | 'mlogloss'
  | 'mse'
  | 'ndcg'
  | 'precision'
  | 'precision_macro'
  | 'r2'
  | 'recall'
  | 'recall_macro'
  | 'rmse'
  | 'rmsle';

/** The commoner hyperparameters of built-in XGBoost; any other may be given too. */
export type XgboostHyperparameters<Metric extends XgboostMetric> = {
  /** Boosting rounds. */
  num_round: Value<number>;
  objective?:
    | 'binary:logistic'
    | 'multi:softmax'
    | 'multi:softprob'
    | 'reg:squarederror'
    | 'count:poisson'
    | (string & {})
    | Ref<string>;
  /** What to report, and which metrics conditions may read. */
  eval_metric?: Metric | readonly Metric[];
  /** @default 6 */
  max_depth?: Value<number>;
  /** Learning rate. @default 0.3 */
  eta?: Value<number>;
  /** Share of rows for each tree. @default 1 */
  subsample?: Value<number>;
  colsample_bytree?: Value<number>;
  min_child_weight?: Value<number>;
  gamma?: Value<number>;
  lambda?: Value<number>;
  alpha?: Value<number>;
  seed?: Value<number>;
  early_stopping_rounds?: Value<number>;
  scale_pos_weight?: Value<number>;
  num_class?: Value<number>;
  /** Hyperparameters not listed here, by AWS's names. */
  others?: Hyperparameters;
};

/**
 * SageMaker's built-in XGBoost: CSV without header and with the label first, or libsvm.
 *
 * @example xgboost('1.7-1', { objective: 'binary:logistic', num_round: 200, eval_metric: 'logloss' })
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
 */
export function xgboost<const Metric extends XgboostMetric = never>(
  version: XgboostVersion,
  hyperparameters: XgboostHyperparameters<Metric>,
): Algorithm<`train:${Metric}` | `validation:${Metric}`> {
  const { eval_metric, others, ...known } = hyperparameters;
  const names: readonly Metric[] =
    eval_metric === undefined ? [] : typeof eval_metric === 'string' ? [eval_metric] : eval_metric;
  return {
    image: images.xgboost(version),
    hyperparameters: texts({ ...known, eval_metric: names.length ? names.join(',') : undefined, ...others }),
    metrics: names.flatMap((name) => [`train:${name}` as const, `validation:${name}` as const]),
  };
}

/**
 * An algorithm of your own: any image that follows SageMaker's training contract.
 *
 * @param options.metrics metric name → regular expression over the log, whose first group is the value
 * @example
 * customAlgorithm({ image: '1234.dkr.ecr.eu-west-1.amazonaws.com/mine:1', hyperparameters: { depth: 3 },
 *   metrics: { 'validation:mae': 'mae=([0-9.]+)' } })
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html
 */
export function customAlgorithm<const M extends { readonly [name: string]: string } = Record<never, never>>(options: {
  image: Image | Ref<string>;
  hyperparameters?: Hyperparameters;
  metrics?: M;
  /** @default the image's own `train` program */
  entrypoint?: readonly Value<string>[];
  arguments?: readonly Value<string>[];
}): Algorithm<keyof M & string> {
  const { image, hyperparameters = {}, metrics, entrypoint, arguments: args } = options;
  return {
    image,
    hyperparameters: texts(hyperparameters),
    metrics: Object.keys(metrics ?? {}),
    ...(metrics && { definitions: metrics }),
    ...(entrypoint && { entrypoint }),
    ...(args && { arguments: args }),
  };
}

/** SageMaker takes hyperparameters as texts: numbers are written out, numbers to come are joined. */
function texts(hyperparameters: Hyperparameters): { [name: string]: Value<string> } {
  const written: { [name: string]: Value<string> } = {};
  for (const [name, value] of Object.entries(hyperparameters)) {
    if (value === undefined) continue;
    written[name] = isReference(value) ? asText(value) : String(value);
  }
  return written;
}
