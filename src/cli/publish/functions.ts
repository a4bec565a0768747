/** Publishing functions: code and configuration are compared each for itself, and changed only where they differ. */
import {
  type FunctionConfiguration,
  type Lambda,
  type Runtime,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import type { FunctionDocuments } from '../../sdk/index.ts';
import { unlessMissing } from '../aws.ts';
import type { FunctionCode } from '../project/functions.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

const KIND = 'function';
/** Building the environment of a runtime takes a minute at most, once. In seconds. */
const PATIENCE = 600;

export async function functionChange(
  lambda: Lambda,
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
    Timeout: fn.timeout,
    Environment: { Variables: { ...fn.environment } },
  };
  const waiting = { client: lambda, maxWaitTime: PATIENCE, minDelay: 1, maxDelay: 2 };
  if (!there) {
    return {
      ...{ kind: KIND, name: fn.name, action: 'create' },
      details: [`${fn.runtime}, ${fn.file}, ${sizeText(code.zip.length)}`],
      async apply() {
        const Tags = Object.fromEntries(projectTags(project).map(({ Key, Value }) => [Key, Value]));
        await lambda.createFunction({ ...wanted, Code: { ZipFile: code.zip }, Tags });
        await waitUntilFunctionActiveV2(waiting, { FunctionName });
      },
    };
  }
  const [configuration, bytes] = [functionDifferences(there, wanted), there.CodeSha256 !== code.sha256];
  const details = [...(bytes ? [`code: changed, ${sizeText(code.zip.length)}`] : []), ...configuration];
  if (details.length === 0) return { kind: KIND, name: fn.name, action: 'same', details };
  return {
    ...{ kind: KIND, name: fn.name, action: 'change', details },
    async apply() {
      if (configuration.length > 0) {
        await lambda.updateFunctionConfiguration(wanted);
        await waitUntilFunctionUpdatedV2(waiting, { FunctionName });
      }
      if (!bytes) return;
      await lambda.updateFunctionCode({ FunctionName, ZipFile: code.zip });
      await waitUntilFunctionUpdatedV2(waiting, { FunctionName });
    },
  };
}

type Wanted = {
  Runtime: string;
  Handler: string;
  Role: string;
  Description: string;
  MemorySize: number;
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
