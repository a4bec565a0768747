/** The operations on functions, their versions, aliases and policies. */
import { passRole, requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type Operations, reads, streams, writes } from '../../protocol/service.ts';
import { createAlias, deleteAlias, getAlias, listAliases, updateAlias } from './aliases.ts';
import type { Code } from './code.ts';
import { configured, describeVersion } from './configuration.ts';
import type { CreateInput, Parts, Sdk } from './context.ts';
import { functionErrors } from './errors.ts';
import {
  checkUpdate,
  createFunction,
  deleteFunction,
  listFunctions,
  listVersions,
  publishVersion,
  requireVersion,
  updateCode,
  updateConfiguration,
} from './functions.ts';
import { LIMITS } from './legal.ts';
import { functionArn, functionName, onFunction } from './names.ts';
import { addPermission, getPolicy, removePermission } from './policies.ts';

type Names =
  | ('CreateFunction' | 'GetFunction' | 'GetFunctionConfiguration' | 'UpdateFunctionCode' | 'DeleteFunction')
  | ('UpdateFunctionConfiguration' | 'ListFunctions' | 'ListVersionsByFunction' | 'PublishVersion')
  | ('CreateAlias' | 'UpdateAlias' | 'GetAlias' | 'DeleteAlias' | 'ListAliases')
  | ('AddPermission' | 'RemovePermission' | 'GetPolicy');

type Named = { FunctionName?: string | undefined; Qualifier?: string | undefined };

/** What an operation needs that is about one function. */
export const on =
  (action: string) =>
  ({ FunctionName, Qualifier }: Named, call: Call): Access[] => [onFunction(action, call, FunctionName, Qualifier)];

const MANAGED = { audit: 'management', readOnly: false } as const;

export function functionOperations(parts: Parts): Operations<Sdk, Names> {
  return {
    CreateFunction: streams(
      creating,
      (input, call) => {
        // Before the zip is read.
        configured(input);
        return withCode(parts, input.Code!, (code) => call.commit(() => createFunction(parts, input, code, call)));
      },
      MANAGED,
    ),
    UpdateFunctionCode: streams(
      (input, call) => [...on('UpdateFunctionCode')(input, call), ...reading(input)],
      async (input, call) => {
        await call.read(() => checkUpdate(parts, input, call));
        return withCode(parts, input, (code) => call.commit(() => updateCode(parts, input, code, call)));
      },
      MANAGED,
    ),
    UpdateFunctionConfiguration: writes(
      (input, call) => [
        ...on('UpdateFunctionConfiguration')(input, call),
        ...(input.Role === undefined ? [] : [passRole(input.Role, 'lambda.amazonaws.com')]),
      ],
      (input, call) => updateConfiguration(parts, input, call),
    ),
    GetFunction: reads(on('GetFunction'), (input, call) => {
      const named = functionName(call, input.FunctionName!, input.Qualifier);
      const { fn, row } = requireVersion(parts, call, named);
      const tags = parts.ports.tagsOf(functionArn(call, fn.name));
      return {
        Configuration: describeVersion(call, fn.name, row, named.qualifier !== undefined),
        // Where the zip lies on AWS: there is no address for it here.
        Code: { RepositoryType: 'S3' },
        ...(tags.length > 0 && { Tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) }),
        ...(fn.reserved !== null && { Concurrency: { ReservedConcurrentExecutions: fn.reserved } }),
      };
    }),
    GetFunctionConfiguration: reads(on('GetFunctionConfiguration'), (input, call) => {
      const named = functionName(call, input.FunctionName!, input.Qualifier);
      const { fn, row } = requireVersion(parts, call, named);
      return describeVersion(call, fn.name, row, named.qualifier !== undefined);
    }),
    DeleteFunction: writes(on('DeleteFunction'), (input, call) => {
      deleteFunction(parts, input, call);
      return { StatusCode: 204 };
    }),
    ListFunctions: reads(
      () => [{ action: 'lambda:ListFunctions', resource: '*' }],
      (input, call) => listFunctions(parts, input, call),
    ),
    ListVersionsByFunction: reads(on('ListVersionsByFunction'), (input, call) => listVersions(parts, input, call)),
    PublishVersion: writes(on('PublishVersion'), (input, call) => publishVersion(parts, input, call)),
    ...aliasOperations(parts),
    ...permissionOperations(parts),
  };
}

function aliasOperations(
  parts: Parts,
): Operations<Sdk, 'CreateAlias' | 'UpdateAlias' | 'GetAlias' | 'DeleteAlias' | 'ListAliases'> {
  return {
    CreateAlias: writes(on('CreateAlias'), (input, call) => createAlias(parts, input, call)),
    UpdateAlias: writes(on('UpdateAlias'), (input, call) => updateAlias(parts, input, call)),
    GetAlias: reads(on('GetAlias'), (input, call) => getAlias(parts, input, call)),
    DeleteAlias: writes(on('DeleteAlias'), (input, call) => {
      deleteAlias(parts, input, call);
      return {};
    }),
    ListAliases: reads(on('ListAliases'), (input, call) => listAliases(parts, input, call)),
  };
}

function permissionOperations(parts: Parts): Operations<Sdk, 'AddPermission' | 'RemovePermission' | 'GetPolicy'> {
  return {
    AddPermission: writes(on('AddPermission'), (input, call) => addPermission(parts, input, call)),
    RemovePermission: writes(on('RemovePermission'), (input, call) => {
      removePermission(parts, input, call);
      return {};
    }),
    GetPolicy: reads(on('GetPolicy'), (input, call) => getPolicy(parts, input, call)),
  };
}

function creating(input: CreateInput, call: Call): Access[] {
  const tags = Object.entries(input.Tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return [
    onFunction('CreateFunction', call, input.FunctionName, undefined, () => requestTagKeys(tags)),
    ...(tags.length > 0
      ? [onFunction('TagResource', call, input.FunctionName, undefined, () => requestTagKeys(tags))]
      : []),
    passRole(input.Role!, 'lambda.amazonaws.com'),
    ...reading(input.Code ?? {}),
  ];
}

type Source = {
  ZipFile?: Uint8Array | undefined;
  S3Bucket?: string | undefined;
  S3Key?: string | undefined;
  S3ObjectVersion?: string | undefined;
};

/** Whoever gives code from S3 must be able to read it. */
function reading({ S3Bucket, S3Key, S3ObjectVersion }: Source): Access[] {
  if (S3Bucket === undefined || S3Key === undefined) return [];
  const action = S3ObjectVersion === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return [{ action, resource: `arn:aws:s3:::${S3Bucket}/${S3Key}` }];
}

/** Takes in a zip, and lets it go once `use` has ended: a version names it by then, or nobody does. */
async function withCode<T>(parts: Parts, source: Source, use: (code: Code) => Promise<T>): Promise<T> {
  if (!parts.code) throw functionErrors.noWorker('this system runs no functions');
  const code = await parts.code.keep(await contentOf(parts, source));
  try {
    return await use(code);
  } finally {
    code.release();
  }
}

async function contentOf({ ports }: Parts, source: Source) {
  const { ZipFile: bytes, S3Bucket: bucket, S3Key: key, S3ObjectVersion: version } = source;
  if (bytes) {
    if (bytes.length > LIMITS.zip.inline)
      throw functionErrors.invalid(`Zipped size must be smaller than ${LIMITS.zip.inline} bytes`);
    return { bytes };
  }
  if (bucket === undefined || key === undefined)
    throw functionErrors.invalid('Please provide a source for function code.');
  try {
    return await ports.openObject(bucket, key, version);
  } catch (error) {
    throw functionErrors.invalid(
      `Error occurred while GetObject. S3 Error Code: ${(error as { code?: string }).code}. S3 Error Message: ${(error as Error).message}`,
    );
  }
}
