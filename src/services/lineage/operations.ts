/** The operations on artifacts, contexts, actions, associations, and the graph that they make. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import { type Access, type Call, type Operations, reads, readsAtLength, writes } from '../../protocol/service.ts';
import { addAssociation, deleteAssociation, summarizeAssociation } from './associations.ts';
import type { Parts, Sdk } from './context.ts';
import { createEntity, deleteEntity, details, readKept, requireEntity, times, updateEntity } from './entities.ts';
import { lineageErrors } from './errors.ts';
import { listAssociations, listEntities } from './lists.ts';
import { arnOf, artifactArn, DEFAULT_GROUP, groupArn, namedArn } from './names.ts';
import type { GivenTag } from './ports.ts';
import { queryLineage } from './query.ts';
import type { EntityRow } from './store.ts';

type ArtifactNames = 'CreateArtifact' | 'DescribeArtifact' | 'ListArtifacts' | 'UpdateArtifact' | 'DeleteArtifact';
type ContextNames = 'CreateContext' | 'DescribeContext' | 'ListContexts' | 'UpdateContext' | 'DeleteContext';
type ActionNames = 'CreateAction' | 'DescribeAction' | 'ListActions' | 'UpdateAction' | 'DeleteAction';
type GraphNames =
  | 'AddAssociation'
  | 'DeleteAssociation'
  | 'ListAssociations'
  | 'QueryLineage'
  | 'DescribeLineageGroup'
  | 'ListLineageGroups';

/** To create something with tags takes the right to tag it, too. */
function creating(action: string, resource: string, tags: readonly GivenTag[] | undefined): Access[] {
  const keys = () => requestTagKeys(tags);
  const create = { action: `sagemaker:${action}`, resource, keys };
  return tags?.length ? [create, { action: 'sagemaker:AddTags', resource, keys }] : [create];
}

const listed = (action: string) => (): Access[] => [{ action: `sagemaker:${action}`, resource: '*' }];

export function artifactOperations(parts: Parts): Operations<Sdk, ArtifactNames> {
  const on =
    (action: string) =>
    ({ ArtifactArn }: { ArtifactArn?: string | undefined }): Access[] => [
      { action: `sagemaker:${action}`, resource: ArtifactArn! },
    ];
  const summary = (row: EntityRow) => ({
    ArtifactArn: row.arn,
    ArtifactName: row.name ?? undefined,
    Source: readKept(row).Source,
    ArtifactType: row.type,
    ...times(row),
  });
  const toDelete = (
    input: { ArtifactArn?: string | undefined; Source?: { SourceUri?: string | undefined } },
    call: Call,
  ) => {
    if ((input.ArtifactArn === undefined) === (input.Source === undefined)) throw lineageErrors.whichArtifact();
    return input.ArtifactArn ?? artifactArn(call, input.Source!.SourceUri!);
  };
  return {
    CreateArtifact: writes(
      ({ Source, Tags }, call) => creating('CreateArtifact', artifactArn(call, Source!.SourceUri!), Tags),
      ({ ArtifactName: name, ArtifactType, Source, Properties, MetadataProperties, Tags }, call) => {
        const kept = { Source: { ...Source, SourceUri: Source!.SourceUri }, Properties, MetadataProperties };
        const draft = { kind: 'artifact', name, type: ArtifactType!, kept } as const;
        return { ArtifactArn: createEntity(parts, draft, Tags, call) };
      },
    ),
    DescribeArtifact: reads(on('DescribeArtifact'), ({ ArtifactArn }) => {
      const row = requireEntity(parts, 'artifact', ArtifactArn!);
      return { ...summary(row), ...details(parts, row), MetadataProperties: readKept(row).MetadataProperties };
    }),
    ListArtifacts: reads(listed('ListArtifacts'), (input, call) => {
      const { items, next } = listEntities(parts, 'artifact', input.ArtifactType, input, call);
      return { ArtifactSummaries: items.map(summary), NextToken: next };
    }),
    UpdateArtifact: writes(on('UpdateArtifact'), ({ ArtifactArn, ArtifactName: name, ...changes }, call) => {
      updateEntity(parts, requireEntity(parts, 'artifact', ArtifactArn!), { name, ...changes }, call);
      return { ArtifactArn };
    }),
    DeleteArtifact: writes(
      (input, call) => [{ action: 'sagemaker:DeleteArtifact', resource: toDelete(input, call) }],
      (input, call) => {
        const row = requireEntity(parts, 'artifact', toDelete(input, call));
        deleteEntity(parts, row);
        return { ArtifactArn: row.arn };
      },
    ),
  };
}

export function contextOperations(parts: Parts): Operations<Sdk, ContextNames> {
  type Named = { ContextName?: string | undefined };
  const arn = ({ ContextName }: Named, call: Call) => arnOf(call, 'context', ContextName!);
  const on =
    (action: string) =>
    (input: Named, call: Call): Access[] => [{ action: `sagemaker:${action}`, resource: arn(input, call) }];
  const row = (input: Named, call: Call) => requireEntity(parts, 'context', arn(input, call), input.ContextName);
  const summary = (entity: EntityRow) => ({
    ContextArn: entity.arn,
    ContextName: entity.name!,
    Source: readKept(entity).Source,
    ContextType: entity.type,
    ...times(entity),
  });
  return {
    CreateContext: writes(
      ({ ContextName, Tags }, call) => creating('CreateContext', namedArn(call, 'context', ContextName!), Tags),
      ({ ContextName: name, ContextType, Source, Properties, Description, Tags }, call) => {
        const kept = { Source: { ...Source, SourceUri: Source!.SourceUri }, Properties, Description };
        const draft = { kind: 'context', name, type: ContextType!, kept } as const;
        return { ContextArn: createEntity(parts, draft, Tags, call) };
      },
    ),
    DescribeContext: reads(on('DescribeContext'), (input, call) => {
      const entity = row(input, call);
      return { ...summary(entity), ...details(parts, entity), Description: readKept(entity).Description };
    }),
    ListContexts: reads(listed('ListContexts'), (input, call) => {
      const { items, next } = listEntities(parts, 'context', input.ContextType, input, call);
      return { ContextSummaries: items.map(summary), NextToken: next };
    }),
    UpdateContext: writes(on('UpdateContext'), (input, call) => {
      const entity = row(input, call);
      updateEntity(parts, entity, input, call);
      return { ContextArn: entity.arn };
    }),
    DeleteContext: writes(on('DeleteContext'), (input, call) => {
      const entity = row(input, call);
      deleteEntity(parts, entity);
      return { ContextArn: entity.arn };
    }),
  };
}

export function actionOperations(parts: Parts): Operations<Sdk, ActionNames> {
  type Named = { ActionName?: string | undefined };
  const arn = ({ ActionName }: Named, call: Call) => arnOf(call, 'action', ActionName!);
  const on =
    (action: string) =>
    (input: Named, call: Call): Access[] => [{ action: `sagemaker:${action}`, resource: arn(input, call) }];
  const row = (input: Named, call: Call) => requireEntity(parts, 'action', arn(input, call), input.ActionName);
  const summary = (entity: EntityRow) => ({
    ActionArn: entity.arn,
    ActionName: entity.name!,
    Source: readKept(entity).Source,
    ActionType: entity.type,
    Status: readKept(entity).Status,
    ...times(entity),
  });
  return {
    CreateAction: writes(
      ({ ActionName, Tags }, call) => creating('CreateAction', namedArn(call, 'action', ActionName!), Tags),
      ({ ActionName: name, ActionType, Source, Tags, ...given }, call) => {
        const { Properties, Description, Status, MetadataProperties } = given;
        const source = { ...Source, SourceUri: Source!.SourceUri };
        const kept = { Source: source, Properties, Description, Status, MetadataProperties };
        return { ActionArn: createEntity(parts, { kind: 'action', name, type: ActionType!, kept }, Tags, call) };
      },
    ),
    DescribeAction: reads(on('DescribeAction'), (input, call) => {
      const entity = row(input, call);
      const { Description, MetadataProperties } = readKept(entity);
      return { ...summary(entity), ...details(parts, entity), Description, MetadataProperties };
    }),
    ListActions: reads(listed('ListActions'), (input, call) => {
      const { items, next } = listEntities(parts, 'action', input.ActionType, input, call);
      return { ActionSummaries: items.map(summary), NextToken: next };
    }),
    UpdateAction: writes(on('UpdateAction'), (input, call) => {
      const entity = row(input, call);
      updateEntity(parts, entity, input, call);
      return { ActionArn: entity.arn };
    }),
    DeleteAction: writes(on('DeleteAction'), (input, call) => {
      const entity = row(input, call);
      deleteEntity(parts, entity);
      return { ActionArn: entity.arn };
    }),
  };
}

export function graphOperations(parts: Parts): Operations<Sdk, GraphNames> {
  const between =
    (action: string) =>
    (input: { SourceArn?: string | undefined; DestinationArn?: string | undefined }): Access[] =>
      [input.SourceArn!, input.DestinationArn!].map((resource) => ({ action: `sagemaker:${action}`, resource }));
  const group = (call: Call) => ({ LineageGroupArn: groupArn(call), LineageGroupName: DEFAULT_GROUP });
  return {
    AddAssociation: writes(between('AddAssociation'), (input, call) => {
      addAssociation(parts, input, call);
      return { SourceArn: input.SourceArn, DestinationArn: input.DestinationArn };
    }),
    DeleteAssociation: writes(between('DeleteAssociation'), ({ SourceArn, DestinationArn }) => {
      deleteAssociation(parts, SourceArn!, DestinationArn!);
      return { SourceArn, DestinationArn };
    }),
    ListAssociations: readsAtLength(listed('ListAssociations'), async (input, call) => {
      const { items, next } = await listAssociations(parts, input, call);
      return { AssociationSummaries: items.map((row) => summarizeAssociation(parts, call, row)), NextToken: next };
    }),
    QueryLineage: readsAtLength(listed('QueryLineage'), (input, call) => queryLineage(parts, input, call)),
    DescribeLineageGroup: reads(
      (_input, call) => [{ action: 'sagemaker:DescribeLineageGroup', resource: groupArn(call) }],
      ({ LineageGroupName }, call) => {
        const name = LineageGroupName!;
        if (name !== DEFAULT_GROUP && name !== groupArn(call)) throw lineageErrors.noGroup(name);
        return group(call);
      },
    ),
    ListLineageGroups: reads(listed('ListLineageGroups'), (_input, call) => ({ LineageGroupSummaries: [group(call)] })),
  };
}
