/** The operations on models: who may call them, and what they do. */
import { passRole, requestTagKeys } from '../../protocol/conditionKeys.ts';
import { pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import {
  type Access,
  type Call,
  type InputOf,
  type Operations,
  type OutputOf,
  reads,
  writes,
} from '../../protocol/service.ts';
import { type CreateModelInput, modelArn, type Parts, type Sdk } from './context.ts';
import { errors } from './errors.ts';
import { servedModel } from './model.ts';
import type { ModelRow } from './store.ts';

type Names = 'CreateModel' | 'DescribeModel' | 'ListModels' | 'DeleteModel';

const on =
  (action: string) =>
  ({ ModelName }: { ModelName?: string | undefined }, call: Call): Access[] => [
    { action: `sagemaker:${action}`, resource: modelArn(call, ModelName!) },
  ];

/** Handing a role to a model needs iam:PassRole on it, and tagging it sagemaker:AddTags. */
function creating(input: CreateModelInput, call: Call): Access[] {
  const resource = modelArn(call, input.ModelName!);
  const keys = () => ({
    'sagemaker:NetworkIsolation': String(input.EnableNetworkIsolation ?? false),
    'sagemaker:VpcSubnets': input.VpcConfig?.Subnets,
    'sagemaker:VpcSecurityGroupIds': input.VpcConfig?.SecurityGroupIds,
    ...requestTagKeys(input.Tags),
  });
  return [
    { action: 'sagemaker:CreateModel', resource, keys },
    ...(input.Tags?.length ? [{ action: 'sagemaker:AddTags', resource, keys }] : []),
    ...(input.ExecutionRoleArn ? [passRole(input.ExecutionRoleArn, 'sagemaker.amazonaws.com')] : []),
  ];
}

export function modelOperations(parts: Parts): Operations<Sdk, Names> {
  const { db, ports } = parts;
  const existing = (name: string, call: Call): ModelRow => {
    const arn = modelArn(call, name);
    const row = db.model({ arn });
    if (!row) throw errors.notFound(arn);
    return row;
  };
  return {
    CreateModel: writes(creating, (input, call) => ({ ModelArn: create(parts, input, call) })),
    DescribeModel: reads(on('DescribeModel'), ({ ModelName }, call) => describe(existing(ModelName!, call))),
    ListModels: reads(
      () => [{ action: 'sagemaker:ListModels', resource: '*' }],
      (input, call) => {
        const { items, next } = list(parts, input, call);
        return { Models: items.map(summary), NextToken: next };
      },
    ),
    DeleteModel: writes(on('DeleteModel'), ({ ModelName }, call) => {
      const row = existing(ModelName!, call);
      db.remove({ id: row.id });
      ports.removeTags(row.arn);
      return {};
    }),
  };
}

function create(parts: Parts, input: CreateModelInput, call: Call): string {
  const { db, ports } = parts;
  const arn = modelArn(call, input.ModelName!);
  if (db.model({ arn })) throw errors.exists(arn);
  const served = servedModel(parts, input, call);
  const { Tags, ...request } = input;
  db.insert({
    ...{ arn, region: call.region, name: input.ModelName!, created_at: call.now },
    request: JSON.stringify(request),
    served: JSON.stringify(served),
  });
  if (Tags?.length) ports.setTags(arn, Tags);
  return arn;
}

const summary = ({ name, arn, created_at }: ModelRow) => ({
  ModelName: name,
  ModelArn: arn,
  CreationTime: new Date(created_at),
});

function describe(row: ModelRow): OutputOf<Sdk, 'DescribeModel'> {
  const request = JSON.parse(row.request) as CreateModelInput;
  return {
    ...request,
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    ...summary(row),
  };
}

function list({ db }: Parts, input: InputOf<Sdk, 'ListModels'>, { region }: Call) {
  const { SortBy: by = 'CreationTime', SortOrder: order = 'Descending' } = input;
  const filters = {
    region,
    contains: input.NameContains ?? null,
    after: input.CreationTimeAfter?.getTime() ?? null,
    before: input.CreationTimeBefore?.getTime() ?? null,
  };
  return pageOf<ModelRow>(
    {
      query: { operation: 'ListModels', ...filters, by, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) =>
      db.list[by][order]({ ...filters, key: after?.[0] ?? null, tie: after ? Number(after[1]) : null, limit }),
    (row) => [by === 'Name' ? row.name : row.created_at, row.id],
  );
}
