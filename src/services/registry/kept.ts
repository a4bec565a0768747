/** The members that a package keeps as they were given: what a request said, as the store holds it. */
import type { CreatePackageInput } from './context.ts';
import type { KEPT_MEMBERS } from './legal.ts';
import type { PackageRow } from './store.ts';

export type Kept = Pick<CreatePackageInput, (typeof KEPT_MEMBERS)[number]>;

export const readKept = (row: Pick<PackageRow, 'kept'>): Kept => JSON.parse(row.kept) as Kept;
