/**
 * A transform job over the parts of a file: uploaded, started, watched to its end, its outputs read.
 *
 * T1. Whoever interrupts it stops the job, and waits until it has stopped: nothing goes on unseen.
 */
import type { DescribeTransformJobCommandOutput, SageMaker } from '@aws-sdk/client-sagemaker';
import { formatDuration } from '../../base/duration.ts';
import type { Clients } from '../aws.ts';
import { failure } from '../errors.ts';
import { logTail } from '../execution/logs.ts';
import { FRAME_MS, watching } from '../execution/watching.ts';
import type { Output } from '../output.ts';
import { harmless } from '../render/text.ts';
import type { Approved } from './model.ts';

export type Place = { bucket: string; prefix: string };

type Job = Pick<
  DescribeTransformJobCommandOutput,
  'TransformJobName' | 'TransformJobArn' | 'TransformJobStatus' | 'FailureReason' | 'CreationTime'
>;

const UPLOADS_AT_A_TIME = 8;
const POLL_MS = 200;

const partName = (index: number) => `part-${String(index).padStart(5, '0')}.csv`;
const hasEnded = ({ TransformJobStatus }: Job) => /^(Completed|Failed|Stopped)$/.test(TransformJobStatus ?? '');

export const inputUri = ({ bucket, prefix }: Place) => `s3://${bucket}/${prefix}/input/`;
export const outputUri = ({ bucket, prefix }: Place) => `s3://${bucket}/${prefix}/output/`;

export async function upload(on: Clients, { bucket, prefix }: Place, parts: readonly Buffer[]): Promise<void> {
  const s3 = await on.s3();
  const put = (Body: Buffer, index: number) =>
    s3.putObject({ Bucket: bucket, Key: `${prefix}/input/${partName(index)}`, Body, ContentType: 'text/csv' });
  for (let at = 0; at < parts.length; at += UPLOADS_AT_A_TIME) {
    await Promise.all(parts.slice(at, at + UPLOADS_AT_A_TIME).map((part, index) => put(part, at + index)));
  }
}

/** @returns the job's ARN */
export async function startJob(
  sagemaker: SageMaker,
  TransformJobName: string,
  ModelName: string,
  place: Place,
  { instance }: Approved,
): Promise<string> {
  const { TransformJobArn } = await sagemaker.createTransformJob({
    TransformJobName,
    ModelName,
    TransformInput: {
      ContentType: 'text/csv',
      // A part is a request: it holds whole rows, and the header where the model wants it.
      SplitType: 'None',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: inputUri(place) } },
    },
    TransformOutput: { S3OutputPath: outputUri(place), Accept: 'text/csv', AssembleWith: 'Line' },
    TransformResources: { InstanceType: instance, InstanceCount: 1 },
  });
  return TransformJobArn!;
}

/**
 * Watches the job to its end.
 *
 * @param unwanted whether somebody interrupted before watching began
 * @throws JobFailed, Interrupted, JobStopped (by somebody else)
 */
export async function finish(
  on: Clients,
  out: Output,
  name: string,
  arn: string,
  unwanted: () => boolean,
): Promise<void> {
  const sagemaker = await on.sagemaker();
  if (unwanted()) throw await stopped(sagemaker, name);
  const tail = logTail(on, arn);
  let note = '';
  const { view, interrupted } = await watching<Job>(out, {
    id: name,
    async look() {
      const job = await sagemaker.describeTransformJob({ TransformJobName: name });
      for await (const lines of tail.poll()) {
        for (const line of lines.map(harmless).filter((text) => text.trim() !== '')) {
          note = line.trim();
          out.event({ event: 'log', transformJob: name, line });
        }
      }
      return job;
    },
    tell(job, before) {
      if (job.TransformJobStatus === before?.TransformJobStatus) return;
      out.event({ event: 'job', transformJob: name, status: job.TransformJobStatus });
    },
    draw: (job) => [drawn(out, job, note)],
    ended: hasEnded,
  });
  if (interrupted) throw await stopped(sagemaker, name);
  if (view?.TransformJobStatus === 'Completed') return;
  const logs = `'${out.command(`logs ${name}`)}' shows the whole log.`;
  if (view?.TransformJobStatus === 'Stopped') {
    throw failure('JobStopped', `Transform job ${name} was stopped, so nothing was written. ${logs}`);
  }
  throw failure(
    'JobFailed',
    `Transform job ${name} failed, and nothing was written: ${view?.FailureReason ?? 'no reason was given'} ${logs}`,
  );
}

function drawn({ style }: Output, job: Job, note: string): string {
  const now = Date.now();
  const { spinner, done } = style.symbols;
  const mark = hasEnded(job) ? done : spinner[Math.floor(now / FRAME_MS) % spinner.length]!;
  const elapsed = formatDuration(now - (job.CreationTime?.getTime() ?? now));
  return `${style.accent(mark)} ${job.TransformJobName}  ${job.TransformJobStatus}  ${style.dim(`${elapsed}  ${note}`)}`;
}

/** Stops the job and waits until it has ended. */
async function stopped(sagemaker: SageMaker, name: string) {
  const { setTimeout: sleep } = await import('node:timers/promises');
  const look = () => sagemaker.describeTransformJob({ TransformJobName: name });
  let job = await look();
  if (!hasEnded(job)) {
    await sagemaker.stopTransformJob({ TransformJobName: name }).catch(async (error: unknown) => {
      // It has ended by itself meanwhile.
      if (!hasEnded(await look())) throw error;
    });
    for (job = await look(); !hasEnded(job); job = await look()) await sleep(POLL_MS);
  }
  return failure(
    'Interrupted',
    `Interrupted: transform job ${name} is ${job.TransformJobStatus}, and nothing was written.`,
  );
}

/** What the model said of each part, in the parts' order. */
export async function download(on: Clients, { bucket, prefix }: Place, parts: number): Promise<string[]> {
  const s3 = await on.s3();
  const texts: string[] = [];
  for (let index = 0; index < parts; index += 1) {
    const { Body } = await s3.getObject({ Bucket: bucket, Key: `${prefix}/output/${partName(index)}.out` });
    texts.push((await Body?.transformToString()) ?? '');
  }
  return texts;
}
