/** The figures and outputs of a step, taken out of what Describe answers of its work. */
import type { Json } from '../../../../src/definition/pipeline/types.ts';

export type Figure = { name: string; value: number };

/** What a training job logged last of each metric. @param properties what Describe answers */
export function trainingMetrics(properties: Json): Figure[] {
  const list = (properties as { FinalMetricDataList?: { MetricName?: string; Value?: number }[] } | null)
    ?.FinalMetricDataList;
  if (!Array.isArray(list)) return [];
  return list.flatMap(({ MetricName, Value }) =>
    MetricName !== undefined && typeof Value === 'number' ? [{ name: MetricName, value: Value }] : [],
  );
}

/** What a step left behind: URIs and ARNs, by what they are. @param properties what Describe answers of its work */
export function outputsOf(properties: Json | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  const at = (value: Json | undefined, ...path: string[]): Json | undefined => {
    let now = value;
    for (const name of path) {
      if (typeof now !== 'object' || now === null || Array.isArray(now) || !Object.hasOwn(now, name)) return undefined;
      now = now[name];
    }
    return now;
  };
  const put = (name: string, value: Json | undefined) => {
    if (typeof value === 'string') found[name] = value;
  };
  const outputs = at(properties, 'ProcessingOutputConfig', 'Outputs');
  // AWS answers a list; as a step's properties they go by their names.
  const listed = Array.isArray(outputs)
    ? outputs.map((one) => [String(at(one, 'OutputName')), one] as const)
    : Object.entries(outputs ?? {});
  for (const [name, output] of listed) put(name, at(output as Json, 'S3Output', 'S3Uri'));
  put('model', at(properties, 'ModelArtifacts', 'S3ModelArtifacts'));
  put('predictions', at(properties, 'TransformOutput', 'S3OutputPath'));
  put('package', at(properties, 'ModelPackageArn'));
  return found;
}
