/** The Titanic pipeline on a server of its own: published as `telar publish` does it, run, and run again from the cache. */
import { fileURLToPath } from 'node:url';
import { clientsOf } from '../../src/cli/aws.ts';
import { makeOutput } from '../../src/cli/output.ts';
import { loadProject } from '../../src/cli/project/load.ts';
import { publish } from '../../src/cli/publish/publish.ts';
import type { Progress } from './figures.ts';
import { withServer } from './server.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/01-titanic', import.meta.url));
const SILENT = { write: () => true };

/** Milliseconds of each of `runs` reruns, from StartPipelineExecution to the first answer that says Succeeded. */
export function cachedRerun(runs: number, progress: Progress): Promise<number[]> {
  return withServer(async ({ client: { endpoint: url, region, credentials } }) => {
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

    async function execute(): Promise<number> {
      const started = performance.now();
      const { PipelineExecutionArn } = await sagemaker.startPipelineExecution({
        PipelineName: pipeline.name,
        PipelineParameters: parameters.map(([Name, Value]) => ({ Name, Value: String(Value) })),
        ClientRequestToken: crypto.randomUUID(),
      });
      for (;;) {
        const { PipelineExecutionStatus } = await sagemaker.describePipelineExecution({ PipelineExecutionArn });
        if (PipelineExecutionStatus === 'Succeeded') return performance.now() - started;
        if (PipelineExecutionStatus !== 'Executing') throw new Error(`The pipeline ended ${PipelineExecutionStatus}.`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }

    progress('the first run, which fills the cache (and builds the images, if they are not there)');
    await execute();
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) times.push(await execute());
    return times;
  });
}
