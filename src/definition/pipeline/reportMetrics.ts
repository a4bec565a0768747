/** The figures of an evaluation report, as people read them: the command line's and the console's. */
import type { Json } from './types.ts';

export type Metric = { name: string; value: number };

const MOST_METRICS = 24;
const DEEPEST = 3;

/**
 * The numbers of `metrics`, or of the whole document where it has no such member.
 *
 * @example metricsIn({ metrics: { f1: 1 } }) // [{ name: 'f1', value: 1 }]
 */
export function metricsIn(document: Json): Metric[] {
  if (!isObject(document)) return [];
  const found: Metric[] = [];
  const walk = (value: Json, path: string, depth: number): void => {
    if (typeof value === 'number') found.push({ name: path, value });
    else if (isObject(value) && depth < DEEPEST) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`, depth + 1);
    }
  };
  walk(document['metrics'] ?? document, '', 0);
  return found.slice(0, MOST_METRICS);
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
