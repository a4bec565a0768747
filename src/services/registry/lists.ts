/** The registry's lists: filters, orders and pages. */
import { type Position, pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';
import type { Call, InputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { requireGroup } from './groups.ts';
import type { GroupRow, PackageRow, SortBy, SortOrder } from './store.ts';

/** The reference says Ascending; AWS answers newest first, and deployment scripts take the first as the latest. */
const DEFAULT_ORDER: SortOrder = 'Descending';

type Sorted = { SortBy?: SortBy | undefined; SortOrder?: SortOrder | undefined };
const sorting = ({ SortBy = 'CreationTime', SortOrder = DEFAULT_ORDER }: Sorted) => ({ by: SortBy, order: SortOrder });

type Timed = { CreationTimeAfter?: Date | undefined; CreationTimeBefore?: Date | undefined };
const times = ({ CreationTimeAfter, CreationTimeBefore }: Timed) => ({
  after: CreationTimeAfter?.getTime() ?? null,
  before: CreationTimeBefore?.getTime() ?? null,
});

/** Where a page begins, as the statements take it. */
const begin = (after: Position | undefined) => ({
  key: after?.[0] ?? null,
  tie: after === undefined ? null : Number(after[1]),
});

export function listGroups({ store }: Parts, input: InputOf<Sdk, 'ListModelPackageGroups'>, { region }: Call) {
  // Nobody shares groups with the one account that there is.
  if (input.CrossAccountFilterOption === 'CrossAccount') return { items: [], next: undefined };
  const { by, order } = sorting(input);
  const filters = { region, contains: input.NameContains ?? null, ...times(input) };
  return pageOf<GroupRow>(
    {
      query: { operation: 'ListModelPackageGroups', ...filters, by, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => store.groups[by][order]({ ...filters, ...begin(after), limit }),
    (row) => [by === 'Name' ? row.name : row.created_at, row.id],
  );
}

export function listPackages(parts: Parts, input: InputOf<Sdk, 'ListModelPackages'>, call: Call) {
  const { by, order } = sorting(input);
  const group = input.ModelPackageGroupName;
  // A group holds versions only; without one, AWS lists the unversioned packages unless told otherwise.
  const type = input.ModelPackageType ?? (group === undefined ? 'Unversioned' : 'Versioned');
  const filters = {
    region: call.region,
    contains: input.NameContains ?? null,
    ...times(input),
    group: group === undefined ? null : requireGroup(parts, call, group).name,
    approval: input.ModelApprovalStatus ?? null,
    versioned: Number(type !== 'Unversioned'),
    unversioned: Number(type !== 'Versioned'),
  };
  return pageOf<PackageRow>(
    {
      query: { operation: 'ListModelPackages', ...filters, by, order },
      token: input.NextToken,
      limit: input.MaxResults ?? SAGEMAKER_PAGE,
    },
    (after, limit) => parts.store.packages[by][order]({ ...filters, ...begin(after), limit }),
    (row) => [by === 'Name' ? row.name : row.created_at, by === 'Name' ? row.version : row.id],
  );
}
