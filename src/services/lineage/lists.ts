/** The lists of lineage: filters, orders and pages. */
import { best, fromPosition, type SortKey, toPosition } from '../../base/best.ts';
import { type Pace, paced } from '../../base/pace.ts';
import { decodeToken, encodeToken, type NamedListInput, pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import type { Call, InputOf } from '../../protocol/service.ts';
import type { SortOrder } from '../../store/keyset.ts';
import type { Parts, Sdk } from './context.ts';
import { lineageErrors } from './errors.ts';
import { artifactArn, type Kind } from './names.ts';
import { ofAll, ofVertex } from './neighbours.ts';
import type { AssociationRow, EntityRow, LineageStore } from './store.ts';

type ListInput = NamedListInput & { SourceUri?: string | undefined };

const between = ({ CreatedAfter, CreatedBefore }: ListInput) => ({
  createdAfter: CreatedAfter?.getTime(),
  createdBefore: CreatedBefore?.getTime(),
});

/** One page of a region's artifacts, contexts or actions. */
export function listEntities(
  { db, account }: Parts,
  kind: Kind,
  type: string | undefined,
  input: ListInput,
  call: Call,
) {
  const { region } = call;
  const sort = input.SortBy ?? 'CreationTime';
  const order = input.SortOrder ?? 'Descending';
  const sourceUri = input.SourceUri;
  const shared = { region, type, ...between(input) };
  return pageOf<EntityRow>(
    {
      query: { operation: 'ListEntities', kind, ...shared, sourceUri, sort, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => {
      if (kind !== 'artifact') return db.named({ filters: { ...shared, kind, sourceUri }, sort, order, after, limit });
      // There is one to a source.
      const arn = sourceUri === undefined ? undefined : artifactArn({ account, region }, sourceUri);
      return db.artifacts({ filters: { ...shared, arn }, sort, order, after, limit });
    },
    (row) => [sort === 'Name' ? row.name! : row.created_at, row.id],
  );
}

type AssociationsInput = InputOf<Sdk, 'ListAssociations'>;

const KEYS: Readonly<Record<NonNullable<AssociationsInput['SortBy']>, (row: AssociationRow) => string | number>> = {
  // Associations are numbered in the order in which they are made.
  CreationTime: (row) => row.id,
  SourceArn: (row) => row.source,
  DestinationArn: (row) => row.destination,
  SourceType: (row) => row.source_type,
  DestinationType: (row) => row.destination_type,
};

/** One page of associations: in short turns, since only their ends are indexed. */
export async function listAssociations({ db, clock }: Parts, input: AssociationsInput, { region }: Call) {
  const { NextToken: token, MaxResults: limit = SAGEMAKER_PAGE, ...asked } = input;
  const { SortBy: sort = 'CreationTime', SortOrder: order = 'Descending' } = asked;
  const query = { operation: 'ListAssociations', region, ...asked, sort, order };
  const position = token === undefined ? undefined : decodeToken(query, token);
  if (token !== undefined && !position) throw lineageErrors.staleToken();
  const after = position && fromPosition(position);
  const inOrder = sort === 'CreationTime' && asked.SourceArn === undefined && asked.DestinationArn === undefined;
  const first = best<AssociationRow>(limit + 1, order, after);
  for await (const row of candidates(db, asked, inOrder ? { order, from: after?.key } : undefined, paced(clock))) {
    if (row.region !== region || !isAsked(row, asked)) continue;
    first.offer({ key: KEYS[sort](row), tie: String(row.id), item: row });
    if (inOrder && first.kept.length > limit) break;
  }
  const page = first.kept.slice(0, limit);
  const last = page.at(-1);
  const next = first.kept.length > limit && last ? encodeToken(query, toPosition(last)) : undefined;
  return { items: page.map(({ item }) => item), next };
}

type InOrder = { order: SortOrder; from: SortKey | undefined };

function candidates(db: LineageStore, asked: AssociationsInput, inOrder: InOrder | undefined, pace: Pace) {
  // What led to a thing are few as a rule, what came of it may be many.
  if (asked.DestinationArn !== undefined) return ofVertex(db, 'incoming', asked.DestinationArn, pace);
  if (asked.SourceArn !== undefined) return ofVertex(db, 'outgoing', asked.SourceArn, pace);
  const from = inOrder?.from === undefined ? undefined : Number(inOrder.from);
  return ofAll(db, inOrder?.order ?? 'Ascending', from, pace);
}

const isAsked = (row: AssociationRow, asked: AssociationsInput): boolean =>
  (asked.SourceArn === undefined || row.source === asked.SourceArn) &&
  (asked.DestinationArn === undefined || row.destination === asked.DestinationArn) &&
  (asked.SourceType === undefined || row.source_type === asked.SourceType) &&
  (asked.DestinationType === undefined || row.destination_type === asked.DestinationType) &&
  (asked.AssociationType === undefined || row.type === asked.AssociationType) &&
  (asked.CreatedAfter === undefined || row.created_at > asked.CreatedAfter.getTime()) &&
  (asked.CreatedBefore === undefined || row.created_at < asked.CreatedBefore.getTime());
