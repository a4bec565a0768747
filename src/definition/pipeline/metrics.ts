/** Where the property files of a step lie, and the figures that are in them. */
import { select } from './jsonPath.ts';
import type { Json, PropertyFile } from './types.ts';

export type Metric = { name: string; value: number };

const MOST_METRICS = 24;

/** A property file lies under the S3Uri of the output that it names. @param describe what DescribeProcessingJob answers */
export function propertyFileUri(describe: Json, file: PropertyFile): string | undefined {
  const output = select(describe, ['ProcessingOutputConfig', 'Outputs', file.OutputName, 'S3Output', 'S3Uri']);
  if (!output.found || typeof output.value !== 'string') return undefined;
  return `${output.value.replace(/\/$/, '')}/${file.FilePath.replace(/^\//, '')}`;
}

/** The numbers of `metrics`, or of the whole document where it has no such member. @example metricsIn({ metrics: { f1: 1 } }) */
export function metricsIn(document: Json): Metric[] {
  if (!isObject(document)) return [];
  const from = document['metrics'] ?? document;
  const found: Metric[] = [];
  const walk = (value: Json, path: string, depth: number): void => {
    if (typeof value === 'number') found.push({ name: path, value });
    else if (isObject(value) && depth < 3) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`, depth + 1);
    }
  };
  walk(from, '', 0);
  return found.slice(0, MOST_METRICS);
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
