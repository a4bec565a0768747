import { describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { parseImage } from './image.ts';
import { createImages } from './images.ts';
import { supports } from './python.ts';
import { findRecipe, RECIPES } from './recipes.ts';

const images = createImages({ clock: systemClock, imagesFolder: '/nowhere' });

describe('image URIs', () => {
  it.each([
    ['683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1', 'sagemaker-xgboost', '1.7-1'],
    ['localhost:5000/a/b:c', 'a/b', 'c'],
    ['telar/node:24', 'telar/node', '24'],
    ['node', 'node', 'latest'],
    [`x.y/z:1@sha256:${'a'.repeat(64)}`, 'z', '1'],
  ])('%s', (uri, repository, tag) => {
    expect(parseImage(uri)).toEqual({ repository, tag });
  });

  it.each(['', 'UPPER/case:1', 'a b', '../x', 'a:', '$(x)'])('%j is none', (uri) => {
    expect(parseImage(uri)).toBeUndefined();
  });

  it.each([
    ['141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3', 'scikit-learn-1.2-1'],
    ['any.host/sagemaker-scikit-learn:1.4-2', 'scikit-learn-1.4-2'],
    ['sagemaker-xgboost:1.7-1', 'xgboost-1.7-1'],
    ['sagemaker-xgboost:3.0-5', 'xgboost-3.0-5'],
  ])('%s is %s', (uri, name) => {
    expect(findRecipe(parseImage(uri)!)?.name).toBe(name);
    expect(images.refusal(uri)).toBeUndefined();
  });

  it.each(['tensor/flow:2', 'python:3.11', 'my-own-image:latest', 'no image at all'])('%s is refused', (uri) => {
    expect(images.refusal(uri)).toMatch(/no image for '.*'\. It runs these/);
  });

  it.each<[string, RegExp]>([
    ['sagemaker-scikit-learn:1.2-10', /Of sagemaker-scikit-learn it has 1\.2-1 and 1\.4-2, not '1\.2-10'/],
    ['sagemaker-xgboost:0.90-1', /Of sagemaker-xgboost it has 1\.7-1 and 3\.0-5, not '0\.90-1'/],
    ['xgboost:1', /XGBoost 0\.72.*Name sagemaker-xgboost:1\.7-1/],
    ['pytorch-training:2.3.0-cpu-py311', /AWS's PyTorch image.*sagemaker-scikit-learn/],
    ['pytorch-inference:2.3.0-cpu-py311', /PyTorch/],
    ['sagemaker-pytorch:1.0-cpu-py3', /PyTorch/],
    ['tensorflow-training:2.14', /TensorFlow/],
    ['tensorflow-inference:2.14', /TensorFlow/],
    ['sagemaker-tensorflow-scriptmode:1', /TensorFlow/],
    ['huggingface-pytorch-inference:2.1', /Hugging Face.*EnableNetworkIsolation/],
    ['mxnet-training:1.9', /MXNet/],
    ['autogluon-training:1.1', /AutoGluon.*sagemaker-xgboost/],
    ['djl-inference:0.29.0-lmi11', /large models on GPUs/],
    ['sagemaker-spark-processing:3.3-cpu-py39-v1', /Spark.*pandas/],
    ['sagemaker-sparkml-serving:3.3', /Spark ML pipelines/],
    ['sagemaker-clarify-processing:1.0', /Clarify.*shap/],
    ['sagemaker-model-monitor-analyzer', /Model Monitor's analyser/],
    ['sagemaker-debugger-rules:latest', /disable_profiler=True/],
    ['blazingtext:1', /BlazingText.*no source of.*gensim/],
    ['linear-learner:1', /LogisticRegression/],
    ['kmeans:1', /KMeans/],
    ['pca:1', /IncrementalPCA/],
    ['knn:1', /KNeighborsClassifier/],
    ['randomcutforest:1', /IsolationForest/],
    ['lda:1', /LatentDirichletAllocation/],
    ['ntm:1', /LatentDirichletAllocation/],
    ['factorization-machines:1', /sagemaker-xgboost/],
    ['forecasting-deepar:1', /statsmodels/],
    ['ipinsights:1', /IP Insights/],
    ['object2vec:1', /Object2Vec/],
    ['seq2seq:1', /Seq2Seq/],
    ['image-classification:1', /pictures/],
    ['object-detection:1', /pictures/],
    ['semantic-segmentation:1', /pictures/],
  ])('%s is refused by name, with what to do', (name, says) => {
    const refusal = images.refusal(`382416733822.dkr.ecr.us-east-1.amazonaws.com/${name}`);
    expect(refusal).toMatch(says);
    expect(refusal).toMatch(/^Telar has no image for '.*'\. .*\. It runs these, from any registry and account/);
  });

  it("offers the server's own Node.js, and no other", () => {
    const major = process.versions.node.split('.')[0];
    expect(images.refusal(`telar/node:${major}`)).toBeUndefined();
    expect(images.refusal(`node:${major}.1.0-slim`)).toBeUndefined();
    expect(images.refusal('telar/node:18')).toContain(`telar/node:${major}`);
  });
});

describe('recipes', () => {
  it.each(RECIPES.map((recipe) => [recipe.name, recipe] as const))(
    '%s pins everything exactly, and each once',
    (_, recipe) => {
      for (const { packages } of recipe.variants) {
        expect(packages.every((line) => /^[a-z0-9-]+==[\w.]+(; sys_platform [!=]= 'linux')?$/.test(line))).toBe(true);
        const names = packages.map((line) => line.split('==')[0]!);
        expect(new Set(names).size).toBe(names.length);
      }
    },
  );

  it.each(RECIPES.map((recipe) => [recipe.name, recipe] as const))(
    '%s has at most one variant for a Python',
    (_, recipe) => {
      for (let minor = 8; minor <= 15; minor++) {
        expect(recipe.variants.filter((variant) => supports(variant, [3, minor, 0])).length).toBeLessThanOrEqual(1);
      }
      expect(recipe.variants.slice(1).every((variant) => variant.notice !== undefined)).toBe(true);
    },
  );
});
