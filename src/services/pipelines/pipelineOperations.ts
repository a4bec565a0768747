/** Pipelines and their versions: create, update, describe, list, delete. */
import { parsePipeline } from '../../definition/pipeline/parse.ts';
import type { Problem, Step } from '../../definition/pipeline/types.ts';
import { passRole, requestTagKeys } from '../../protocol/conditionKeys.ts';
import { pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import {
  type Access,
  type Call,
  type Operations,
  reads,
  type StreamCall,
  streams,
  writes,
} from '../../protocol/service.ts';
import { writeUser } from '../../protocol/userContext.ts';
import { type Parts, pipelineArn, type Sdk } from './context.ts';
import { errors } from './errors.ts';
import { INSTEAD, isNotebookJob } from './instead.ts';
import type { Tag } from './ports.ts';
import { pipelineRecord } from './records.ts';
import type { PipelineRow, PipelinesStore, VersionRow } from './store.ts';
import { once } from './tokens.ts';

type Names =
  | 'CreatePipeline'
  | 'UpdatePipeline'
  | 'DeletePipeline'
  | 'DescribePipeline'
  | 'ListPipelines'
  | 'ListPipelineVersions'
  | 'UpdatePipelineVersion';

/** The step types that the executor carries out. */
const RUN: ReadonlySet<Step['Type']> = new Set([
  'Processing',
  'Training',
  'Transform',
  'Model',
  'RegisterModel',
  'Lambda',
  'Callback',
  'Condition',
  'Fail',
]);
const LONGEST_DEFINITION = 1024 * 1024;

type DefinitionSource = {
  PipelineDefinition?: string | undefined;
  PipelineDefinitionS3Location?:
    | { Bucket: string | undefined; ObjectKey: string | undefined; VersionId?: string | undefined }
    | undefined;
};

const onPipeline = (action: string) => (input: { PipelineName: string | undefined }, call: Call) => [
  { action: `sagemaker:${action}`, resource: pipelineArn(call, input.PipelineName ?? '*') },
];

type WithRole = { PipelineName: string | undefined; RoleArn?: string | undefined; Tags?: readonly Tag[] | undefined };

/** Handing a role to a pipeline needs iam:PassRole on it, and tagging it sagemaker:AddTags. */
const withRole =
  (action: string) =>
  (input: WithRole, call: Call): Access[] => {
    const resource = pipelineArn(call, input.PipelineName ?? '*');
    const keys = () => requestTagKeys(input.Tags);
    return [
      { action: `sagemaker:${action}`, resource, keys },
      ...(input.Tags?.length ? [{ action: 'sagemaker:AddTags', resource, keys }] : []),
      ...(input.RoleArn ? [passRole(input.RoleArn, 'sagemaker.amazonaws.com')] : []),
    ];
  };

export function pipelineOperations(parts: Parts): Operations<Sdk, Names> {
  const { db, ports } = parts;
  return {
    CreatePipeline: streams(
      withRole('CreatePipeline'),
      async (input, call) => {
        const definition = await readDefinition(parts, input, call);
        if (definition === undefined) throw errors.noDefinition();
        return call.commit(() =>
          once(db, 'CreatePipeline', input, call, () => {
            const arn = pipelineArn(call, input.PipelineName!);
            if (db.pipeline({ arn })) throw errors.pipelineExists(input.PipelineName!);
            checkRole(parts, input.RoleArn!);
            checkDefinition(definition);
            const by = writeUser(call.principal);
            db.insertPipeline({
              arn,
              region: call.region,
              name: input.PipelineName!,
              display_name: input.PipelineDisplayName ?? null,
              description: input.PipelineDescription ?? null,
              role_arn: input.RoleArn!,
              max_parallel: input.ParallelismConfiguration?.MaxParallelExecutionSteps ?? null,
              version: 1,
              created_at: call.now,
              created_by: by,
              modified_at: call.now,
              modified_by: by,
              last_run_at: null,
            });
            insertVersion(db, arn, 1, definition, call.now);
            if (input.Tags) ports.setTags(arn, input.Tags);
            return { PipelineArn: arn };
          }),
        );
      },
      { audit: 'management', readOnly: false },
    ),
    UpdatePipeline: streams(
      withRole('UpdatePipeline'),
      async (input, call) => {
        const definition = await readDefinition(parts, input, call);
        return call.commit(() => {
          const row = existing(db, call, input.PipelineName!);
          if (input.RoleArn) checkRole(parts, input.RoleArn);
          if (definition !== undefined) checkDefinition(definition);
          const version = definition === undefined ? row.version : row.version + 1;
          if (definition !== undefined) insertVersion(db, row.arn, version, definition, call.now);
          db.updatePipeline({
            arn: row.arn,
            display_name: input.PipelineDisplayName ?? row.display_name,
            description: input.PipelineDescription ?? row.description,
            role_arn: input.RoleArn ?? row.role_arn,
            max_parallel: input.ParallelismConfiguration?.MaxParallelExecutionSteps ?? row.max_parallel,
            version,
            modified_at: call.now,
            modified_by: writeUser(call.principal),
          });
          return { PipelineArn: row.arn, PipelineVersionId: version };
        });
      },
      { audit: 'management', readOnly: false },
    ),
    DeletePipeline: writes(onPipeline('DeletePipeline'), (input, call) =>
      once(db, 'DeletePipeline', input, call, () => {
        const { arn, name } = existing(db, call, input.PipelineName!);
        const running = db.unfinished({ pipeline: arn });
        if (running) throw errors.inUse(name, running.arn);
        db.deletePipeline({ arn });
        db.deleteVersions({ arn });
        db.deleteCacheOf({ pipeline: arn });
        ports.removeTags(arn);
        return { PipelineArn: arn };
      }),
    ),
    DescribePipeline: reads(onPipeline('DescribePipeline'), (input, call) => {
      const row = existing(db, call, input.PipelineName!);
      return description(row, existingVersion(db, row, input.PipelineVersionId));
    }),
    ListPipelines: reads(listed('ListPipelines'), (input, call) => listPipelines(db, input, call)),
    ListPipelineVersions: reads(onPipeline('ListPipelineVersions'), (input, call) => listVersions(db, input, call)),
    UpdatePipelineVersion: writes(
      (input) => [{ action: 'sagemaker:UpdatePipelineVersion', resource: input.PipelineArn! }],
      (input, call) => {
        const row = existing(db, call, input.PipelineArn!);
        const version = existingVersion(db, row, input.PipelineVersionId);
        db.updateVersion({
          pipeline: row.arn,
          version: version.version,
          display_name: input.PipelineVersionDisplayName ?? version.display_name,
          description: input.PipelineVersionDescription ?? version.description,
        });
        return { PipelineArn: row.arn, PipelineVersionId: version.version };
      },
    ),
  };
}

const listed = (action: string) => () => [{ action: `sagemaker:${action}`, resource: '*' }];

export function existing(db: PipelinesStore, call: Call, nameOrArn: string): PipelineRow {
  const row = db.pipeline({ arn: pipelineArn(call, nameOrArn) });
  if (!row) throw errors.pipelineNotFound(nameOrArn);
  return row;
}

export function existingVersion(db: PipelinesStore, row: PipelineRow, version = row.version): VersionRow {
  const found = db.version({ pipeline: row.arn, version });
  if (!found) throw errors.versionNotFound(row.name, version);
  return found;
}

async function readDefinition(parts: Parts, input: DefinitionSource, call: StreamCall): Promise<string | undefined> {
  const { PipelineDefinition: text, PipelineDefinitionS3Location: location } = input;
  if (text !== undefined && location) throw errors.noDefinition();
  if (!location) return text;
  const uri = `s3://${location.Bucket}/${location.ObjectKey}`;
  return parts.ports.readText(uri, LONGEST_DEFINITION, call, location.VersionId);
}

function checkRole({ ports }: Parts, roleArn: string): void {
  if (!ports.roleExists(roleArn)) throw errors.roleNotFound(roleArn);
}

function checkDefinition(text: string): void {
  const parsed = parsePipeline(text);
  if ('problems' in parsed) throw errors.definition(parsed.problems satisfies Problem[]);
  if (parsed.definition.MlflowConfig) throw errors.mlflow('MlflowConfig');
  for (const { name, step } of parsed.plan.steps) {
    if (!RUN.has(step.Type)) throw errors.stepType(name, step.Type, INSTEAD[step.Type]);
    if (isNotebookJob(step)) throw errors.notebookJob(name);
  }
}

function insertVersion(db: PipelinesStore, pipeline: string, version: number, definition: string, at: number): void {
  db.insertVersion({
    pipeline,
    version,
    definition,
    created_at: at,
    display_name: null,
    description: null,
    last_execution: null,
  });
}

const description = (row: PipelineRow, version: VersionRow) => ({
  ...pipelineRecord(row),
  PipelineDefinition: version.definition,
  PipelineVersionDisplayName: version.display_name ?? undefined,
  PipelineVersionDescription: version.description ?? undefined,
});

/** The bounds of a creation time, in milliseconds; both exclusive, as AWS has them. */
export function between(input: { CreatedAfter?: Date | undefined; CreatedBefore?: Date | undefined }) {
  return {
    since: input.CreatedAfter?.getTime() ?? -1,
    until: input.CreatedBefore?.getTime() ?? Number.MAX_SAFE_INTEGER,
  };
}

/** Before every value of a column, in the order asked for. */
export function beginning(order: 'Ascending' | 'Descending', kind: 'text' | 'number') {
  if (order === 'Ascending') return { value: kind === 'text' ? '' : -1, arn: '' };
  return { value: kind === 'text' ? '\u{10ffff}' : Number.MAX_SAFE_INTEGER, arn: '\u{10ffff}' };
}

type ListPipelines = Parameters<Operations<Sdk, Names>['ListPipelines']['run']>[0];

function listPipelines(db: PipelinesStore, input: ListPipelines, call: Call) {
  const sort = input.SortBy ?? 'CreationTime';
  const order = input.SortOrder ?? 'Descending';
  const prefix = input.PipelineNamePrefix ?? '';
  const bounds = between(input);
  const page = pageOf<PipelineRow>(
    {
      query: { operation: 'ListPipelines', region: call.region, prefix, ...bounds, sort, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => {
      const from = after
        ? { value: after[0]!, arn: String(after[1]) }
        : beginning(order, sort === 'Name' ? 'text' : 'number');
      const region = call.region;
      return db.pipelines(sort, order)({ region, prefix, length: prefix.length, ...bounds, ...from, limit });
    },
    (row) => [sort === 'Name' ? row.name : row.created_at, row.arn],
  );
  return {
    PipelineSummaries: page.items.map((row) => ({
      PipelineArn: row.arn,
      PipelineName: row.name,
      PipelineDisplayName: row.display_name ?? undefined,
      PipelineDescription: row.description ?? undefined,
      RoleArn: row.role_arn,
      CreationTime: new Date(row.created_at),
      LastModifiedTime: new Date(row.modified_at),
      LastExecutionTime: row.last_run_at === null ? undefined : new Date(row.last_run_at),
    })),
    NextToken: page.next,
  };
}

type ListVersions = Parameters<Operations<Sdk, Names>['ListPipelineVersions']['run']>[0];

function listVersions(db: PipelinesStore, input: ListVersions, call: Call) {
  const { arn: pipeline } = existing(db, call, input.PipelineName!);
  const order = input.SortOrder ?? 'Descending';
  const bounds = between(input);
  const page = pageOf<VersionRow>(
    {
      query: { operation: 'ListPipelineVersions', pipeline, ...bounds, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => {
      const value = Number(after?.[0] ?? beginning(order, 'number').value);
      return db.versions('Version', order)({ pipeline, ...bounds, value, limit });
    },
    (row) => [row.version],
  );
  return {
    PipelineVersionSummaries: page.items.map((row) => ({
      PipelineArn: pipeline,
      PipelineVersionId: row.version,
      CreationTime: new Date(row.created_at),
      PipelineVersionDisplayName: row.display_name ?? undefined,
      PipelineVersionDescription: row.description ?? undefined,
      LastExecutionPipelineExecutionArn: row.last_execution ?? undefined,
    })),
    NextToken: page.next,
  };
}
