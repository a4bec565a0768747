/**
 * Publishing functions: code and configuration are compared each for itself, and changed only where they differ.
 *
 * U1. A large zip goes by way of the project's bucket, and leaves it again once the function has it: Lambda keeps a copy of its own.
 */
import {
  type FunctionConfiguration,
  type Lambda,
  type Runtime,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import type { S3 } from '@aws-sdk/client-s3';
import type { FunctionDocuments } from '../../sdk/index.ts';
import { unlessMissing } from '../aws.ts';
import type { FunctionCode } from '../project/functions.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

const KIND = 'function';
/** Building the environment of a runtime takes a minute at most, once. In seconds. */
const PATIENCE = 600;
/** Of a zip that is sent with the request. Lambda takes 50 MB; a server reads such a request at one stretch. */
const LARGEST_INLINE = 1_000_000;

type Given = { ZipFile: Uint8Array } | { S3Bucket: string; S3Key: string };

/** @param store the project's bucket */
export async function functionChange(
  lambda: Lambda,
  store: { s3: S3; bucket: string },
  fn: FunctionDocuments,
  code: FunctionCode,
  project: string,
): Promise<Change> {
  const FunctionName = fn.name;
  const there = await unlessMissing(lambda.getFunctionConfiguration({ FunctionName }));
  const wanted = {
    FunctionName,
    Runtime: fn.runtime as Runtime,
    Handler: code.handler,
    Role: fn.roleArn,
    Description: fn.description,
    MemorySize: fn.memory,
    EphemeralStorage: { Size: fn.storage },
    Timeout: fn.timeout,
    Environment: { Variables: { ...fn.environment } },
  };
  const given = (use: (code: Given) => Promise<unknown>) => withCode(store, fn.name, code, use);
  const waiting = { client: lambda, maxWaitTime: PATIENCE, minDelay: 1, maxDelay: 2 };
  if (!there) {
    return {
      ...{ kind: KIND, name: fn.name, action: 'create' },
      details: [`${fn.runtime}, ${fn.file}, ${sizeText(code.size)}`],
      async apply() {
        const Tags = Object.fromEntries(projectTags(project).map(({ Key, Value }) => [Key, Value]));
        await given(async (Code) => {
          await lambda.createFunction({ ...wanted, Code, Tags });
          await waitUntilFunctionActiveV2(waiting, { FunctionName });
        });
      },
    };
  }
  const [configuration, bytes] = [functionDifferences(there, wanted), there.CodeSha256 !== code.sha256];
  const details = [...(bytes ? [`code: changed, ${sizeText(code.size)}`] : []), ...configuration];
  if (details.length === 0) return { kind: KIND, name: fn.name, action: 'same', details };
  return {
    ...{ kind: KIND, name: fn.name, action: 'change', details },
    async apply() {
      if (configuration.length > 0) {
        await lambda.updateFunctionConfiguration(wanted);
        await waitUntilFunctionUpdatedV2(waiting, { FunctionName });
      }
      if (!bytes) return;
      await given(async (Code) => {
        await lambda.updateFunctionCode({ FunctionName, ...Code });
        await waitUntilFunctionUpdatedV2(waiting, { FunctionName });
      });
    },
  };
}

/** U1. */
async function withCode(
  { s3, bucket: Bucket }: { s3: S3; bucket: string },
  name: string,
  code: FunctionCode,
  use: (code: Given) => Promise<unknown>,
): Promise<void> {
  const zip = await code.zip();
  if (zip.length <= LARGEST_INLINE) return void (await use({ ZipFile: zip }));
  const Key = `functions/${name}/${Buffer.from(code.sha256, 'base64').toString('hex')}.zip`;
  await s3.putObject({ Bucket, Key, Body: zip, ContentType: 'application/zip' });
  try {
    await use({ S3Bucket: Bucket, S3Key: Key });
  } finally {
    await s3.deleteObject({ Bucket, Key });
  }
}

type Wanted = {
  Runtime: string;
  Handler: string;
  Role: string;
  Description: string;
  MemorySize: number;
  EphemeralStorage: { Size: number };
  Timeout: number;
  Environment: { Variables: Readonly<Record<string, string>> };
};

/** What differs but for the code, in words. */
export function functionDifferences(there: FunctionConfiguration, wanted: Wanted): string[] {
  const words: string[] = [];
  const compare = (name: string, before: unknown, after: unknown) => {
    if (before !== after) words.push(`${name}: ${before} becomes ${after}`);
  };
  compare('runtime', there.Runtime, wanted.Runtime);
  compare('handler', there.Handler, wanted.Handler);
  compare('role', there.Role, wanted.Role);
  compare('memory', there.MemorySize, wanted.MemorySize);
  compare('storage', there.EphemeralStorage?.Size ?? 512, wanted.EphemeralStorage.Size);
  compare('timeout', there.Timeout, wanted.Timeout);
  if ((there.Description ?? '') !== wanted.Description) words.push('description');
  const [before, after] = [there.Environment?.Variables ?? {}, wanted.Environment.Variables];
  // Values may be secrets: names are told.
  for (const name of Object.keys({ ...before, ...after }).sort()) {
    if (!(name in before)) words.push(`variable ${name}: new`);
    else if (!(name in after)) words.push(`variable ${name}: removed`);
    else if (before[name] !== after[name]) words.push(`variable ${name}: changed`);
  }
  return words;
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
