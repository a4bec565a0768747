/**
 * Publishing Glue jobs and the scripts that they run. A script lies under a key that its content makes: another content is another
 * object, and the job then names that.
 *
 * G1. With `--prune`, jobs that bear the project's tag and that the project no longer names are deleted; those of others never are.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CreateJobRequest, Glue, Job } from '@aws-sdk/client-glue';
import type { S3 } from '@aws-sdk/client-s3';
import { canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import { type GlueJobDocuments, type GlueJobRequest, glueFileKey } from '../../sdk/index.ts';
import { everyPage, unlessMissing } from '../aws.ts';
import { failure } from '../errors.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

export type GlueFile = { file: string; key: string; bytes: Buffer };

const KIND = 'glue job';
const LARGEST = 64 * 1024 * 1024;

/** @param folder of telar.config.ts @throws MissingScript, ScriptTooLarge */
export function glueFiles(folder: string, { name, files }: GlueJobDocuments): GlueFile[] {
  return files.map((file) => {
    const path = resolve(folder, file);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) {
      throw failure(
        'MissingScript',
        `${path}, a file of Glue job '${name}', is not there. Put it there, or correct telar.config.ts.`,
      );
    }
    if (stats.size > LARGEST) {
      throw failure(
        'ScriptTooLarge',
        `${path}, a file of Glue job '${name}', has more than 64 MiB. Upload it yourself, and name it in --extra-py-files.`,
      );
    }
    const bytes = readFileSync(path);
    return { file, bytes, key: glueFileKey(name, file, createHash('sha256').update(bytes).digest('hex')) };
  });
}

export async function glueFileChange(s3: S3, bucket: string, { file, key, bytes }: GlueFile): Promise<Change> {
  const name = `s3://${bucket}/${key}`;
  if (await unlessMissing(s3.headObject({ Bucket: bucket, Key: key }))) {
    return { kind: 'glue file', name, action: 'same', details: [] };
  }
  return {
    ...{ kind: 'glue file', name, action: 'create', details: [`from ${file}`] },
    apply: async () => void (await s3.putObject({ Bucket: bucket, Key: key, Body: bytes })),
  };
}

export async function glueJobChange(
  glue: Glue,
  job: GlueJobDocuments,
  files: readonly GlueFile[],
  project: string,
): Promise<Change> {
  const { name } = job;
  const wanted = job.request((file) => files.find((each) => each.file === file)!.key);
  const there = (await unlessMissing(glue.getJob({ JobName: name })))?.Job;
  if (!there) {
    const Tags = Object.fromEntries(projectTags(project).map(({ Key, Value }) => [Key, Value]));
    return {
      ...{ kind: KIND, name, action: 'create', details: [`${wanted.Command.Name}, ${wanted.Command.ScriptLocation}`] },
      apply: async () => void (await glue.createJob({ ...wanted, Tags } as CreateJobRequest)),
    };
  }
  const details = glueJobDifferences(there, wanted);
  if (details.length === 0) return { kind: KIND, name, action: 'same', details };
  const { Name: _, ...update } = wanted;
  return {
    ...{ kind: KIND, name, action: 'change', details },
    apply: async () => void (await glue.updateJob({ JobName: name, JobUpdate: update })),
  };
}

/** What differs, in words. What the project leaves to Glue does not. */
export function glueJobDifferences(there: Job, wanted: GlueJobRequest): string[] {
  const words: string[] = [];
  const compare = (what: string, before: unknown, after: unknown) => {
    const [old, fresh] = [shown(before), shown(after)];
    if (old !== fresh) words.push(`${what}: ${old} becomes ${fresh}`);
  };
  compare('description', there.Description, wanted.Description);
  compare('role', there.Role, wanted.Role);
  compare('type', there.Command?.Name, wanted.Command.Name);
  compare('script', there.Command?.ScriptLocation, wanted.Command.ScriptLocation);
  const [before, after] = [there.DefaultArguments ?? {}, wanted.DefaultArguments ?? {}];
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
    compare(`argument ${name}`, before[name], after[name]);
  }
  compare('concurrent runs', there.ExecutionProperty?.MaxConcurrentRuns, wanted.ExecutionProperty.MaxConcurrentRuns);
  compare('retries', there.MaxRetries ?? 0, wanted.MaxRetries);
  for (const member of ['Timeout', 'MaxCapacity', 'WorkerType', 'NumberOfWorkers', 'GlueVersion'] as const) {
    if (wanted[member] !== undefined) compare(member, there[member], wanted[member]);
  }
  return words;
}

const shown = (value: unknown): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : canonicalJson(value as Json);

/** The project's jobs that it no longer names, to be deleted. */
export async function prunedGlueJobs(
  glue: Glue,
  jobs: readonly GlueJobDocuments[],
  project: string,
): Promise<Change[]> {
  const named = new Set(jobs.map(({ name }) => name));
  const Tags = Object.fromEntries(projectTags(project).map(({ Key, Value }) => [Key, Value]));
  const mine = await everyPage(async (NextToken) => {
    const page = await glue.listJobs({ Tags, NextToken });
    return { items: page.JobNames, next: page.NextToken };
  });
  return mine
    .filter((name) => !named.has(name))
    .map((name) => ({
      ...{ kind: KIND, name, action: 'delete', details: ['the project no longer has it; runs under way go on'] },
      apply: async () => void (await glue.deleteJob({ JobName: name })),
    }));
}
