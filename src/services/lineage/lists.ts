/** The lists of lineage: filters, orders and pages. */
import { pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import type { Call, InputOf } from '../../protocol/service.ts';
import type { SortOrder } from '../../store/keyset.ts';
import type { Parts, Sdk } from './context.ts';
import type { Kind } from './names.ts';
import type { AssociationRow, EntityRow } from './store.ts';

type ListInput = {
  SourceUri?: string | undefined;
  CreatedAfter?: Date | undefined;
  CreatedBefore?: Date | undefined;
  SortBy?: 'CreationTime' | 'Name' | undefined;
  SortOrder?: SortOrder | undefined;
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
};

const between = ({ CreatedAfter, CreatedBefore }: ListInput) => ({
  createdAfter: CreatedAfter?.getTime(),
  createdBefore: CreatedBefore?.getTime(),
});

/** One page of a region's artifacts, contexts or actions. */
export function listEntities(
  { db }: Parts,
  kind: Kind,
  type: string | undefined,
  input: ListInput,
  { region }: Pick<Call, 'region'>,
) {
  const sort = input.SortBy ?? 'CreationTime';
  const order = input.SortOrder ?? 'Descending';
  const filters = { region, kind, type, sourceUri: input.SourceUri, ...between(input) };
  return pageOf<EntityRow>(
    {
      query: { operation: 'ListEntities', ...filters, sort, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => db.entities({ filters, sort, order, after, limit }),
    (row) => [sort === 'Name' ? row.name! : row.created_at, row.id],
  );
}

type AssociationsInput = InputOf<Sdk, 'ListAssociations'>;
type AssociationSort = NonNullable<AssociationsInput['SortBy']>;

/** What a page of each order ends with: the columns of the store's orders. */
const POSITIONS: Readonly<Record<AssociationSort, (row: AssociationRow) => (string | number)[]>> = {
  CreationTime: (row) => [row.created_at, row.id],
  SourceArn: (row) => [row.source, row.destination],
  DestinationArn: (row) => [row.destination, row.id],
  SourceType: (row) => [row.source_type, row.created_at, row.id],
  DestinationType: (row) => [row.destination_type, row.created_at, row.id],
};

export function listAssociations({ db }: Parts, input: AssociationsInput, { region }: Pick<Call, 'region'>) {
  const sort = input.SortBy ?? 'CreationTime';
  const order = input.SortOrder ?? 'Descending';
  const filters = {
    region,
    source: input.SourceArn,
    destination: input.DestinationArn,
    sourceType: input.SourceType,
    destinationType: input.DestinationType,
    type: input.AssociationType,
    ...between(input as ListInput),
  };
  return pageOf<AssociationRow>(
    {
      query: { operation: 'ListAssociations', ...filters, sort, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => db.associations({ filters, sort, order, after, limit }),
    POSITIONS[sort],
  );
}
