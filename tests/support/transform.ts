/** Models that are tiny HTTP servers of Node.js, and transform jobs of them: what tests need that do not want to wait for Python. */
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { CreateTransformJobRequest, DescribeTransformJobResponse } from '@aws-sdk/client-sagemaker';
import { pack } from 'tar-stream';
import { NODE_IMAGE } from './nodeSteps.ts';
import type { Workbench } from './workbench.ts';

/** A model.tar.gz. */
export async function archive(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return gzipSync(Buffer.concat(parts));
}

/**
 * The `code/serve.ts` of a model. `answer` is the body of an async function of (body: string, headers) that returns a text, or
 * throws `{ status, message }`.
 */
export function serveScript(answer: string): string {
  return `import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
async function answer(body: string, headers: IncomingHttpHeaders): Promise<string> {
  ${answer}
}
const model = () => readFileSync('/opt/ml/model/model.txt', 'utf8');
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  if (request.url === '/ping') return response.end();
  if (request.url !== '/invocations') return response.writeHead(404).end();
  try {
    response.end(await answer(Buffer.concat(parts).toString(), request.headers));
  } catch (error) {
    const { status = 500, message } = error as { status?: number; message: string };
    response.writeHead(status).end(message);
  }
});
server.listen(process.env.TELAR_BIND_SOCKET, () => console.log('serving', process.env.SAGEMAKER_BATCH_STRATEGY ?? '-'));
process.on('SIGTERM', () => process.exit(0));
`;
}

/** For each line the sum of its fields, after the text of the model. */
export const SUMS =
  "return body.split('\\n').map((row) => model() + row.split(',').reduce((sum, field) => sum + Number(field), 0)).join('\\n');";

/** Makes a model of the node image. @param answer as in `serveScript` */
export async function createModel(bench: Workbench, name: string, answer: string, more: object = {}): Promise<string> {
  const data = await archive({ 'model.txt': '', 'code/serve.ts': serveScript(answer) });
  const ModelDataUrl = await bench.put(`models/${name}/model.tar.gz`, data);
  const made = await bench.sagemaker.createModel({
    ModelName: name,
    ExecutionRoleArn: bench.roleArn,
    PrimaryContainer: { Image: NODE_IMAGE, ModelDataUrl },
    ...more,
  });
  return made.ModelArn!;
}

type Changes = Partial<Omit<CreateTransformJobRequest, 'TransformInput' | 'TransformOutput'>> & {
  TransformInput?: Partial<CreateTransformJobRequest['TransformInput']>;
  TransformOutput?: Partial<CreateTransformJobRequest['TransformOutput']>;
};

/** A job over the objects under `<name>/in/`, to `<name>/out`: rows of CSV, line by line. */
export function transformJob(
  bench: Workbench,
  name: string,
  model: string,
  more: Changes = {},
): CreateTransformJobRequest {
  const { TransformInput, TransformOutput, ...rest } = more;
  return {
    TransformJobName: name,
    ModelName: model,
    TransformInput: {
      ...{ ContentType: 'text/csv', SplitType: 'Line' },
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${bench.bucket}/${name}/in/` } },
      ...TransformInput,
    },
    TransformOutput: { S3OutputPath: `s3://${bench.bucket}/${name}/out`, AssembleWith: 'Line', ...TransformOutput },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    ...rest,
  };
}

const ENDS: readonly (string | undefined)[] = ['Completed', 'Failed', 'Stopped'];

/** How a job ended. */
export async function transformed(bench: Workbench, TransformJobName: string): Promise<DescribeTransformJobResponse> {
  for (;;) {
    const described = await bench.sagemaker.describeTransformJob({ TransformJobName });
    if (ENDS.includes(described.TransformJobStatus)) return described;
    await pause(50);
  }
}

/** The keys under a job's output, without what they share. */
export async function outputsOf(bench: Workbench, name: string): Promise<string[]> {
  const Prefix = `${name}/out/`;
  const { Contents = [] } = await bench.s3.listObjectsV2({ Bucket: bench.bucket, Prefix });
  return Contents.map(({ Key = '' }) => Key.slice(Prefix.length));
}
