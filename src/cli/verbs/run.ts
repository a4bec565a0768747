/** `telar run`: publishes the project, starts one of its pipelines, and watches it to its end. */
import { randomUUID } from 'node:crypto';
import type { PipelineDocuments } from '../../sdk/index.ts';
import type { Clients } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { lastPart } from '../execution/view.ts';
import { makeBundle } from '../project/bundle.ts';
import { hasProject, loadProject } from '../project/load.ts';
import { projectDocumentsFor, publish } from '../publish/publish.ts';
import { clients, watchToEnd } from './shared.ts';

export type RunOptions = {
  /** `Name=Value`, over the project's own. */
  parameter?: readonly string[];
  /** `--no-publish` makes it false. */
  publish?: boolean;
  detach?: boolean;
};

type Plan = { name: string; parameters: Record<string, string> };

export async function run(context: Context, pipeline: string | undefined, options: RunOptions): Promise<ExitStatus> {
  const { out, project: folder } = context;
  const given = parametersGiven(options.parameter ?? []);
  const project = hasProject(folder) ? await loadProject(folder) : undefined;
  if (!project && options.publish !== false) await loadProject(folder);
  const on = clients(context, project?.region);
  const plan = await planRun(context, on, pipeline, options, project);
  const parameters = { ...plan.parameters, ...given };
  const arn = await start(on, plan.name, parameters);
  out.line();
  out.line(`Started ${out.style.bold(plan.name)}, execution ${out.style.accent(lastPart(arn))}`);
  out.event({ event: 'started', pipeline: plan.name, pipelineExecutionArn: arn, parameters });
  if (options.detach) {
    out.line(`  ${out.command(`status ${lastPart(arn)}`)}`);
    out.result({ pipelineExecutionArn: arn, status: 'Executing', watching: false });
    return 0;
  }
  return watchToEnd(context, on, arn);
}

/** Publishes where asked to, and says what to start with which parameters. */
async function planRun(
  { out, project: folder }: Context,
  on: Clients,
  pipeline: string | undefined,
  options: RunOptions,
  project: Awaited<ReturnType<typeof loadProject>> | undefined,
): Promise<Plan> {
  if (!project) {
    if (pipeline !== undefined) return { name: pipeline, parameters: {} };
    throw misuse("Which pipeline? Name it: 'telar run PIPELINE --no-publish'.");
  }
  // Before anything is published: a mistyped name must change nothing.
  const named = choose(
    project.pipelines.map(({ name }) => name),
    pipeline,
    options.publish === false,
  );
  const { documents, bundle } =
    options.publish === false ? await unpublished(on, project, folder) : await publish(on, out, project, folder);
  const chosen = documents.pipelines.find(({ name }) => name === named);
  return { name: named, parameters: chosen ? startParameters(chosen, bundle?.uri) : {} };
}

async function unpublished(on: Clients, project: Awaited<ReturnType<typeof loadProject>>, folder: string) {
  const documents = await projectDocumentsFor(on, project);
  const bundle = documents.code && (await makeBundle(folder, documents.code, documents.bucket.name));
  return { documents, bundle };
}

function startParameters(pipeline: PipelineDocuments, uri: `s3://${string}` | undefined): Record<string, string> {
  // A project without code has no bundle to name: its parameters do not ask for one.
  return { ...pipeline.startParameters(uri ?? 's3://none/none') };
}

/** @param anyName accept a pipeline that the project does not have: the server may */
function choose(names: readonly string[], meant: string | undefined, anyName: boolean): string {
  if (meant === undefined && names.length === 1) return names[0]!;
  const list = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  if (meant === undefined) throw misuse(`Which pipeline of this project? ${list}.`);
  if (names.includes(meant) || anyName) return meant;
  throw misuse(
    `The project has no pipeline '${meant}': ${list}. With --no-publish, any pipeline of the server can be named.`,
  );
}

function parametersGiven(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw misuse(`'${text}' is no parameter: write it as Name=Value, such as -p AccuracyThreshold=0.8.`);
    }),
  );
}

async function start({ sagemaker }: Clients, name: string, parameters: Record<string, string>): Promise<string> {
  const client = await sagemaker();
  const { PipelineExecutionArn } = await client.startPipelineExecution({
    PipelineName: name,
    PipelineParameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
    ClientRequestToken: randomUUID(),
  });
  return PipelineExecutionArn!;
}
