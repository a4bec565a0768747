import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createScorer } from '../kernel/scorer.ts';
import { readModel } from './read.ts';

/** Models and what the real library predicts with them: made by tests/scoring/makeModels.py. */
const MODELS = fileURLToPath(new URL('../../../tests/scoring/models/', import.meta.url));
const json = <T>(file: string) => JSON.parse(readFileSync(join(MODELS, file), 'utf8')) as T;
const rows = json<(number | null)[][]>('rows.json');
const versions = readdirSync(MODELS).filter((file) => /^\d+\.\d+\.\d+\.json$/.test(file));

function predict(file: string, count = rows.length): number[][] {
  const scorer = createScorer(readModel(readFileSync(join(MODELS, file))), 64);
  for (const [row, values] of rows.slice(0, count).entries())
    for (const [feature, value] of values.entries())
      scorer.columns[feature * scorer.stride + row] = value ?? Number.NaN;
  const found = scorer.score(count);
  return Array.from({ length: count }, (_, row) => [...found.slice(row * scorer.outputs, (row + 1) * scorer.outputs)]);
}

/** The largest difference, relative to numbers above 1. */
function difference(found: readonly number[][], expected: readonly (number | number[])[]): number {
  const apart = expected.flatMap((row, index) =>
    [row]
      .flat()
      .map((value, output) => Math.abs(found[index]![output]! - Math.fround(value)) / Math.max(1, Math.abs(value))),
  );
  return Math.max(...apart.map((value) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value)));
}

/** To the last bit as the versions that Telar's images have; 1.2 made its sums in another order. */
const tolerance = (version: string) => (version.startsWith('1.2.') ? 1e-6 : 0);

/** What is told by name not to be scored. */
const REFUSED = new Set(['1.2.1-logitraw']);

describe.each(versions)('models of XGBoost %s', (version) => {
  const cases = json<Record<string, (number | number[])[]>>(version);

  const scored = Object.keys(cases).filter((file) => !REFUSED.has(file));

  it.each(scored)('%s scores as the library', (file) => {
    const expected = cases[file]!;
    const found = predict(file);
    expect(found[0]).toHaveLength([expected[0]].flat().length);
    expect(difference(found, expected)).toBeLessThanOrEqual(tolerance(version));
  });

  it.each(scored.filter((file) => !file.endsWith('.pkl')))('%s scores few rows as many', (file) => {
    const many = predict(file);
    for (const count of [1, 5, 33]) expect(predict(file, count)).toEqual(many.slice(0, count));
  });
});

it('refuses a logitraw whose base score counted otherwise', () => {
  const read = () => readModel(readFileSync(join(MODELS, '1.2.1-logitraw')));
  expect(read).toThrow(/binary:logitraw of XGBoost before 1\.5/);
});
