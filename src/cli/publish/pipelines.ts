/** Publishing pipelines: a new version is made only when the definition really differs. */
import { randomUUID } from 'node:crypto';
import type { DescribePipelineResponse, SageMaker } from '@aws-sdk/client-sagemaker';
import { canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { PipelineDocuments } from '../../sdk/index.ts';
import { unlessMissing } from '../aws.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

export async function pipelineChange(
  sagemaker: SageMaker,
  pipeline: PipelineDocuments,
  project: string,
): Promise<Change> {
  const { name, definition, roleArn } = pipeline;
  const there = await unlessMissing(sagemaker.describePipeline({ PipelineName: name }));
  const described = {
    PipelineName: name,
    PipelineDefinition: definition,
    RoleArn: roleArn,
    PipelineDisplayName: pipeline.displayName ?? name,
    PipelineDescription: pipeline.description ?? '',
    ...(pipeline.maxParallelSteps && {
      ParallelismConfiguration: { MaxParallelExecutionSteps: pipeline.maxParallelSteps },
    }),
  };
  const steps = stepsOf(definition);
  if (!there) {
    return {
      kind: 'pipeline',
      name,
      action: 'create',
      details: [`steps ${steps.map(({ name: step }) => step).join(', ')}`],
      apply: async () =>
        void (await sagemaker.createPipeline({
          ...described,
          ClientRequestToken: randomUUID(),
          Tags: projectTags(project),
        })),
    };
  }
  const details = differences(there, pipeline);
  if (details.length === 0) return { kind: 'pipeline', name, action: 'same', details: [] };
  return {
    kind: 'pipeline',
    name,
    action: 'change',
    details,
    apply: async () => void (await sagemaker.updatePipeline(described)),
  };
}

/** What differs, in words. */
export function differences(there: DescribePipelineResponse, wanted: PipelineDocuments): string[] {
  const words: string[] = [];
  words.push(...definitionDifferences(there.PipelineDefinition ?? '{}', wanted.definition));
  if (there.RoleArn !== wanted.roleArn) words.push(`role: ${there.RoleArn} becomes ${wanted.roleArn}`);
  if ((there.PipelineDescription ?? '') !== (wanted.description ?? '')) words.push('description');
  if ((there.PipelineDisplayName ?? wanted.name) !== (wanted.displayName ?? wanted.name)) words.push('display name');
  const parallel = there.ParallelismConfiguration?.MaxParallelExecutionSteps;
  if (wanted.maxParallelSteps !== undefined && parallel !== wanted.maxParallelSteps) {
    words.push(`parallel steps: ${parallel ?? 'unlimited'} becomes ${wanted.maxParallelSteps}`);
  }
  return words;
}

type NamedStep = { name: string; text: string };

/** The steps of a definition, those of branches too, each as text without its branches. */
function stepsOf(definition: string): NamedStep[] {
  const walk = (steps: readonly Json[]): NamedStep[] =>
    steps.flatMap((step) => {
      if (!isObject(step)) return [];
      const { Arguments, ...rest } = step;
      const given = isObject(Arguments) ? Arguments : {};
      const { IfSteps = [], ElseSteps = [], ...others } = given;
      const branches = [IfSteps, ElseSteps].flatMap((branch) => (Array.isArray(branch) ? walk(branch) : []));
      return [{ name: String(step['Name']), text: canonicalJson({ ...rest, Arguments: others }) }, ...branches];
    });
  const { Steps } = parsed(definition);
  return Array.isArray(Steps) ? walk(Steps) : [];
}

function definitionDifferences(before: string, after: string): string[] {
  const [old, fresh] = [parsed(before), parsed(after)];
  if (canonicalJson(old) === canonicalJson(fresh)) return [];
  const [oldSteps, freshSteps] = [stepsOf(before), stepsOf(after)].map(
    (steps) => new Map(steps.map(({ name, text }) => [name, text])),
  ) as [Map<string, string>, Map<string, string>];
  const words: string[] = [];
  for (const [name, text] of freshSteps) {
    if (!oldSteps.has(name)) words.push(`step ${name}: new`);
    else if (oldSteps.get(name) !== text) words.push(`step ${name}: changed`);
  }
  for (const name of oldSteps.keys()) if (!freshSteps.has(name)) words.push(`step ${name}: removed`);
  if (canonicalJson(old['Parameters'] ?? []) !== canonicalJson(fresh['Parameters'] ?? []))
    words.push('parameters: changed');
  return words.length > 0 ? words : ['definition: changed'];
}

function parsed(definition: string): { [key: string]: Json } {
  try {
    const value = JSON.parse(definition) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
