/**
 * Pipelines: steps and parameters put together into one document.
 *
 * I1. A pipeline that `definePipeline` returned parses: names are unique, references reach, nothing goes round in circles.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
 */
import { parsePipeline } from '../definition/pipeline/parse.ts';
import type { PipelineDefinition, Problem } from '../definition/pipeline/types.ts';
import { mistake, must } from './mistake.ts';
import { type NamedParameters, type Parameter, parameterDefinition, type StartValues } from './parameters.ts';
import type { Primitive, S3Uri, Value } from './references.ts';
import { type RoleLike, roleArn } from './roles.ts';
import { type Context, type Draft, type Scope, type Settled, settle } from './scope.ts';
import type { Step } from './steps/step.ts';

/** What the project's uploads have become, for a start's parameters. */
export type Uploads = {
  bucket: string;
  /** Where this version of the code bundle lies. */
  codeBundleUri: S3Uri;
  /** The S3 URI of a key of the project's bucket. @example uri(passengers.train) */
  uri: (key: string) => S3Uri;
};

export type PipelineOptions<P extends NamedParameters> = {
  /** Letters, digits and inner hyphens; at most 82. */
  name: string;
  /** @default the name */
  displayName?: string;
  description?: string;
  /** What `defineParameters` returned. @default none */
  parameters?: P;
  /** In any order: what a step uses or waits for comes first. Steps of a branch stand in their Condition step only. */
  steps: readonly Step[];
  /** Whom the pipeline acts as, and its jobs unless they name another. */
  role: RoleLike;
  /** Steps at once. @default AWS's: no bound of its own */
  maxParallelSteps?: number;
  /** The experiment and trial that runs are filed under. @default none */
  experiment?: { name: Value<string>; trial: Value<string> };
  /** Parameters of `telar run`, which may name what was uploaded. @default the parameters' own defaults */
  startParameters?: (uploads: Uploads) => StartValues<P>;
};

export type Pipeline<P extends NamedParameters = NamedParameters> = {
  readonly kind: 'pipeline';
  readonly name: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly parameters: P;
  readonly role: RoleLike;
  readonly maxParallelSteps?: number;
  readonly draft: Draft;
  /** The start's parameters as AWS takes them: texts. */
  readonly startParameters: (uploads: Uploads) => Readonly<Record<string, string>>;
};

/** Stands in for the account that is not known yet, so that a definition can be checked where it is written. */
const ANYWHERE: Context = { account: '000000000000', region: 'us-east-1' };

/**
 * A pipeline.
 *
 * @throws with every problem at once: duplicate names, references that reach nothing, cycles, AWS's limits
 * @example
 * export const modelBuild = definePipeline({
 *   name: 'titanic-modelbuild-dev', role, parameters, steps: [preprocess, train, evaluate, gate],
 *   startParameters: ({ codeBundleUri, uri }) => ({ CodeBundleUri: codeBundleUri, InputTrainUri: uri(passengers.train) }),
 * });
 */
export function definePipeline<const P extends NamedParameters = Record<never, never>>(
  options: PipelineOptions<P>,
): Pipeline<P> {
  const { name, displayName, description, role, steps, maxParallelSteps, startParameters } = options;
  const subject = `pipeline '${name}'`;
  must(
    /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}$/.test(name),
    subject,
    'the name may hold letters, digits and inner hyphens only, at most 82',
  );
  must(
    maxParallelSteps === undefined || (Number.isInteger(maxParallelSteps) && maxParallelSteps >= 1),
    subject,
    `maxParallelSteps is ${maxParallelSteps}: give a whole number, 1 or more`,
  );
  const parameters = options.parameters ?? ({} as P);
  const pipeline: Pipeline<P> = {
    kind: 'pipeline',
    name,
    ...(displayName && { displayName }),
    ...(description && { description }),
    ...(maxParallelSteps && { maxParallelSteps }),
    parameters,
    role,
    draft: {
      Version: '2020-12-01',
      Metadata: {},
      Parameters: namedAsKeyed(subject, parameters).map((each) => ({ ...parameterDefinition(each) })),
      PipelineExperimentConfig: experimentConfig(options.experiment),
      Steps: steps.map((step) => step.draft),
    },
    startParameters: (uploads) => asTexts(subject, parameters, startParameters?.(uploads) ?? {}),
  };
  pipelineDefinition(pipeline, ANYWHERE);
  return pipeline;
}

/**
 * The pipeline's definition document for an account and region, as CreatePipeline takes it once written as JSON.
 *
 * @throws with every problem at once
 * @example JSON.stringify(pipelineDefinition(modelBuild, { account: '123456789012', region: 'eu-west-1' }))
 */
export function pipelineDefinition(pipeline: Pipeline, context: Context): PipelineDefinition {
  const document = settle(pipeline.draft, pipelineScope(pipeline, context));
  const parsed = parsePipeline(JSON.stringify(document));
  if ('definition' in parsed) return parsed.definition;
  const list = parsed.problems.map((problem) => `\n  - ${inWords(problem, document)}`);
  throw new Error(`Pipeline '${pipeline.name}' cannot be published. Correct this and try again:${list.join('')}`);
}

/** What to do in telar.config.ts about problems of which the parser knows only the document. */
const ADVICE: Readonly<Record<string, string>> = {
  'unknown-step': "Add it to the pipeline's `steps`, or to a branch of a Condition step.",
  'duplicate-step': 'Rename one; a step of a branch stands in its Condition step only, not in `steps` as well.',
  'unknown-parameter': "Add it to the pipeline's `parameters`.",
};

/** A problem as its author knows it: with the name of the step that it is in. */
function inWords({ path, rule, message }: Problem, document: Settled): string {
  const step = innermostStep(path, document);
  const where = step === undefined || message.includes(`'${step}'`) ? '' : `In step '${step}': `;
  const advice = ADVICE[rule];
  return `${where}${message}${advice ? ` ${advice}` : ''} (${path})`;
}

/** The name of the innermost step on the way to a place such as `$.Steps[3].Arguments.IfSteps[0].Arguments`. */
function innermostStep(path: string, document: Settled): string | undefined {
  let at: Settled | undefined = document;
  let name: string | undefined;
  for (const [key] of path.matchAll(/[^.[\]$]+/g)) {
    if (typeof at !== 'object' || at === null) return name;
    at = Array.isArray(at) ? at[Number(key)] : at[key];
    if (isStep(at)) name = at.Name;
  }
  return name;
}

function isStep(value: Settled | undefined): value is { Name: string; Type: string; Arguments: Settled } {
  return typeof value === 'object' && value !== null && 'Arguments' in value && 'Name' in value && 'Type' in value;
}

/** The ARN of the pipeline's role. */
export function pipelineRoleArn(pipeline: Pipeline, context: Context): string {
  const settled = settle(roleArn(`pipeline '${pipeline.name}'`, pipeline.role), context);
  if (typeof settled === 'string') return settled;
  throw mistake(
    `pipeline '${pipeline.name}'`,
    'the role is a reference, and a pipeline needs its role before it runs: give a role or an ARN',
  );
}

function pipelineScope(pipeline: Pipeline, context: Context): Scope {
  return { ...context, roleArn: pipelineRoleArn(pipeline, context) };
}

/** @throws when a parameter stands under a key that is not its name: start values would miss it */
function namedAsKeyed(subject: string, parameters: NamedParameters): Parameter<Primitive>[] {
  return Object.entries(parameters).map(([key, named]) => {
    const { Name } = parameterDefinition(named);
    must(Name === key, subject, `parameter '${Name}' stands under the key '${key}': write it as '${Name}'`);
    return named;
  });
}

function experimentConfig(experiment: PipelineOptions<NamedParameters>['experiment']): Draft {
  return experiment ? { ExperimentName: experiment.name, TrialName: experiment.trial } : null;
}

function asTexts(
  subject: string,
  parameters: NamedParameters,
  values: StartValues<NamedParameters>,
): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    must(name in parameters, subject, `startParameters gives '${name}', which is no parameter of the pipeline`);
    texts[name] = String(value);
  }
  return texts;
}
