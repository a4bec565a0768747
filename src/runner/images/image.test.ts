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

  it.each(['sagemaker-xgboost:0.90-1', 'tensorflow/tensorflow:2', 'sagemaker-scikit-learn:1.2-10'])(
    '%s is refused',
    (uri) => {
      expect(images.refusal(uri)).toMatch(/no image for '.*'\. It runs these/);
    },
  );

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
