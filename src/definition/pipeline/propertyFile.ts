/** Where a property file of a step lies. */
import { select } from './jsonPath.ts';
import type { Json, PropertyFile } from './types.ts';

/** Under the S3Uri of the output that it names. @param describe what DescribeProcessingJob answers */
export function propertyFileUri(describe: Json, file: PropertyFile): string | undefined {
  const output = select(describe, ['ProcessingOutputConfig', 'Outputs', file.OutputName, 'S3Output', 'S3Uri']);
  if (!output.found || typeof output.value !== 'string') return undefined;
  return `${output.value.replace(/\/$/, '')}/${file.FilePath.replace(/^\//, '')}`;
}
