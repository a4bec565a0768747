/**
 * Images of AWS that Telar has not, each family in one sentence: what it is, and what to do instead. All of it data.
 *
 * U1. A family is found by its repository; the first that matches counts. What is in none gets the general sentence.
 */
import type { ImageReference } from './image.ts';

type Family = { repositories: RegExp; what: string; instead: string };

const OWN_IMAGE = 'bring an image of your own that holds it';
const OWN_SCRIPT = 'run your own script on sagemaker-scikit-learn, with what it needs in a requirements.txt beside it';
const TABULAR = 'For tables of numbers, sagemaker-xgboost and scripts on sagemaker-scikit-learn do the same work.';

/** A built-in algorithm of AWS: closed source, so that nobody but AWS has it. */
const algorithm = (repositories: RegExp, name: string, does: string, instead: string): Family => ({
  repositories,
  what: `It is AWS's built-in algorithm ${name} (${does}), which AWS publishes no source of`,
  instead,
});
const framework = (repositories: RegExp, name: string, instead = ''): Family => ({
  repositories,
  what: `It is AWS's ${name} image`,
  instead: `Small models: ${OWN_SCRIPT}; otherwise ${OWN_IMAGE}.${instead}`,
});

const FAMILIES: readonly Family[] = [
  framework(
    /^huggingface-/,
    'Hugging Face',
    ' Models from the Hub need network in the job (no EnableNetworkIsolation).',
  ),
  framework(/^(sagemaker-)?(inferentia-|neo-)?pytorch(-.*)?$|^smdistributed-/, 'PyTorch'),
  framework(/^(sagemaker-)?(inferentia-|neo-)?tensorflow(-.*)?$/, 'TensorFlow'),
  framework(/^(sagemaker-)?(inferentia-|neo-)?mxnet(-.*)?$/, 'Apache MXNet'),
  framework(/^sagemaker-chainer$/, 'Chainer'),
  framework(/^autogluon-/, 'AutoGluon', ` ${TABULAR}`),
  {
    repositories: /^(djl-|sagemaker-tritonserver|stabilityai-|vllm|lmi)/,
    what: "It is one of AWS's servers for large models on GPUs",
    instead: `Telar has no GPUs: ${OWN_IMAGE}, or keep this model on AWS.`,
  },
  {
    repositories: /^sagemaker-spark-processing$|^sagemaker-spark$/,
    what: "It is AWS's Spark image for processing jobs",
    instead: `What fits one machine: ${OWN_SCRIPT} (pandas is there; pyspark installs where Java is).`,
  },
  {
    repositories: /^sagemaker-sparkml-serving$/,
    what: "It is AWS's server for Spark ML pipelines (MLeap)",
    instead: 'Do the same steps in scikit-learn, in the script that serves the model.',
  },
  {
    repositories: /^sagemaker-clarify-processing$/,
    what: "It is SageMaker Clarify's analyser (bias, explanations), which AWS publishes no source of",
    instead: `Compute what you need in a processing job: ${OWN_SCRIPT} (shap, fairlearn).`,
  },
  {
    repositories: /^sagemaker-model-monitor-analyzer$/,
    what: "It is SageMaker Model Monitor's analyser (baselines, constraints), which AWS publishes no source of",
    instead: `Compare distributions in a processing job: ${OWN_SCRIPT}.`,
  },
  {
    repositories: /^sagemaker-debugger-|^detailed-profiler/,
    what: "It is SageMaker Debugger's rule evaluator",
    instead: 'Leave the rules out (SageMaker Python SDK: disable_profiler=True, debugger_hook_config=False).',
  },
  {
    repositories: /^sagemaker-data-wrangler|^sagemaker-autopilot|^sagemaker-sklearn-automl/,
    what: 'It is the image of a service of its own (Data Wrangler, Autopilot)',
    instead: `Write the steps as a script: ${OWN_SCRIPT}.`,
  },
  {
    repositories: /^sagemaker-rl-|^ray-|^coach-|^sagemaker-reinforcement/,
    what: "It is one of AWS's reinforcement learning images",
    instead: `For that, ${OWN_IMAGE}.`,
  },
  {
    repositories: /^sagemaker-(base-python|distribution)(-.*)?$|^sagemaker-distribution/,
    what: 'It is an image for notebooks',
    instead: `Jobs: ${OWN_SCRIPT}.`,
  },
  algorithm(
    /^blazingtext$/,
    'BlazingText',
    'word vectors and text classification',
    `${capital(OWN_SCRIPT)} (gensim, fasttext).`,
  ),
  algorithm(
    /^linear-learner$/,
    'Linear Learner',
    'linear and logistic regression',
    sklearn('LogisticRegression, Ridge'),
  ),
  algorithm(/^kmeans$/, 'K-Means', 'clusters', sklearn('KMeans, MiniBatchKMeans')),
  algorithm(/^pca$/, 'PCA', 'fewer dimensions', sklearn('PCA, IncrementalPCA')),
  algorithm(/^knn$/, 'k-NN', 'nearest neighbours', sklearn('KNeighborsClassifier, KNeighborsRegressor')),
  algorithm(/^randomcutforest$/, 'Random Cut Forest', 'anomalies', sklearn('IsolationForest')),
  algorithm(/^(lda|ntm)$/, 'for topics of texts', 'LDA, NTM', sklearn('LatentDirichletAllocation')),
  algorithm(/^factorization-machines$/, 'Factorization Machines', 'sparse recommendations', TABULAR),
  algorithm(/^forecasting-deepar$/, 'DeepAR', 'forecasts', `${capital(OWN_SCRIPT)} (statsmodels, gluonts).`),
  algorithm(/^ipinsights$/, 'IP Insights', 'unusual addresses', sklearn('IsolationForest')),
  algorithm(/^(object2vec|seq2seq)$/, 'for sequences', 'Object2Vec, Seq2Seq', `For that, ${OWN_IMAGE}.`),
  algorithm(
    /^(image-classification|object-detection|semantic-segmentation)(-neo)?$/,
    'for pictures',
    'classification, detection, segmentation',
    `For that, ${OWN_IMAGE}.`,
  ),
  {
    repositories: /^xgboost(-neo)?$/,
    what: "It is the XGBoost 0.72 of AWS's first algorithms",
    instead: 'Name sagemaker-xgboost:1.7-1: it takes the same channels and hyperparameters.',
  },
  {
    repositories: /^vw$/,
    what: 'It is Vowpal Wabbit for reinforcement learning',
    instead: `For that, ${OWN_IMAGE}.`,
  },
];

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

function sklearn(classes: string): string {
  return `On sagemaker-scikit-learn, a script with ${classes} does this.`;
}

/** What to say of an image that no recipe answers to, beyond that there is none. */
export function whyNot(reference: ImageReference, tagsOf: (repository: string) => readonly string[]): string {
  const { repository, tag } = reference;
  const tags = tagsOf(repository);
  if (tags.length > 0) {
    return `Of ${repository} it has ${tags.join(' and ')}, not '${tag}': name the one whose version is nearest. `;
  }
  const family = FAMILIES.find(({ repositories }) => repositories.test(repository));
  return family ? `${family.what}. ${family.instead} ` : '';
}
