/** Lists of jobs: filters, sorting, pages. */
import { pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import type { Call } from '../../protocol/service.ts';
import type { JobRow, JobsStore, Listing, Order, SageMakerKind, Sort } from './store.ts';

/** What ListProcessingJobs and ListTrainingJobs share. */
export type ListInput = {
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
  CreationTimeAfter?: Date | undefined;
  CreationTimeBefore?: Date | undefined;
  LastModifiedTimeAfter?: Date | undefined;
  LastModifiedTimeBefore?: Date | undefined;
  NameContains?: string | undefined;
  StatusEquals?: string | undefined;
  SortBy?: Sort | undefined;
  SortOrder?: Order | undefined;
};

const EVER = Number.MAX_SAFE_INTEGER;
const AFTER_ALL_TEXT = '\u{10ffff}';

/** One page of a region's jobs. @throws ValidationException for a token of another query */
export function listJobs(db: JobsStore, kind: SageMakerKind, input: ListInput, call: Pick<Call, 'region'>) {
  const sort = input.SortBy ?? 'CreationTime';
  const order = input.SortOrder ?? 'Ascending';
  const filter: Omit<Listing, 'value' | 'arn' | 'limit'> = {
    region: call.region,
    kind,
    contains: input.NameContains ?? '',
    status: input.StatusEquals ?? '',
    createdAfter: input.CreationTimeAfter?.getTime() ?? -1,
    createdBefore: input.CreationTimeBefore?.getTime() ?? EVER,
    modifiedAfter: input.LastModifiedTimeAfter?.getTime() ?? -1,
    modifiedBefore: input.LastModifiedTimeBefore?.getTime() ?? EVER,
  };
  return pageOf<JobRow>(
    {
      query: { operation: 'ListJobs', ...filter, sort, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => {
      const from = after ? { value: after[0]!, arn: String(after[1]) } : beginning(sort, order);
      return db.list(sort, order)({ ...filter, ...from, limit });
    },
    (row) => [sort === 'CreationTime' ? row.created_at : sort === 'Name' ? row.name : row.status, row.arn],
  );
}

/** Before every job, in the order asked for. */
function beginning(sort: Sort, order: Order): Pick<Listing, 'value' | 'arn'> {
  if (order === 'Ascending') return { value: sort === 'CreationTime' ? -1 : '', arn: '' };
  return { value: sort === 'CreationTime' ? EVER : AFTER_ALL_TEXT, arn: AFTER_ALL_TEXT };
}
