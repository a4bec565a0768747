/** `telar run`: publishes the project, starts one of its pipelines or state machines, and watches it to its end. */
import { randomUUID } from 'node:crypto';
import type { PipelineDocuments, Project } from '../../sdk/index.ts';
import type { Clients } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { kindNamed } from '../execution/read.ts';
import { lastPart } from '../execution/view.ts';
import { makeBundle } from '../project/bundle.ts';
import { hasProject, loadProject } from '../project/load.ts';
import { projectDocumentsFor, publish } from '../publish/publish.ts';
import { executionInput } from '../stateMachines/input.ts';
import { runExpress, startMachine } from '../stateMachines/steer.ts';
import { clients, watchToEnd } from './shared.ts';

export type RunOptions = {
  /** `Name=Value`, over the project's own. */
  parameter?: readonly string[];
  /** Of a machine: JSON, or a file of it. */
  input?: string;
  /** `--no-publish` makes it false. */
  publish?: boolean;
  detach?: boolean;
};

type Plan =
  | { kind: 'pipeline'; name: string; parameters: Record<string, string> }
  | { kind: 'machine'; arn: string; express: boolean; input: string };

export async function run(context: Context, name: string | undefined, options: RunOptions): Promise<ExitStatus> {
  const { project: folder } = context;
  const given = parametersGiven(options.parameter ?? []);
  const project = hasProject(folder) ? await loadProject(folder) : undefined;
  if (!project && options.publish !== false) await loadProject(folder);
  const on = clients(context, project?.region);
  const plan = await planRun(context, on, name, options, project);
  if (plan.kind === 'machine') {
    const input = executionInput(plan.input, options.input, given);
    const begin = plan.express ? runExpress : startMachine;
    return begin(context, on, plan.arn, input, options.detach === true);
  }
  if (options.input !== undefined) throw misuse(`${plan.name} is a pipeline: it has parameters (-p), and no --input.`);
  return runPipeline(context, on, plan.name, { ...plan.parameters, ...given }, options.detach === true);
}

async function runPipeline(
  context: Context,
  on: Clients,
  name: string,
  parameters: Record<string, string>,
  detach: boolean,
): Promise<ExitStatus> {
  const { out } = context;
  const arn = await start(on, name, parameters);
  out.line();
  out.line(`Started ${out.style.bold(name)}, execution ${out.style.accent(lastPart(arn))}`);
  out.event({ event: 'started', pipeline: name, pipelineExecutionArn: arn, parameters });
  if (!detach) return watchToEnd(context, on, arn);
  out.line(`  ${out.command(`status ${lastPart(arn)}`)}`);
  out.result({ pipelineExecutionArn: arn, status: 'Executing', watching: false });
  return 0;
}

/** Publishes where asked to, and says what to start with which parameters or input. */
async function planRun(
  { out, project: folder }: Context,
  on: Clients,
  meant: string | undefined,
  options: RunOptions,
  project: Project | undefined,
): Promise<Plan> {
  if (!project) {
    if (meant !== undefined) return planOnServer(on, meant);
    throw misuse("Which pipeline or state machine? Name it: 'telar run NAME --no-publish'.");
  }
  // Before anything is published: a mistyped name, or an input that cannot be read, must change nothing.
  const named = choose(project, meant, options.publish === false);
  const isMachine = project.machines.some(({ name }) => name === named);
  if (options.input !== undefined && !isMachine && project.pipelines.some(({ name }) => name === named)) {
    throw misuse(`${named} is a pipeline: it has parameters (-p), and no --input.`);
  }
  if (isMachine) executionInput('{}', options.input, {});
  const { documents, bundle } =
    options.publish === false ? await unpublished(on, project, folder) : await publish(on, out, project, folder);
  // A project without code has no bundle to name: its parameters do not ask for one.
  const uri = bundle?.uri ?? 's3://none/none';
  const machine = documents.machines.find(({ name }) => name === named);
  if (machine) {
    return { kind: 'machine', arn: machine.arn, express: machine.type === 'EXPRESS', input: machine.startInput(uri) };
  }
  const pipeline = documents.pipelines.find(({ name }) => name === named);
  if (!pipeline) return planOnServer(on, named);
  return { kind: 'pipeline', name: named, parameters: startParameters(pipeline, uri) };
}

/** What the project does not have, and the server may. */
async function planOnServer(on: Clients, meant: string): Promise<Plan> {
  const named = await kindNamed(on, meant);
  if (named?.machineArn === undefined) return { kind: 'pipeline', name: meant, parameters: {} };
  const sfn = await on.sfn();
  const { type } = await sfn.describeStateMachine({ stateMachineArn: named.machineArn });
  return { kind: 'machine', arn: named.machineArn, express: type === 'EXPRESS', input: '{}' };
}

async function unpublished(on: Clients, project: Project, folder: string) {
  const documents = await projectDocumentsFor(on, project);
  const bundle = documents.code && (await makeBundle(folder, documents.code, documents.bucket.name));
  return { documents, bundle };
}

function startParameters(pipeline: PipelineDocuments, uri: `s3://${string}`): Record<string, string> {
  return { ...pipeline.startParameters(uri) };
}

/**
 * The project's own name may be left out before the rest: `training` is `titanic-training` in the project titanic.
 *
 * @param anyName accept one that the project does not have: the server may
 */
function choose({ name: project, pipelines, machines }: Project, meant: string | undefined, anyName: boolean): string {
  const names = (pipelines.length > 0 ? pipelines : machines).map(({ name }) => name);
  if (meant === undefined && names.length === 1) return names[0]!;
  const all = [...pipelines, ...machines].map(({ name }) => name);
  const list = all.length === 0 ? 'it has none' : `it has ${all.join(', ')}`;
  if (meant === undefined) throw misuse(`Which pipeline or state machine of this project? ${list}.`);
  if (pipelines.some(({ name }) => name === meant) && machines.some(({ name }) => name === meant)) {
    throw misuse(`The project has a pipeline and a state machine '${meant}': rename one of them.`);
  }
  if (all.includes(meant)) return meant;
  if (all.includes(`${project}-${meant}`)) return `${project}-${meant}`;
  if (anyName) return meant;
  throw misuse(
    `The project has no pipeline and no state machine '${meant}': ${list}. With --no-publish, any of the server can be named.`,
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
