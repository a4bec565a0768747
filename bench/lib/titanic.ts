/** The Titanic pipeline on a server of its own: published as `telar publish` does it, run, and run again from the cache. */
import { fileURLToPath } from 'node:url';
import { clientsOf } from '../../src/cli/aws.ts';
import { makeOutput } from '../../src/cli/output.ts';
import { loadProject } from '../../src/cli/project/load.ts';
import { publish } from '../../src/cli/publish/publish.ts';
import type { Progress } from './figures.ts';
import { type BenchServer, withServer } from './server.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/01-titanic', import.meta.url));
const SILENT = { write: () => true };

/** An execution of the published pipeline: milliseconds from StartPipelineExecution to its end. */
type Execute = () => Promise<number>;

async function published(server: BenchServer, cache: boolean): Promise<Execute> {
  const { endpoint: url, region, credentials } = server.client;
  const clients = clientsOf({ url, region, credentials });
  const out = makeOutput(
    { json: false },
    { stdout: SILENT, stderr: SILENT, environment: {}, platform: process.platform },
  );
  const { documents, bundle } = await publish(clients, out, await loadProject(EXAMPLE), EXAMPLE);
  if (!bundle) throw new Error('The Titanic project has no code bundle.');
  const pipeline = documents.pipelines[0]!;
  const sagemaker = await clients.sagemaker();
  const parameters = Object.entries(pipeline.startParameters(bundle.uri));
  if (!cache) {
    const definition = JSON.parse(pipeline.definition) as { Steps: { CacheConfig?: unknown }[] };
    for (const step of definition.Steps) delete step.CacheConfig;
    await sagemaker.updatePipeline({ PipelineName: pipeline.name, PipelineDefinition: JSON.stringify(definition) });
  }
  return async () => {
    const started = performance.now();
    const { PipelineExecutionArn } = await sagemaker.startPipelineExecution({
      PipelineName: pipeline.name,
      PipelineParameters: parameters.map(([Name, Value]) => ({ Name, Value: String(Value) })),
      ClientRequestToken: crypto.randomUUID(),
    });
    await server.over(PipelineExecutionArn!);
    const { PipelineExecutionStatus } = await sagemaker.describePipelineExecution({ PipelineExecutionArn });
    if (PipelineExecutionStatus !== 'Succeeded') throw new Error(`The pipeline ended ${PipelineExecutionStatus}.`);
    return performance.now() - started;
  };
}

/** Milliseconds of each of `runs` reruns, from StartPipelineExecution to the first answer that says Succeeded. */
export function cachedRerun(runs: number, progress: Progress): Promise<number[]> {
  return withServer(async (server) => {
    const execute = await published(server, true);
    progress('the first run, which fills the cache (and builds the images, if they are not there)');
    await execute();
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) times.push(await execute());
    return times;
  });
}

/** The pipeline without its cache on a server of its own, ready to be executed again and again. */
export async function uncached(server: BenchServer): Promise<Execute> {
  return published(server, false);
}
